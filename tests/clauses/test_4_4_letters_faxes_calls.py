"""§4.4 by letter, fax and phone: a campaign is a print run, fax jobs or a call sheet; decided again at the last moment."""

from __future__ import annotations

import pytest
from asked import CONSOLE, Browser
from cited import cited
from installation import NAME
from reaching import reach, text_of
from receiving import FILE
from second import read_and_approve

from kept.channels.fax import FaxJob, FaxOutcome
from kept.door.staff import Staff
from kept.errors import DeniedError, InputError
from kept.policy.channel import CHANNEL_TABLE
from kept.policy.words import Exit
from kept.services.campaigns import campaigns, candidates
from kept.services.messages import call_sheets, calls, letters
from kept.services.messages.fax import look_after_faxes
from kept.services.messages.outbox import send_due
from kept.services.messages.stop_list import stop_token
from kept.services.my_data import choices, corrections, erasure
from kept.services.my_data.own_data import own_data
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

    async def send(self, channel, named="autumn-light"):
        """Draft, ask, approve, queue, send."""
        file = FILE.replace("- mail", f"- {channel}").replace("autumn-light", named)
        found = await campaigns.draft(self.engine, self.ume, file)
        await candidates.ask(self.engine, self.ume, found.id)
        await read_and_approve(candidates.SENDING, self.engine, self.kato, found.id)
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
    assert (await desk.ended(campaign))["to-print", ""] == 3
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
        ("queued", ""): 3, ("to-print", ""): 0, ("printed", ""): 1, ("left-out", "no"): 2, ("not-chosen", "consent"): 1,
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
    assert (await desk.ended(campaign))["at-server", ""] == 3


async def test_a_campaign_by_phone_is_a_call_sheet(desk):
    """§4.4 normal: lines without name, script or number; each is opened alone, recorded, and ends before the next."""
    campaign = await desk.send("phone")
    sheet_id = await desk.begun(campaign)
    sheet = await call_sheets.sheet_of(desk.engine, desk.ume, sheet_id)
    assert [(one.outcome, one.said) for one in sheet.rows] == [("waiting", None)] * 3
    staff = Staff(
        desk.engine, await sessions.start_demo_session(desk.engine, "ume")
    )  # a program sees what the page shows
    assert [one.id for one in await staff.all_call_sheets()] == [sheet_id]
    assert await staff.call_sheet(sheet_id) == sheet
    shown = []
    for one in sheet.rows:
        card = await calls.show_number(desk.engine, desk.ume, sheet_id, one.place)
        assert (await desk.installation.newest()).act == "staff:call:reveal"
        with card["phone"].open(Exit.PHONE) as number:
            shown.append(number)
        opened = (await call_sheets.sheet_of(desk.engine, desk.ume, sheet_id)).rows
        assert [line.place for line in opened if line.said] == [one.place]
        await calls.end_call(desk.engine, desk.ume, sheet_id, one.place, "reached")
    assert sorted(shown) == ["090-1234-5670", "090-1234-5671", "090-1234-5672"]
    assert (await call_sheets.sheet_of(desk.engine, desk.ume, sheet_id)).status == "ended"


