"""§4.4 by letter, fax and phone: a campaign is a print run, fax jobs or a call sheet; decided again at the last moment."""

from __future__ import annotations

import pytest
from cited import cited
from installation import NAME, PHONE
from reaching import reach, text_of
from receiving import FILE

from kept.door.staff import Staff
from kept.errors import DeniedError
from kept.policy.words import Exit
from kept.services.campaigns import campaigns, candidates
from kept.services.messages import call_sheets, calls, letters
from kept.services.messages.outbox import send_due
from kept.services.my_data import choices
from kept.services.staff import sessions
from kept.services.upkeep.sending import equip

pytestmark = pytest.mark.anyio
PLACES = ("Kyoto, Kiyamachi 1", "Osaka, Umeda 2", "Nara, Noborioji 30", "Sapporo, Kita 4")
FAX = "075-200-100{n}"
PURPOSE = "information-for-you"


class Marketing:
    """Customers who said yes to letters, faxes and calls; two of staff; an installation with every channel."""

    def __init__(self, installation) -> None:
        self.installation, self.engine = installation, installation.engine

    async def begin(self):
        """Join, hire, equip."""
        self.mail, self.fax = reach(self.installation)
        equip(self.engine, "https://shop.example")
        self.people = [await self._customer(n, place) for n, place in enumerate(PLACES)]
        self.ume = await self.installation.staff("ume", ("marketing",))
        self.kato = await self.installation.staff("kato", ("privacy",))
        return self

    async def _customer(self, n, place):
        own = await self.installation.join()
        yes = [("choice", f"{PURPOSE}/{way}/") for way in ("post", "fax", "phone")] if n < 3 else []
        await self.installation.give(
            own,
            [
                ("name", f"{NAME} {n}"), ("postal_address", place), ("interests", "landscape"), ("fax", FAX.format(n=n)),
                ("phone", f"090-1234-567{n}"), *yes,
            ],
        )  # fmt: skip
        return own

    async def send(self, channel):
        """Draft, ask, approve, queue, send."""
        found = await campaigns.draft(self.engine, self.ume, FILE.replace("- mail", f"- {channel}"))
        await candidates.ask(self.engine, self.ume, found.id)
        await candidates.SENDING.approve(self.engine, self.kato, found.id)
        await send_due(self.engine)
        return found.id

    async def ended(self, campaign):
        """How its messages ended."""
        return (await campaigns.results(self.engine, campaign)).ended

    async def begun(self, campaign):
        """Its call sheet, begun."""
        sheet = next(one for one in await call_sheets.sheets_of(self.engine, self.ume) if one.origin_id == campaign)
        await calls.begin(self.engine, self.ume, sheet.id)
        return sheet.id


@pytest.fixture
async def desk(installation):
    """The installation of a campaign."""
    return await Marketing(installation).begin()


async def test_a_campaign_by_letter_is_one_print_run(desk):
    """§4.4 normal: one file with a letter each for who agreed to letters, and nobody else; then nothing is left."""
    campaign = await desk.send("post")
    assert (await desk.ended(campaign))["sent", ""] == 3
    run = (await letters.waiting_runs(desk.engine, desk.ume))[0]
    assert (run.origin, run.origin_id, run.letters) == ("campaign", campaign, 3)
    printed = await letters.fetch(desk.engine, desk.ume, PURPOSE, "campaign", campaign)
    assert (printed.letters, printed.left_out, printed.waiting) == (3, 0, 0)
    pages = text_of(printed.pdf)
    for n, place in enumerate(PLACES):
        assert (place in pages) is (n < 3)
    assert pages.count("Autumn light") == 3
    assert "§2.1" in pages
    assert "this way of reaching you" in " ".join(pages.split())
    opened = [one for one in await desk.installation.ledger() if one.act == "staff:letter:print"]
    assert {(one.outcome, one.items, one.exit) for one in opened} == {("permitted", ("postal_address", "name"), "post")}


async def test_who_says_no_before_the_printer_is_not_in_the_run(desk):
    """§4.4 breach: a no by channel, a no to the purpose, a stop and an erasure each keep a letter here; the rest is printed."""
    campaign = await desk.send("post")
    await choices.choose(desk.engine, desk.people[0], PURPOSE, Exit.POST, allow=False)
    await choices.choose(desk.engine, desk.people[1], PURPOSE, None, allow=False)
    printed = await letters.fetch(desk.engine, desk.ume, PURPOSE, "campaign", campaign)
    assert (printed.letters, printed.left_out) == (1, 2)
    assert PLACES[2] in text_of(printed.pdf)
    assert not any(place in text_of(printed.pdf) for place in PLACES[:2])
    assert await desk.ended(campaign) == {
        ("queued", ""): 3, ("sent", ""): 1, ("left-out", "no"): 2, ("not-chosen", "consent"): 1,
    }  # fmt: skip
    refused = [
        one for one in await desk.installation.ledger() if one.act == "staff:letter:print" and one.outcome == "refused"
    ]
    assert {one.refused[0].reason for one in refused} == {"no"}


