"""§4.5: the outbox serves any channel and any origin: a message that is needed, and one whose writing is the whole of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from installation import MAIL, NAME

from kept.channels.handed import Handed
from kept.errors import KeptError
from kept.policy.words import Exit
from kept.services.cases.do_not_contact import note_in_case
from kept.services.engine.dispatchers import AlwaysReady, Waiting, Words
from kept.services.messages.outbox import new_message_id, put_in_outbox, send_due
from kept.services.messages.stop_list import UNDELIVERABLE, put_on, stop_token
from kept.services.staff.desk_mandate import issue_mandate
from kept.store import sql

pytestmark = pytest.mark.anyio


@dataclass
class Channel(AlwaysReady):
    """A channel that keeps what it was given.

    Args:
        at_once: Whether writing is all there is to it.
    """

    at_once: bool = False
    channel: Exit = Exit.MAIL
    given: list = field(default_factory=list)
    handed: list = field(default_factory=list)

    def prepare(self, message, opened, person, entry_id):  # noqa: ARG002 -- the interface's
        """Keep it."""
        self.given.append((message, opened))
        return _Handover(self, message)


@dataclass
class _Handover:
    of: Channel
    message: object

    @property
    def at_once(self) -> bool:
        """As the channel."""
        return self.of.at_once

    async def put(self, tx):
        """Something of the channel's own, in the transaction of the entry."""
        await tx.run("meta_put", name=f"letter:{self.message.id}", value="waits for the printer")

    async def hand_over(self):
        """Take it."""
        self.of.handed.append(self.message.id)
        return Handed.SENT


class Case:
    """An origin that says one thing."""

    words = "We found your umbrella."

    async def compose(self, waiting):  # noqa: ARG002 -- the interface's
        """Write it."""
        return lambda _, opened: Words("Umbrella", f"{opened.name}: {self.words}")


@pytest.fixture(params=[False, True], ids=["handed", "at-once"])
async def channel(request, installation):
    """A channel and an origin of a test's own."""
    installation.engine.site = "https://shop.example"
    one = installation.engine.dispatchers[Exit.MAIL] = Channel(request.param)
    installation.engine.origins["case"] = Case()
    return one


async def waiting(installation, own):
    """A message for *contact* that waits."""
    support = await installation.staff("sato", ("support",))
    mandate = await issue_mandate(installation.engine, support, "contact", people=20)
    message = Waiting(own.person_id, new_message_id(), "case", "1001", "contact", Exit.MAIL, mandate.id, 0)
    at = installation.engine.clock.now()
    await installation.engine.data.write(lambda tx: put_in_outbox(tx, message, at))
    return message


async def status(installation, message):
    """Return where a message stands."""
    row = await installation.engine.data.one(sql.OutboxFind, message_id=message.message_id)
    return row[5]


async def test_a_needed_message_goes_without_a_yes_and_without_a_link_to_say_no(installation, channel):
    """§4.5 normal: basis necessary; name and address opened, recorded, and why is answered."""
    message = await waiting(installation, await installation.mori())
    await send_due(installation.engine)
    ((sent, opened),) = channel.given
    assert (opened.address, opened.name, sent.words.text) == (MAIL, NAME, f"{NAME}: We found your umbrella.")
    assert (sent.stop, sent.why.startswith("https://shop.example/en/w/")) == ("", True)
    assert await status(installation, message) == "sent"
    assert channel.handed == ([] if channel.at_once else [message.message_id])
    assert await installation.engine.meta(f"letter:{message.message_id}") == "waits for the printer"
    entry = next(one for one in await installation.ledger() if one.act == "staff:message:send")
    assert (entry.exit, entry.purpose, entry.clause, set(entry.items)) == (
        "mail", "contact", "4.5", {"mail_address", "name"},
    )  # fmt: skip


async def test_a_wish_not_to_get_news_does_not_stop_what_is_needed(installation, channel):
    """§4.5: of the stop list only an address that is none counts here."""
    own = await installation.mori()
    support = await installation.staff("yoko", ("support",))
    case = await installation.case(support)
    await note_in_case(installation.engine, support, case.id, Exit.MAIL)
    first = await waiting(installation, own)
    await send_due(installation.engine)
    assert await status(installation, first) == "sent"


async def test_an_address_that_is_none_is_not_written_to_again(installation, channel):
    """§4.5 breach: not even when it is needed; recorded, and nothing is put."""
    own = await installation.mori()
    engine, at = installation.engine, installation.engine.clock.now()
    token = stop_token(engine, Exit.MAIL, MAIL.upper())
    await engine.data.write(lambda tx: put_on(tx, Exit.MAIL, token, UNDELIVERABLE, at))
    message = await waiting(installation, own)
    await send_due(engine)
    assert await status(installation, message) == "left-out"
    assert (channel.handed, await engine.meta(f"letter:{message.message_id}")) == ([], "")


@pytest.mark.parametrize("writes", range(3))
async def test_killed_after_any_write(installation, channel, writes):
    """§4.5 fault: what is written is written with its entry, or neither is."""
    message = await waiting(installation, await installation.mori())
    installation.stop_after(writes)
    with pytest.raises(KeptError):
        await until_killed(installation)
    await installation.close(integrate=False)
    await installation.open()
    stands = await status(installation, message)
    entries = [one for one in await installation.ledger() if one.act == "staff:message:send"]
    letter = await installation.engine.meta(f"letter:{message.message_id}")
    assert len(entries) == bool(letter) == (stands != "waiting")
    assert stands in ({"waiting", "sent"} if channel.at_once else {"waiting", "handing", "sent"})


async def until_killed(installation):
    """Send, and go on writing until the kill comes."""
    await send_due(installation.engine)
    for _ in range(9):
        await installation.engine.put_meta("never", "reached")


async def test_without_its_channel_or_origin_a_message_waits(installation, channel):
    """§4.5: an installation started without it loses nothing."""
    message = await waiting(installation, await installation.mori())
    installation.engine.dispatchers.clear()
    await send_due(installation.engine)
    assert await status(installation, message) == "waiting"