LEAVING = {
    "channel": lambda engine, own: choices.choose(engine, own, PURPOSE, Exit.PHONE, allow=False),
    "purpose": lambda engine, own: choices.choose(engine, own, PURPOSE, None, allow=False),
    "stop": lambda engine, own: choices.stop_use(engine, own, PURPOSE, stop=True),
    "erase": erasure.intend_erasure,
    "erase later": lambda engine, own: erasure.intend_erasure(engine, own, grace_seconds=86_400),
    "remove": lambda engine, own: corrections.remove_value(engine, own, "phone"),
}


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("how", LEAVING)
async def test_a_sheet_shrinks_as_people_leave(desk, how, begun):
    """§4.4 breach: whoever left is on no sheet that anybody looks at, in no count, and can be opened by nobody."""
    campaign = await desk.send("phone")
    if begun:
        await desk.begun(campaign)
    before = (await call_sheets.sheets_of(desk.engine, desk.ume))[0]
    await LEAVING[how](desk.engine, desk.people[0])
    (sheet,) = await call_sheets.sheets_of(desk.engine, desk.ume)
    assert (before.left, sheet.left) == (3, 2)
    browser = Browser(desk.installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(desk.engine, "ume")
    text = (await browser.get(f"/en/calls/{sheet.id}")).text
    assert NAME not in text
    assert "Autumn light" not in text
    (gone,) = {one.place for one in before.rows} - {one.place for one in sheet.rows}
    if begun:
        with pytest.raises(InputError):
            await calls.show_number(desk.engine, desk.ume, sheet.id, gone)
    if how != "erase":
        entries = [one for one in await desk.installation.ledger() if one.act == "system:message:leave-out"]
        assert [one.outcome for one in entries] == ["refused"]


async def test_only_who_opened_a_line_reads_its_script(desk):
    """§4.4 breach: a colleague with the same purpose looks at the sheet and sees no name."""
    sheet_id = await desk.begun(await desk.send("phone"))
    await calls.show_number(desk.engine, desk.ume, sheet_id, 1)
    other = await desk.installation.staff("emi", ("marketing",))
    assert not any(one.said for one in (await call_sheets.sheet_of(desk.engine, other, sheet_id)).rows)


async def test_a_stopped_campaign_calls_nobody(desk):
    """§4.4 breach: nobody is on its sheet any more."""
    sheet_id = await desk.begun(await desk.send("phone"))
    await campaigns.stop(desk.engine, desk.ume, "autumn-light")
    assert (await call_sheets.sheet_of(desk.engine, desk.ume, sheet_id)).rows == ()
    with pytest.raises(DeniedError):
        await calls.show_number(desk.engine, desk.ume, sheet_id, 1)


async def test_a_no_between_the_look_and_the_opening_is_refused_with_its_clause(desk):
    """§4.4 breach: the line still stood there; opening it is decided anew, and recorded."""
    sheet_id = await desk.begun(await desk.send("phone"))
    for own in desk.people:
        await choices.choose(desk.engine, own, PURPOSE, Exit.PHONE, allow=False)
    with pytest.raises(DeniedError) as refused:
        await calls.show_number(desk.engine, desk.ume, sheet_id, 1)
    assert (refused.value.step, refused.value.reason, cited(refused.value)) == (6, "no", "§2.1")
    assert (await desk.installation.newest()).outcome == "refused"


async def test_never_again_is_about_the_number_that_was_called(desk):
    """§4.4 breach: corrected while the call lasts: the number that was dialled is listed, and not the new one."""
    engine = desk.engine
    sheet_id = await desk.begun(await desk.send("phone"))
    card = await calls.show_number(engine, desk.ume, sheet_id, 1)
    with card["phone"].open(Exit.PHONE) as dialled:
        called = stop_token(engine, Exit.PHONE, dialled)
    (own,) = [one for one in desk.people if dialled in [held.value for held in (await own_data(engine, one)).held]]
    fresh = await desk.installation.session(own.person_id)
    await corrections.correct(engine, fresh, "phone", "090-9999-0000", expected_version=1)
    await calls.end_call(engine, desk.ume, sheet_id, 1, "not-again")
    listed = desk.installation.sql("SELECT token FROM stop_list WHERE channel = 'phone'")
    assert listed == [(called,)]


async def test_do_not_call_again_keeps_the_next_campaign_away(desk):
    """§4.4 breach: the stop list stands against it before anybody is on a sheet."""
    campaign = await desk.send("phone")
    sheet_id = await desk.begun(campaign)
    await calls.show_number(desk.engine, desk.ume, sheet_id, 1)
    await calls.end_call(desk.engine, desk.ume, sheet_id, 1, "not-again")
    again = FILE.replace("- mail", "- phone").replace("autumn-light", "winter-light")
    found = await campaigns.draft(desk.engine, desk.ume, again)
    await candidates.ask(desk.engine, desk.ume, found.id)
    await read_and_approve(candidates.SENDING, desk.engine, desk.kato, found.id)
    await send_due(desk.engine)
    ended = await desk.ended(found.id)
    assert (ended["to-call", ""], ended["left-out", "stop-list"]) == (2, 1)


@pytest.mark.parametrize("how", ["no", "stop", "erase"])
@pytest.mark.parametrize("gives_back", [True, False])
async def test_a_fax_that_waits_is_taken_back_or_named(desk, how, gives_back):
    """§4.4 breach: a no, a stop and an erasure remove it from the fax server's queue; what the server keeps is said."""
    await desk.send("fax")
    desk.fax.gives_back = gives_back
    own = desk.people[0]
    if how == "erase":
        receipt = await erasure.erasure_receipt(desk.engine, await erasure.intend_erasure(desk.engine, own))
        held = receipt["faxes_held"]
    elif how == "no":
        held = (await choices.choose(desk.engine, own, PURPOSE, Exit.FAX, allow=False)).going.faxes_held
    else:
        held = (await choices.stop_use(desk.engine, own, PURPOSE, stop=True)).going.faxes_held
    assert held == (not gives_back)
    assert len(desk.fax.jobs) == (2 if gives_back else 3)


async def test_a_no_to_another_way_leaves_a_fax(desk):
    """§4.4: only what the no is about."""
    await desk.send("fax")
    await choices.choose(desk.engine, desk.people[0], PURPOSE, Exit.POST, allow=False)
    assert len(desk.fax.jobs) == 3


async def test_an_erasure_takes_letters_and_lines_of_call_sheets_with_it(desk):
    """§4.4: what waits is gone, and the print file and the sheet are shorter."""
    await desk.send("post")
    await desk.send("phone", "winter-light")
    await erasure.intend_erasure(desk.engine, desk.people[0])
    assert (await letters.waiting_runs(desk.engine, desk.ume))[0].letters == 2
    assert [len(one.rows) for one in await call_sheets.sheets_of(desk.engine, desk.ume)] == [2]


async def console(desk, path):
    """A page of the console, as marketing sees it."""
    browser = Browser(desk.installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(desk.engine, "ume")
    return (await browser.get(path)).text


WAITS = {
    "post": "waits for the printer",
    "fax": "waits at the fax server, not sent yet",
    "phone": "on a call sheet, not called yet",
}


@pytest.mark.parametrize("channel", WAITS)
async def test_no_page_says_sent_of_what_waits(desk, channel):
    """§4.4 page: the campaign's and the customer's own say what is true of this way, and nothing more."""
    campaign = await desk.send(channel)
    assert (await campaigns.results(desk.engine, campaign)).left == {CHANNEL_TABLE[Exit(channel)].begins: 3}
    text = await console(desk, f"/en/campaigns/{campaign}")
    assert "</b>sent" not in text  # while it is under way no figure is shown at all
    assert "under way" in text
    browser = Browser(desk.installation)
    await browser.sign_in(desk.people[0])
    mine = (await browser.get("/en/my-data")).text
    assert WAITS[channel] in mine
    assert '<span class="state">sent</span>' not in mine


async def test_each_way_ends_in_its_own_words(desk):
    """§4.4 page: printed, reached, sent by the fax server or given up by it; counted as they end."""
    post = await desk.send("post", "by-letter")
    await letters.fetch(desk.engine, desk.ume, PURPOSE, "campaign", post)
    phone = await desk.send("phone", "by-phone")
    sheet_id = await desk.begun(phone)
    await calls.show_number(desk.engine, desk.ume, sheet_id, 1)
    await calls.end_call(desk.engine, desk.ume, sheet_id, 1, "reached")
    fax = await desk.send("fax", "by-fax")
    first, second, _ = desk.fax.jobs
    desk.fax.jobs[first] = FaxJob(FaxOutcome.SENT, "1")
    desk.fax.jobs[second] = FaxJob(FaxOutcome.REFUSED, "2")
    await look_after_faxes(desk.engine)
    left = [(await campaigns.results(desk.engine, one)).left for one in (post, phone, fax)]
    assert left == [{"printed": 3}, {"to-call": 2, "reached": 1}, {"sent": 1, "at-server": 1}]
    assert (await desk.ended(fax))["failed", "fax-failed"] == 1