async def test_a_stopped_campaign_prints_nothing_and_calls_nobody(desk):
    """§4.4 breach: what waits for the printer, or on a sheet, goes no further."""
    campaign = await desk.send("post")
    await campaigns.stop(desk.engine, desk.ume, campaign)
    printed = await letters.fetch(desk.engine, desk.ume, PURPOSE, "campaign", campaign)
    assert (printed.pdf, printed.left_out) == (b"", 3)


async def test_a_campaign_by_fax_is_a_job_each(desk):
    """§4.4 normal: who agreed to faxes, once; the pages hold the text."""
    campaign = await desk.send("fax")
    assert sorted(number for number, _, _ in desk.fax.sent) == ["0752001000", "0752001001", "0752001002"]
    assert all("Autumn light" in text_of(pdf) for _, _, pdf in desk.fax.sent)
    assert (await desk.ended(campaign))["sent", ""] == 3


async def test_a_campaign_by_phone_is_a_call_sheet(desk):
    """§4.4 normal and breach: numbers one at a time; who says no meanwhile stays unseen, the next can be called."""
    campaign = await desk.send("phone")
    sheet_id = await desk.begun(campaign)
    sheet = await call_sheets.sheet_of(desk.engine, desk.ume, sheet_id)
    staff = Staff(
        desk.engine, await sessions.start_demo_session(desk.engine, "ume")
    )  # a program sees what the page shows
    assert [one.id for one in await staff.all_call_sheets()] == [sheet_id]
    assert await staff.call_sheet(sheet_id) == sheet
    assert [one.outcome for one in sheet.rows] == ["waiting"] * 3
    assert not any(PHONE[:9] in one.said.text for one in sheet.rows)
    for own in desk.people[:2]:
        await choices.choose(desk.engine, own, PURPOSE, Exit.PHONE, allow=False)
    shown = []
    for one in sheet.rows:
        try:
            card = await calls.show_number(desk.engine, desk.ume, sheet_id, one.place)
        except DeniedError as error:
            assert (error.step, error.reason, cited(error)) == (6, "no", "§2.1")  # noqa: PT017 -- two of three
            continue
        with card["phone"].open(Exit.PHONE) as number:
            shown.append(number)
        await calls.end_call(desk.engine, desk.ume, sheet_id, one.place, "reached")
    assert shown == ["090-1234-5672"]
    assert (await desk.ended(campaign))["left-out", "no"] == 2
    assert (await call_sheets.sheet_of(desk.engine, desk.ume, sheet_id)).status == "ended"


async def test_a_stopped_campaign_calls_nobody(desk):
    """§4.4 breach: refused with the clause, recorded."""
    campaign = await desk.send("phone")
    sheet_id = await desk.begun(campaign)
    await campaigns.stop(desk.engine, desk.ume, campaign)
    with pytest.raises(DeniedError) as refused:
        await calls.show_number(desk.engine, desk.ume, sheet_id, 1)
    assert (refused.value.reason, cited(refused.value)) == ("withdrawn", "§2.1")
    assert (await desk.installation.newest()).outcome == "refused"


async def test_do_not_call_again_keeps_the_next_campaign_away(desk):
    """§4.4 breach: the stop list stands against it before anybody is on a sheet."""
    campaign = await desk.send("phone")
    sheet_id = await desk.begun(campaign)
    await calls.show_number(desk.engine, desk.ume, sheet_id, 1)
    await calls.end_call(desk.engine, desk.ume, sheet_id, 1, "not-again")
    again = FILE.replace("- mail", "- phone").replace("autumn-light", "winter-light")
    found = await campaigns.draft(desk.engine, desk.ume, again)
    await candidates.ask(desk.engine, desk.ume, found.id)
    await candidates.SENDING.approve(desk.engine, desk.kato, found.id)
    await send_due(desk.engine)
    ended = await desk.ended(found.id)
    assert (ended["sent", ""], ended["left-out", "stop-list"]) == (2, 1)
