"""What letters and faxes say beside their text, in both languages: sender, date, number, why it came, how to stop it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo

from kept.channels.letter import Letter
from kept.policy.channel import CHANNEL_TABLE
from kept.policy.day import local
from kept.policy.imprint import imprint_of
from kept.policy.model import Policy
from kept.policy.words import Basis, Exit
from kept.services.engine.dispatchers import Message, Opened, Words

POSTCODE = re.compile(r"(〒[0-9]{3}-[0-9]{4}) (.+)", re.ASCII)
SHORT = 12
LANGUAGES = ("en", "ja")
MONTHS = "January February March April May June July August September October November December".split()
SAY: Mapping[str, Mapping[str, str]] = {
    "en": {
        "number": "No. {number}",
        "case": "case {case}",
        "complaints": "Questions and complaints: {complaints}",
        "why": "Why you got this: “{purpose}”, §{clause} of our privacy policy. It stands on “My data” with the same number.",
        "stop": "How to stop it: end this use on “My data”, or write to {contact}.",
        "stop-way": "How to stop it: end this use, or this way of reaching you, on “My data”, or write to {contact}.",
        "closing": "{sender}",
        "to": "To",
        "from": "From",
        "date": "Date",
        "pages": "Pages",
        "reference": "Number",
        "person": "The person this number belongs to",
        "mr": "{name}",
    },
    "ja": {
        "number": "番号 {number}",
        "case": "お問い合わせ番号 {case}",
        "complaints": "お問い合わせ・苦情の受付：{complaints}",
        "why": "お届けした理由：プライバシーポリシー §{clause}「{purpose}」のためです。「マイデータ」にも同じ番号で載っています。",
        "stop": "止めるには：「マイデータ」で、この利用を止められます。{contact} へのご連絡でも承ります。",
        "stop-way": "止めるには：「マイデータ」で、この利用またはこの連絡方法を止められます。{contact} へのご連絡でも承ります。",
        "closing": "{sender}",
        "to": "宛先",
        "from": "差出人",
        "date": "日付",
        "pages": "枚数",
        "reference": "番号",
        "person": "この番号をお使いの方",
        "mr": "{name} 様",
    },
}  # fmt: skip


def letter_of(  # noqa: PLR0913 -- what a letter is made of
    policy: Policy, words: Words, opened: Opened, *, language: str, purpose: str, message_id: str, case: str, at: float
) -> Letter:
    """Return a letter to a postal address; it is made of so many parts.

    Args:
        policy: In force; its controller is the sender.
        words: Subject and text.
        opened: Where it goes, and the name where one was released.
        language: The person's.
        purpose: Declared purpose.
        message_id: Our number of it.
        case: Number of the case; empty when it comes from none.
        at: When it is printed, unix seconds.
    """
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    sender = _sender(policy, spoken)
    return Letter(
        language=spoken,
        sender=sender,
        note=", ".join(sender[:2]),
        address=_address(opened, spoken),
        date=date_words(at, spoken, policy.zone),
        reference=_reference(message_id, case, spoken),
        subject=words.title,
        text=words.text,
        close=(SAY[spoken]["closing"].format(sender=", ".join(sender[:2])),),
        foot=_foot(policy, purpose, spoken),
    )


def fax_of(policy: Policy, message: Message, opened: Opened, at: float) -> Letter:
    """Return a fax: the same as a letter, with cover lines in place of the window; the number itself is not printed."""
    letter = letter_of(
        policy,
        message.words,
        opened,
        language=message.language,
        purpose=message.purpose,
        message_id=message.id,
        case=message.origin_id if message.origin == "case" else "",
        at=at,
    )
    say = SAY[letter.language]
    return replace(
        letter,
        note="",
        address=(),
        layout="fax",
        heading=CHANNEL_TABLE[Exit.FAX].heading[letter.language],
        cover=(
            (say["to"], say["mr"].format(name=opened.name) if opened.name else say["person"]),
            (say["from"], ", ".join(letter.sender)),
            (say["date"], letter.date),
            (say["pages"], "{pages}"),
            (say["reference"], letter.reference),
        ),
    )


def short_number(message_id: str) -> str:
    """Return the part of a message's number that people read."""
    return message_id[:SHORT]


def _sender(policy: Policy, language: str) -> tuple[str, ...]:
    said = {**policy.controller, **policy.controllers.get(language, {})}
    return tuple(said[one] for one in ("name", "desk", "contact") if said.get(one))


def _address(opened: Opened, language: str) -> tuple[str, ...]:
    """Return the lines of the window: in Japan the postcode and the place first, the name last."""
    found = POSTCODE.fullmatch(opened.address)
    place = (found[1], found[2]) if found else (opened.address,)
    name = (SAY[language]["mr"].format(name=opened.name),) if opened.name else ()
    return (*place, *name) if language == "ja" else (*name, *place)


def date_words(at: float, language: str, zone: tzinfo) -> str:
    """Return a day as a letter says it.

    Args:
        at: Unix seconds.
        language: One of `LANGUAGES`; any other reads English.
        zone: The policy's.
    """
    day = local(at, zone)
    if language == "ja":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _reference(message_id: str, case: str, language: str) -> str:
    say = SAY[language]
    number = say["number"].format(number=short_number(message_id))
    return f"{number} · {say['case'].format(case=case)}" if case else number


def _foot(policy: Policy, purpose: str, language: str) -> tuple[str, ...]:
    declared, say = policy.purposes[purpose], SAY[language]
    contact = policy.controllers.get(language, {}).get("contact") or policy.controller.get("contact", "")
    said = imprint_of(policy, language) if declared.basis in {Basis.CONSENT, Basis.NOTICE} else {}
    return (
        *([" · ".join((said["name"], said["address"]))] if "address" in said else []),
        *([say["complaints"].format(complaints=said["complaints"])] if "complaints" in said else []),
        say["why"].format(
            purpose=declared.titles.get(language) or declared.titles[policy.language], clause=declared.clause
        ),
        say["stop-way" if declared.basis is Basis.CONSENT else "stop"].format(contact=contact),
    )
