"""The channels, each with everything that follows from it: address, words, states, where what it puts aside is fetched.

A new channel is one word of `Exit`, one entry of `CHANNEL_TABLE` and a dispatcher; notices, switches, stop lists,
campaigns, the board, the flow chart and the pages follow from the table, in its order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from kept.policy.item_type import TYPES, ItemType
from kept.policy.words import Exit

Wording = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A state only messages of one channel have: its words by language, and whether it is good news, bad news or neither."""

    words: Wording
    tone: Literal["good", "bad", ""] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way to reach people.

    Args:
        address: Types of item it reaches people by, the preferred first; all of one normal form, by which its stop list
            knows them.
        words: What it is called within a sentence, by language.
        heading: What it is called on its own, by language.
        layout: Set on pages by typst, in this layout; empty for plain text.
        confirmation: Whether it reaches an address before its owner has confirmed it, and how they are asked to: *at-once*
            and *on-request* reach none, and the one message that asks goes by itself, or when the person wants it (people
            and paper are sent to nobody because somebody typed something); *not-needed* reaches it, and its owner confirms
            it only to lift a stop.
        desk: Page of the console where what it puts aside is fetched (letters, calls); empty where it hands over at once.
        states: States its messages have beside those of the outbox, by word.
        begins: The state a message has once this installation has done its part: `sent` only where the other side took it
            for its reader, else one of `states`.
    """

    address: tuple[ItemType, ...]
    words: Wording
    heading: Wording
    confirmation: Literal["at-once", "on-request", "not-needed"]
    layout: Literal["", "letter", "fax"] = ""
    desk: str = ""
    states: Mapping[str, ChannelState] = field(default_factory=dict)
    begins: str = "sent"


CHANNEL_TABLE: Mapping[Exit, Channel] = {
    Exit.MAIL: Channel(
        address=(ItemType.EMAIL,),
        words={"en": "e-mail", "ja": "メール"},
        heading={"en": "E-mail", "ja": "メール"},
        confirmation="at-once",
    ),
    Exit.POST: Channel(
        address=(ItemType.ADDRESS_JP,),
        words={"en": "letter", "ja": "郵便"},
        heading={"en": "Letter", "ja": "お手紙"},
        confirmation="not-needed",
        layout="letter",
        desk="/letters",
        states={
            "to-print": ChannelState({"en": "waits for the printer", "ja": "印刷待ち"}),
            "printed": ChannelState({"en": "printed", "ja": "印刷済み"}, "good"),
        },
        begins="to-print",
    ),
    Exit.PHONE: Channel(
        address=(ItemType.PHONE,),
        words={"en": "phone call", "ja": "電話"},
        heading={"en": "Phone call", "ja": "お電話"},
        confirmation="on-request",
        desk="/calls",
        states={
            "to-call": ChannelState(
                {"en": "on a call sheet, not called yet", "ja": "架電票に載っていて、まだお電話していません"}
            ),
            "shown": ChannelState({"en": "being called", "ja": "架電中"}),
            "reached": ChannelState({"en": "reached", "ja": "つながった"}, "good"),
            "not-reached": ChannelState({"en": "not reached", "ja": "つながらなかった"}),
            "wrong-number": ChannelState({"en": "wrong number", "ja": "番号違い"}, "bad"),
            "not-again": ChannelState({"en": "do not call again", "ja": "今後の電話を断られた"}, "bad"),
            "ended": ChannelState({"en": "not called in time", "ja": "時間内に架電しませんでした"}, "bad"),
        },
        begins="to-call",
    ),
    Exit.FAX: Channel(
        address=(ItemType.FAX,),
        words={"en": "fax", "ja": "ファクス"},
        heading={"en": "Fax", "ja": "ファクス"},
        confirmation="at-once",
        layout="fax",
        states={
            "at-server": ChannelState(
                {"en": "waits at the fax server, not sent yet", "ja": "ファクスサーバーで送信待ち"}
            ),
            "refused": ChannelState({"en": "the fax server gave up", "ja": "ファクスサーバーが送信を断念しました"}),
        },
        begins="at-server",
    ),
}
"""Every channel, in the order in which pages and forms offer them."""

CHANNELS = frozenset(CHANNEL_TABLE)
"""Exits that reach the person: under basis consent each needs its own yes."""

ADDRESSES = frozenset(kind for one in CHANNEL_TABLE.values() for kind in one.address)
"""Types of item by which somebody can be reached at all."""

WRITING_EXITS = CHANNELS | {Exit.PROVISION}
"""Exits by which somebody writes to an address: ours, and a third party's."""

CONFIRMED_TYPES = frozenset(
    kind for one in CHANNEL_TABLE.values() if one.confirmation != "not-needed" for kind in one.address
)
"""Types of address that nobody writes to before their owner has confirmed them."""

EXIT_TYPES: Mapping[Exit, frozenset[ItemType]] = MappingProxyType(
    {way: frozenset({*one.address, ItemType.PERSON_NAME}) for way, one in CHANNEL_TABLE.items()}
    | dict.fromkeys((Exit.SEGMENT, Exit.STATISTICS), frozenset(one for one, facts in TYPES.items() if facts.chosen_by))
    | {Exit.PUBLICATION: frozenset(one for one, facts in TYPES.items() if facts.published)}
)
"""Item types an exit opens; an exit that is not named here opens every type its purpose uses (provision and processor
are narrowed by the recipient's or processor's own list of items instead)."""


def channel_to(kind: ItemType) -> Exit | None:
    """Return the channel that reaches people by a type of item; None for a type that is no address."""
    return next((way for way, one in CHANNEL_TABLE.items() if kind in one.address), None)
