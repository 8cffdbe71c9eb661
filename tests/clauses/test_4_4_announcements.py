"""§4.4: announcements to a segment, approved by two, decided again for each when sent, and every one says why it came."""

from __future__ import annotations

import pytest

from house import MAIL, NAME
from kept.channels.mail import MailServer
from kept.services import campaigns, choosing
from kept.services.mailing import MailDispatcher
from kept.services.outbox import send_due
from kept.services.reaching import equip
from receiving import FILE, MailBox

pytestmark = pytest.mark.anyio
SITE = "https://shop.example"


class Desk:
    """Two of staff, a mail server, and a house that sends through it."""

    def __init__(self, house) -> None:
        self.house = house

    async def begin(self):
        """Hire, listen, equip."""
        self.box = await MailBox().open()
        self.server = MailServer("127.0.0.1", self.box.port)
        equip(self.house.engine, SITE, MailDispatcher(self.server, SITE))
        self.ume = await self.house.staff("ume", ("marketing",))
        self.kato = await self.house.staff("kato", ("privacy",))
        return self

    async def end(self):
        """Hang up."""
        await self.server.close()
        await self.box.close()

    async def queued(self, file: str = FILE):
        """Draft, ask, approve: everybody who matches has a message waiting."""
        engine = self.house.engine
        found = await campaigns.draft(engine, self.ume, file)
        await campaigns.ask(engine, self.ume, found.id)
        return await campaigns.approve_and_queue(engine, self.kato, found.id)

    async def sent(self, file: str = FILE):
        """Queue and send; return the counts."""
        found = await self.queued(file)
        await send_due(self.house.engine)
        return (await campaigns.results(self.house.engine, found.id)).ended


@pytest.fixture
async def desk(house):
    """A house that sends."""
    one = await Desk(house).begin()
    yield one
    await one.end()


async def test_who_agreed_and_matches_gets_it_and_nobody_else(house, desk):
    """§4.4 normal: over real SMTP, in the person's language, with their name, from the company."""
    await house.mori()
    other = await house.join()
    await house.give(other, [("mail_address", "other@example.jp"), ("interests", "landscape")])
    assert await desk.sent() == {("queued", ""): 1, ("sent", ""): 1, ("not-chosen", "consent"): 1}
    assert [one.recipient for one in desk.box.received] == [MAIL]
    message = desk.box.received[0].message
    assert message["Subject"] == "Autumn light"
    assert NAME in desk.box.received[0].text
    assert message["From"].addresses[0].addr_spec == "privacy@photolibrary.example"
    entry = next(one for one in await house.ledger() if one.act == "staff:message:send")
    assert (entry.exit, entry.clause, entry.purpose, entry.outcome) == (
        "mail",
        "2.1",
        "information-for-you",
        "permitted",
    )


async def test_consent_withdrawn_between_queueing_and_sending_is_a_no(house, desk):
    """§4.4 breach: decided again in the transaction that sends; recorded, with the clause."""
    own = await house.mori()
    found = await desk.queued()
    await choosing.choose(house.engine, own, "information-for-you", None, allow=False)
    await send_due(house.engine)
    assert desk.box.received == []
    assert (await campaigns.results(house.engine, found.id)).ended == {("queued", ""): 1, ("left-out", "no"): 1}
    entry = next(one for one in await house.ledger() if one.act == "staff:message:send")
    assert (entry.outcome, entry.refused[0].reason, entry.refused[0].clause) == ("refused", "no", "2.1")
