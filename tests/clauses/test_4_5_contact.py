"""§4.5: customers are reached by e-mail, letter, phone and fax when needed; each way opens only the items it names."""

from __future__ import annotations

import asyncio
import re
import sys

import pytest
from asked import CONSOLE, Browser
from cited import cited
from installation import MAIL, NAME, PHONE, carry_channels
from reaching import reach, text_of
from second import read_and_give

from kept import limits
from kept.channels import letter
from kept.channels.fax import FaxJob, FaxOutcome
from kept.channels.handed import Handed
from kept.errors import ConflictError, DeniedError, InputError, KeptError, LimitError, SettingError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState, Exit
from kept.services.accounts import accounts
from kept.services.cases import advertising_marks, cases, contacts, inquiries, other_words
from kept.services.gate import gate
from kept.services.messages import call_sheets, calls, letters
from kept.services.messages.fax import look_after_faxes, tag_of
from kept.services.messages.held_after_restore import hold_put_aside
from kept.services.messages.outbox import send_due
from kept.services.messages.stop_list import ASKED, put_on, tokens_of
from kept.services.messages.unknown_outcome import find_unknown
from kept.services.my_data import choices, erasure
from kept.services.my_data.corrections import correct
from kept.services.my_data.own_data import own_data
from kept.services.staff import sessions
from kept.services.upkeep import approvals

pytestmark = pytest.mark.anyio
ADDRESS = "604-8001 Kyoto, Kiyamachi-dori 1-2, Canary Installation"
FAX = "075-200-1000"
TITLE, REPLY, NOTICE = "Our answer to what you asked", "reply", "service-notice"
TEXT = "Dear customer,\n\nyour licence covers print.\nRegards"
ALL = [("name", NAME), ("mail_address", MAIL), ("postal_address", ADDRESS), ("phone", PHONE), ("fax", FAX)]


class ContactDesk:
    """A customer who gave every way to be reached, and a case of support that holds her."""

    def __init__(self, installation) -> None:
        self.installation = installation
        self.engine = installation.engine

    async def begin(self, fields=ALL):
        """Join, give, hire, open the case."""
        self.mail, self.fax = reach(self.installation)
        self.own = await self.installation.join()
        await self.installation.give(self.own, fields)
        self.session = await self.installation.staff()
        self.case = await self.installation.case(self.session)
        await inquiries.note_in_case(self.engine, self.session, self.case, "call")
        return self

    async def write(self, channel, text=TEXT):
        """Reply to what she asked."""
        return await contacts.write_to(self.engine, self.session, self.case.id, channel, REPLY, text)

    async def states(self):
        """What became of what was written, by channel."""
        found = await contacts.contacts_of(self.engine, self.session, self.case.id)
        return {one.channel.value: one.state for one in found}

    async def print(self):
        """Fetch the print file of this case."""
        return await letters.fetch(self.engine, self.session, "contact", "case", str(self.case.number))

    async def sheet(self):
        """The newest call sheet."""
        sheets = await call_sheets.sheets_of(self.engine, self.session)
        return await call_sheets.sheet_of(self.engine, self.session, sheets[0].id)

    async def begun(self):
        """A call sheet that holds her, begun."""
        await self.write("phone")
        sheet = await self.sheet()
        await calls.begin(self.engine, self.session, sheet.id)
        return sheet.id

    async def released(self, exit_):
        """Items that left by an exit, as the ledger has them."""
        return [
            one.items for one in await self.installation.ledger() if one.exit == exit_ and one.outcome == "permitted"
        ]


@pytest.fixture
async def desk(installation):
    """The customer and the case."""
    return await ContactDesk(installation).begin()


# ---------------------------------------------------------------- the normal way


async def test_a_mail_leaves_with_address_and_name_alone(desk):
    """§4.5 normal: the mail channel gets the address, the name and the text, and the case page says sent."""
    await desk.write("mail")
    address, name, message = desk.mail.sent[0]
    assert (address, name, message.words.title, TEXT in message.words.text) == (MAIL, NAME, TITLE, True)
    assert await desk.states() == {"mail": "sent"}
    assert await desk.released("mail") == [("mail_address", "name")]


async def test_a_letter_is_printed_once_with_address_and_name_alone(desk):
    """§4.5 normal: it waits sealed for the printer, is one page with her address, says why and how to stop, and is gone."""
    await desk.write("post")
    assert await desk.states() == {"post": "to-print"}
    assert [(one.origin_id, one.letters) for one in await letters.waiting_runs(desk.engine, desk.session)] == [
        (str(desk.case.number), 1)
    ]
    printed = await desk.print()
    assert (printed.letters, printed.left_out, printed.waiting) == (1, 0, 0)
    page = " ".join(text_of(printed.pdf).split())
    for part in (
        NAME,
        "Canary Installation",
        TITLE,
        "your licence covers print.",
        "§4.5",
        "My data",
        f"case {desk.case.number}",
    ):
        assert part in page
    assert PHONE not in page
    assert MAIL not in page
    assert set(await desk.released("post")) == {("postal_address", "name")}
    assert await desk.states() == {"post": "printed"}
    with pytest.raises(ConflictError) as again:
        await desk.print()
    assert (again.value.reason, cited(again.value)) == ("letters-fetched", "§4.5")
    assert await letters.waiting_runs(desk.engine, desk.session) == []


async def test_a_fax_is_handed_over_with_number_and_name_alone(desk):
    """§4.5 normal: the fax server gets number and pages; the page follows the job to its end."""
    message = await desk.write("fax")
    number, tag, pdf = desk.fax.sent[0]
    assert (number, tag) == ("0752001000", tag_of(message))
    page = " ".join(text_of(pdf).split())
    for part in ("Fax", NAME, TITLE, "your licence covers print.", "§4.5"):
        assert part in page
    for part in ("Canary Installation", PHONE, MAIL, "075-200-1000"):
        assert part not in page
    assert await desk.states() == {"fax": "at-server"}
    desk.fax.jobs[tag] = FaxJob(FaxOutcome.SENT, "1")
    assert await look_after_faxes(desk.engine) == 1
    assert await desk.states() == {"fax": "sent"}
    assert await desk.released("fax") == [("fax", "name")]
    assert (await desk.installation.newest()).act == "system:fax:end"


async def test_a_number_is_shown_once_for_one_call(desk):
    """§4.5 normal: the sheet holds no number; one is shown, decided then; the outcome ends the row and the sheet."""
    sheet_id = await desk.begun()
    sheet = await desk.sheet()
    assert [(one.place, one.outcome, one.said) for one in sheet.rows] == [(1, "waiting", None)]
    card = await calls.show_number(desk.engine, desk.session, sheet_id, 1)
    assert (await desk.sheet()).rows[0].said.text.count(TEXT) == 1
    with card["phone"].open(Exit.PHONE) as number, card["name"].open(Exit.PHONE) as name:
        assert (number, name) == (PHONE, NAME)
    assert set(await desk.released("phone")) == {("phone", "name")}
    assert await desk.states() == {"phone": "shown"}
    await calls.end_call(desk.engine, desk.session, sheet_id, 1, "reached")
    assert await desk.states() == {"phone": "reached"}
    ended = await desk.sheet()
    assert (ended.status, ended.rows[0].said) == ("ended", None)


async def test_she_sees_all_four_with_the_case_number(desk):
    """§4.5 evidence and page: my data shows what was written, by which way, under which clause, in which case."""
    for channel in ("mail", "post", "fax", "phone"):
        await desk.write(channel)
    lines = [line.account for line in (await own_data(desk.engine, desk.own)).history.lines]
    written = [one for one in lines if one.act == "staff:contact:write"]
    assert {(one.exit, one.clause, one.case) for one in written} == {
        (channel, "4.5", str(desk.case.number)) for channel in ("mail", "post", "fax", "phone")
    }
    assert {one.exit for one in lines if one.act == "staff:message:send"} == {"mail", "post", "fax", "phone"}
    browser = Browser(desk.installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(desk.engine, desk.own.person_id)
    page = (await browser.get("/en/my-data")).text
    assert page.split('id="uses"')[1].count(f"case {desk.case.number}") >= 8
    assert "your licence covers print." in page


# ---------------------------------------------------------------- the breach


@pytest.mark.parametrize(
    ("exit_", "slots"),
    [
        (Exit.MAIL, ("phone",)), (Exit.MAIL, ("postal_address",)), (Exit.POST, ("mail_address",)), (Exit.POST, ("fax",)),
        (Exit.FAX, ("phone",)), (Exit.FAX, ("mail_address",)), (Exit.PHONE, ("fax",)), (Exit.PHONE, ("postal_address",)),
    ],
)  # fmt: skip
async def test_a_way_out_opens_no_other_item(desk, exit_, slots):
    """§4.5 breach: the item of another channel is refused at step 7 with the clause, and recorded."""
    with pytest.raises(DeniedError) as refused:
        await gate.read(desk.engine, desk.case.mandate, desk.own.person_id, slots, exit_)
    assert (refused.value.step, cited(refused.value)) == (7, "§4.5")
    said = await desk.installation.newest()
    assert (said.outcome, said.clause, said.exit) == ("refused", "4.5", exit_.value)


@pytest.mark.parametrize("channel", ["mail", "post", "fax", "phone"])
async def test_who_stopped_contact_is_not_written_to(desk, channel):
    """§4.5 breach: refused with the clause before anything is kept, and she sees that it was tried."""
    await choices.stop_use(desk.engine, desk.own, "contact", stop=True)
    with pytest.raises(DeniedError) as refused:
        await desk.write(channel)
    assert (refused.value.step, refused.value.reason, cited(refused.value)) == (8, "stopped", "§4.5")
    assert refused.value.entry_id
    assert await desk.states() == {}
    lines = [line.account for line in (await own_data(desk.engine, desk.own)).history.lines]
    refusal = next(one for one in lines if one.act == "staff:contact:write")
    assert (refusal.outcome, refusal.exit, refusal.case) == ("refused", channel, str(desk.case.number))
    assert not desk.mail.sent
    assert not desk.fax.sent


@pytest.mark.parametrize(
    ("channel", "item"), [("mail", "mail_address"), ("post", "postal_address"), ("fax", "fax"), ("phone", "phone")]
)
async def test_what_she_never_gave_is_no_way(installation, channel, item):
    """§4.5 breach: without the item there is no value to open; refused at step 4, and the page offers no form for it."""
    desk = ContactDesk(installation)
    kept = [one for one in ALL if one[0] != item]
    if item == "mail_address":
        desk.mail, desk.fax = reach(installation)
        desk.own = await installation.join()
        await installation.give(desk.own, kept)
        desk.session = await installation.staff()
        case = await cases.open_case(installation.engine, desk.session, "contact")
        desk.case = await cases.find_in_case(installation.engine, desk.session, case.id, {"phone": PHONE})
        await inquiries.note_in_case(installation.engine, desk.session, desk.case, "letter")
    else:
        await desk.begin(kept)
    with pytest.raises(DeniedError) as refused:
        await desk.write(channel)
    assert (refused.value.step, refused.value.reason) == (4, "value")
    ways = {one.channel.value: one for one in await contacts.ways_of(installation.engine, desk.session, desk.case.id)}
    assert not ways[channel].open
    assert sum(one.open for one in ways.values()) == 3


async def test_a_stop_between_writing_and_printing_keeps_the_letter_here(desk):
    """§4.5 breach: decided about again at the printer; refused, recorded, and the page says why."""
    await desk.write("post")
    await choices.stop_use(desk.engine, desk.own, "contact", stop=True)
    printed = await desk.print()
    assert (printed.pdf, printed.letters, printed.left_out) == (b"", 0, 1)
    refused = next(one for one in await desk.installation.ledger() if one.act == "staff:letter:print")
    assert (refused.outcome, refused.clause) == ("refused", "4.5")
    found = (await contacts.contacts_of(desk.engine, desk.session, desk.case.id))[0]
    assert (found.state, found.reason) == ("left-out", "stopped")


async def test_a_stop_between_the_sheet_and_the_call_keeps_the_number_here(desk):
    """§4.5 breach: a number is decided about when it is shown."""
    sheet_id = await desk.begun()
    await choices.stop_use(desk.engine, desk.own, "contact", stop=True)
    with pytest.raises(DeniedError) as refused:
        await calls.show_number(desk.engine, desk.session, sheet_id, 1)
    assert (refused.value.step, cited(refused.value)) == (8, "§4.5")
    assert await desk.states() == {"phone": "left-out"}


async def test_a_stop_between_queue_and_sending_keeps_a_fax_here(desk):
    """§4.5 breach: what the server did not take yet is decided about again before it is tried again."""
    desk.fax.answer = FaxOutcome.LATER
    await desk.write("fax")
    assert await desk.states() == {"fax": "waiting"}
    await choices.stop_use(desk.engine, desk.own, "contact", stop=True)
    desk.fax.answer = FaxOutcome.QUEUED
    desk.installation.wall.pass_(3600)
    await send_due(desk.engine)
    assert desk.fax.sent == []
    assert await desk.states() == {"fax": "left-out"}


async def test_a_corrected_address_is_the_one_that_is_printed(desk):
    """§4.5: what waits holds no address; the one she has now is opened."""
    await desk.write("post")
    await correct(desk.engine, desk.own, "postal_address", "530-0001 Osaka, Umeda 2-1", expected_version=1)
    page = text_of((await desk.print()).pdf)
    assert "Umeda" in page
    assert "Kiyamachi" not in page


async def test_an_erased_person_is_on_no_page_and_no_sheet(desk):
    """§4.5: letters, scripts, fax jobs and what was written go with her."""
    for channel in ("post", "fax", "phone"):
        await desk.write(channel)
    await erasure.intend_erasure(desk.engine, desk.own)
    with pytest.raises(ConflictError):
        await desk.print()
    assert (await desk.sheet()).rows == ()
    assert await contacts.contacts_of(desk.engine, desk.session, desk.case.id) == []
    desk.fax.jobs.clear()
    assert await look_after_faxes(desk.engine) == 0


async def test_one_number_at_a_time_by_who_began_and_in_its_time(desk):
    """§4.5 breach: no second number before the first call ended, none of another's sheet, none after twelve hours."""
    sheet_id = await desk.begun()
    other = await desk.installation.staff("ueda", ("support",))
    with pytest.raises(DeniedError) as foreign:
        await calls.show_number(desk.engine, other, sheet_id, 1)
    assert foreign.value.reason == "call-sheet-over"
    await calls.show_number(desk.engine, desk.session, sheet_id, 1)
    with pytest.raises(DeniedError):
        await calls.end_call(desk.engine, other, sheet_id, 1, "not-again")
    with pytest.raises(ConflictError) as open_still:
        await calls.show_number(desk.engine, desk.session, sheet_id, 1)
    assert open_still.value.reason == "call-open"
    second = await desk.begun()
    desk.installation.wall.pass_(limits.CALL_SHEET_SECONDS + 1)
    with pytest.raises(DeniedError):
        await calls.show_number(desk.engine, desk.session, second, 1)
    assert await calls.end_sheets(desk.engine) == 2
    assert [(one.status, one.left) for one in await call_sheets.sheets_of(desk.engine, desk.session)] == [
        ("ended", 0)
    ] * 2
    with pytest.raises(ConflictError):
        await calls.begin(desk.engine, desk.session, sheet_id)


@pytest.mark.parametrize("outcome", ["not-again", "wrong-number"])
async def test_do_not_call_again_holds_and_staff_cannot_lift_it(desk, outcome):
    """§4.5 breach: what she told a caller goes on the stop list; the next call is refused with the clause."""
    sheet_id = await desk.begun()
    waiting = await desk.begun()
    await calls.show_number(desk.engine, desk.session, sheet_id, 1)
    await calls.end_call(desk.engine, desk.session, sheet_id, 1, outcome)
    with pytest.raises(DeniedError) as refused:
        await calls.show_number(desk.engine, desk.session, waiting, 1)
    assert (refused.value.reason, cited(refused.value)) == ("stop-list", "§4.5")
    with pytest.raises(DeniedError) as anew:
        await desk.write("phone")
    assert (anew.value.reason, cited(anew.value)) == ("stop-list", "§4.5")
    await desk.write("mail")
    assert len(desk.mail.sent) == 1


async def test_another_role_sees_no_run_and_no_sheet(desk):
    """§4.5 breach: printing and calling need a role with the purpose."""
    await desk.write("post")
    sheet_id = await desk.begun()
    other = await desk.installation.staff("abe", ("partners",))
    assert await letters.waiting_runs(desk.engine, other) == []
    assert await call_sheets.sheets_of(desk.engine, other) == []
    for act in (
        letters.fetch(desk.engine, other, "contact", "case", str(desk.case.number)),
        call_sheets.sheet_of(desk.engine, other, sheet_id),
        calls.begin(desk.engine, other, sheet_id),
        calls.end_call(desk.engine, other, sheet_id, 1, "reached"),
    ):
        with pytest.raises(DeniedError) as refused:
            await act
        assert cited(refused.value) == "§5.2"


async def test_a_case_that_is_over_writes_to_nobody(desk):
    """§4.5 breach: no case, no message; a word that is no channel, and a text that is none, are refused."""
    for channel, title, text in (
        ("screen", TITLE, TEXT), ("pigeon", TITLE, TEXT), ("mail", TITLE, "  \n "), ("mail", "", TEXT),
        ("mail", "x" * 201, TEXT), ("mail", TITLE, "x" * 10_001), ("mail", "a\u202eb", TEXT), ("mail", TITLE, "a\x07b"),
    ):  # fmt: skip
        with pytest.raises(InputError):
            await other_words.ask_to_write(desk.engine, desk.session, desk.case, channel, title, text, "Because")
        if title == TITLE:
            with pytest.raises(InputError):
                await desk.write(channel, text)
    await cases.close_case(desk.engine, desk.session, desk.case.id)
    with pytest.raises(DeniedError) as refused:
        await desk.write("mail")
    assert refused.value.reason == "case-over"
    assert desk.mail.sent == []


async def test_a_case_is_good_for_so_many_messages(desk):
    """§4.5 breach: a case answers somebody and is no campaign; used up, it writes to nobody."""
    left = limits.CONTACTS_OF_A_CASE
    for n in range(left):
        await desk.write("mail", f"Message {n}")
    with pytest.raises(DeniedError) as refused:
        await desk.write("mail")
    assert (refused.value.step, refused.value.reason, cited(refused.value)) == (9, "volume", "§5.2")
    assert len(desk.mail.sent) == left


async def test_a_closed_case_does_not_keep_back_what_was_written_in_it(desk):
    """§4.5: a fax the server takes later still goes after the case was closed."""
    desk.fax.answer = FaxOutcome.LATER
    await desk.write("fax")
    await cases.close_case(desk.engine, desk.session, desk.case.id)
    desk.fax.answer = FaxOutcome.QUEUED
    desk.installation.wall.pass_(3600)
    await send_due(desk.engine)
    assert len(desk.fax.sent) == 1


# ---------------------------------------------------------------- what may go wrong


async def test_without_fax_programs_it_is_refused_with_what_to_install(desk):
    """§4.5: the page says so, nothing is kept."""
    desk.fax.missing = SettingError("none", reason="fax-missing", hint="on Debian: apt install hylafax-client")
    with pytest.raises(SettingError) as refused:
        await desk.write("fax")
    assert "hylafax-client" in refused.value.hint
    assert await desk.states() == {}


@pytest.mark.parametrize("channel", ["post", "fax"])
async def test_a_character_no_font_shows_is_told_to_who_typed_it(desk, channel, monkeypatch):
    """§4.5: with what to install, before anything is kept; by mail the same text goes."""
    plain = letter._fonts
    monkeypatch.setattr(letter, "_fonts", lambda paths, **_: plain(paths, system_fonts=False))
    with pytest.raises(SettingError) as refused:
        await desk.write(channel, "森 様")
    assert (refused.value.reason, "fonts-ipafont-gothic" in refused.value.hint) == ("letter-font", True)
    assert await desk.states() == {}
    await desk.write("mail", "森 様")
    assert await desk.states() == {"mail": "sent"}


@pytest.mark.parametrize("channel", ["post", "fax"])
async def test_without_typst_the_page_says_what_to_install(desk, channel, monkeypatch):
    """§4.5: no letter and no fax, and nothing kept."""
    monkeypatch.setitem(sys.modules, "typst", None)
    ways = {one.channel.value: one.open for one in await contacts.ways_of(desk.engine, desk.session, desk.case.id)}
    assert ways == {"mail": True, "post": False, "phone": True, "fax": False}
    with pytest.raises(SettingError) as refused:
        await desk.write(channel)
    assert "kept[letters]" in refused.value.hint
    assert await desk.states() == {}


@pytest.mark.parametrize(
    ("answer", "state"),
    [(FaxOutcome.REFUSED, "failed"), (FaxOutcome.LATER, "waiting"), (FaxOutcome.UNKNOWN, "unknown")],
)
async def test_every_end_of_a_fax_is_shown(desk, answer, state):
    """§4.5: refused, later and unknown are told apart."""
    desk.fax.answer = answer
    await desk.write("fax")
    assert await desk.states() == {"fax": state}


async def test_a_fax_whose_answer_was_lost_is_found_by_its_tag(desk):
    """§4.5 fault: not sent a second time; what the server says is shown."""
    desk.fax.answer = FaxOutcome.UNKNOWN
    message = await desk.write("fax")
    assert await desk.states() == {"fax": "unknown"}
    await send_due(desk.engine)
    assert len(desk.fax.sent) == 1
    await look_after_faxes(desk.engine)
    assert await desk.states() == {"fax": "at-server"}
    desk.fax.jobs[tag_of(message)] = FaxJob(FaxOutcome.REFUSED, "1")
    await look_after_faxes(desk.engine)
    assert await desk.states() == {"fax": "failed"}


async def test_an_older_copy_of_the_database_prints_and_calls_nobody_by_itself(desk):
    """§4.5 fault: what an older D says waits may have been printed or called; it is unknown until staff send it again."""
    message = await desk.write("post")
    await desk.write("phone")
    assert await hold_put_aside(desk.engine) == 2
    assert await desk.states() == {"post": "unknown", "phone": "unknown"}
    assert await letters.waiting_runs(desk.engine, desk.session) == []
    assert (await desk.sheet()).rows == ()
    for found in await contacts.contacts_of(desk.engine, desk.session, desk.case.id):
        await contacts.write_again(desk.engine, desk.session, desk.case.id, found.id)
    await send_due(desk.engine)
    assert await desk.states() == {"post": "to-print", "phone": "to-call"}
    assert (await desk.print()).letters == 1
    with pytest.raises(ConflictError):
        await contacts.write_again(desk.engine, desk.session, desk.case.id, message)
    with pytest.raises(InputError):
        await contacts.write_again(desk.engine, desk.session, desk.case.id, "0" * 32)


async def test_a_fax_the_server_forgot_is_unknown_not_sent_for_ever(desk):
    """§4.5 fault: after three days a job nobody knows any more is named that; a server that is away changes nothing."""
    await desk.write("fax")
    desk.fax.jobs.clear()
    assert await look_after_faxes(desk.engine) == 0
    desk.installation.wall.pass_(3 * 86400 + 1)
    jobs, desk.fax.jobs = desk.fax.jobs, None
    assert await look_after_faxes(desk.engine) == 0
    desk.fax.jobs = jobs
    assert await look_after_faxes(desk.engine) == 1
    assert await desk.states() == {"fax": "unknown"}


@pytest.mark.parametrize("answer", [Handed.UNDELIVERABLE, Handed.NOT_TAKEN])
async def test_a_mail_the_other_side_refuses_is_failed(desk, answer):
    """§4.5: shown as that."""
    desk.mail.answer = answer
    await desk.write("mail")
    assert await desk.states() == {"mail": "failed"}


async def test_a_letter_that_cannot_be_printed_is_failed_not_tried_for_ever(installation):
    """§4.5: an address that fits no window, or a name no page may show, is told."""
    desk = await ContactDesk(installation).begin(
        [(item, "1 " + "Long Road " * 150 if item == "postal_address" else text) for item, text in ALL]
    )
    await desk.write("post")
    assert await desk.states() == {"post": "failed"}
    assert await letters.waiting_runs(installation.engine, desk.session) == []


async def test_an_address_corrected_to_one_too_long_leaves_its_letter_out(desk):
    """§4.5: the others of the run are printed."""
    await desk.write("post")
    await desk.write("post", "Another")
    other = await desk.installation.join()
    await desk.installation.give(
        other, [("name", "Ren Other"), ("mail_address", "other@example.jp"), ("postal_address", "Nara 30")]
    )
    await correct(desk.engine, desk.own, "postal_address", "1 " + "Long Road " * 150, expected_version=1)
    printed = await desk.print()
    assert (printed.letters, printed.left_out, printed.pdf) == (0, 2, b"")
    assert await desk.states() == {"post": "left-out"}


async def test_a_number_that_cannot_be_dialled_is_failed(installation):
    """§4.5: an extension is no fax number."""
    desk = await ContactDesk(installation).begin([*ALL[:-1], ("fax", "075-200-1000 ext. 12")])
    await desk.write("fax")
    assert await desk.states() == {"fax": "failed"}
    assert desk.fax.sent == []


async def killed(desk, act, after):
    """Run *act* killed after every number of writes; return once it went through."""
    for writes in range(30):
        installation = desk.installation
        installation.stop_after(writes)
        try:
            await act()
            done = True
        except KeptError as error:
            if error.reason not in {"killed", "letters-fetched"}:
                raise
            done = error.reason == "letters-fetched"
        before = installation.engine
        await installation.close(integrate=False)
        await installation.open()
        desk.engine = installation.engine
        carry_channels(before, installation.engine)
        desk.session = await sessions.session_of(
            installation.engine, await sessions.start_demo_session(installation.engine, "sato")
        )
        await after(done)
        if done:
            return
    pytest.fail("the act never ended")


async def test_writing_killed_at_every_write_loses_nothing_and_doubles_nothing(desk):
    """§4.5 fault: a message is there with its entry or not at all, and leaves once, or is named unknown."""

    async def act():
        await desk.write("mail")

    async def after(done):
        del done
        await find_unknown(desk.engine, older_than=desk.engine.clock.now() + 1)
        await send_due(desk.engine)
        written = await contacts.contacts_of(desk.engine, desk.session, desk.case.id)
        entries = [one for one in await desk.installation.ledger() if one.act == "staff:contact:write"]
        assert len(written) == len(entries)
        assert {one.state for one in written} <= {"sent", "unknown"}
        assert len({sent[2].id for sent in desk.mail.sent}) == len(desk.mail.sent)
        ids = {one.id for one in written if one.state == "sent"}
        assert ids <= {sent[2].id for sent in desk.mail.sent}

    await killed(desk, act, after)


async def test_printing_killed_at_every_write_loses_no_letter(desk):
    """§4.5 fault: until the file is whole every letter waits; then it was fetched, once."""
    await desk.write("post")
    await desk.write("post", "Second")
    files = []

    async def act():
        files.append(await desk.print())

    async def after(done):
        waiting = await letters.waiting_runs(desk.engine, desk.session)
        assert sum(one.letters for one in waiting) == (0 if done else 2)
        assert len(files) == (1 if done else 0)

    await killed(desk, act, after)
    assert files[0].letters == 2


async def test_the_board_says_kept_by_all_four_and_the_screen(desk):
    """§4.5 page: the board names every way out in use."""
    one = (await promise_board(desk.engine)).of("4.5")
    assert one.state is ClauseState.KEPT
    part = next(part for part in one.parts if part.part.id == "contact")
    for way in ("fax", "mail", "phone", "post", "screen"):
        assert way in part.detail


async def test_the_console_writes_prints_and_calls(desk):
    """§4.5 page: support does all of it on the console; what is refused is said with its clause."""
    browser = Browser(desk.installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(desk.engine, "sato")
    case = f"/en/case/{desk.case.id}"
    page = (await browser.get(case)).text
    for word in ("E-mail", "Letter", "Phone", "Fax"):
        assert word in page
    for channel in ("mail", "post", "fax", "phone"):
        answer = await browser.post(f"{case}/contact", channel=channel, kind=REPLY, text=TEXT)
        assert answer.status_code == 303
    page = (await browser.get(case)).text
    assert page.count(f">{TITLE}<") == 4
    assert "waits for the printer" in page
    page = (await browser.get("/en/letters")).text
    assert "Print" in page
    answer = await browser.post("/en/letters", purpose="contact", origin="case", origin_id=str(desk.case.number))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert "Mori" not in answer.headers["content-disposition"]
    assert NAME in " ".join(text_of(answer.content).split())
    page = (await browser.get("/en/calls")).text
    sheet = await desk.sheet()
    assert f"/en/calls/{sheet.id}" in page
    page = (await browser.get(f"/en/calls/{sheet.id}")).text
    assert "your licence covers print." not in page
    assert PHONE not in page
    await browser.post(f"/en/calls/{sheet.id}", step="begin")
    answer = await browser.post(f"/en/calls/{sheet.id}/show", place="1")
    assert PHONE in answer.text
    assert "your licence covers print." in answer.text
    assert PHONE not in (await browser.get(f"/en/calls/{sheet.id}")).text
    await browser.post(f"/en/calls/{sheet.id}/end", place="1", outcome="not-again")
    assert "do not call again" in (await browser.get(f"/en/calls/{sheet.id}")).text
    await choices.stop_use(desk.engine, desk.own, "contact", stop=True)
    answer = await browser.post(f"{case}/contact", channel="mail", kind=REPLY, text=TEXT)
    assert answer.status_code == 403
    assert "§4.5" in answer.text


# ---------------------------------------------------------------- advertising through contact


@pytest.fixture
async def uninvited(installation):
    """A customer who asked for nothing and is on the stop list for mail, and a case that found her."""
    desk = ContactDesk(installation)
    desk.mail, desk.fax = reach(installation)
    desk.own = await installation.join()
    await installation.give(desk.own, ALL)
    desk.session = await installation.staff()
    desk.case = await installation.case(desk.session)
    ((channel, token),) = tokens_of(desk.engine, {"mail_address": MAIL}, (Exit.MAIL,))
    await desk.engine.data.write(lambda tx: put_on(tx, channel, token, ASKED, 1.0))
    return desk


async def test_no_advertising_from_a_case_to_who_is_on_the_stop_list(uninvited):
    """§4.5 breach: Black Friday in every way a case has to say it; each is refused with the clause, and she sees the tries."""
    engine, session, case = uninvited.engine, uninvited.session, uninvited.case

    def other():
        return other_words.ask_to_write(engine, session, case, "mail", "Black Friday", "Half price.", "It is Friday")

    tries = {
        "a reply, though she asked nothing": (lambda: uninvited.write("mail", "Black Friday"), "not-asked"),
        "a notice of the service": (lambda: contacts.write_to(engine, session, case, "mail", NOTICE), "stop-list"),
        "a notice with words in it": (
            lambda: contacts.write_to(engine, session, case, "mail", NOTICE, "Black Friday"), "stop-list"
        ),
        "a kind of one's own": (lambda: contacts.write_to(engine, session, case, "mail", "advertising"), "message-kind"),
        "other words": (other, "stop-list"),
    }  # fmt: skip
    for what, (attempt, reason) in tries.items():
        with pytest.raises(DeniedError) as refused:
            await attempt()
        assert (refused.value.reason, cited(refused.value)) == (reason, "§4.5"), what
    await inquiries.note_in_case(engine, session, case, "call")  # an invented call does not help either
    with pytest.raises(DeniedError) as refused:
        await uninvited.write("mail", "Black Friday")
    assert refused.value.reason == "stop-list"
    assert (uninvited.mail.sent, await uninvited.states()) == ([], {})
    lines = [line.account for line in (await own_data(engine, uninvited.own)).history.lines]
    assert sum(one.act == "staff:contact:write" and one.outcome == "refused" for one in lines) == len(tries) + 1
    assert any(one.act == "staff:inquiry:note" for one in lines)


async def test_who_is_on_the_stop_list_gets_the_reply_they_asked_for(uninvited):
    """§4.5 normal: she asks on her page, support takes it up without looking for anybody, and the answer says what it is."""
    engine, session = uninvited.engine, uninvited.session
    browser = Browser(uninvited.installation)
    await browser.sign_in(uninvited.own)
    await browser.get("/en/my-data")
    assert (await browser.post("/en/my-data/ask")).status_code == 303
    console = Browser(uninvited.installation, at=CONSOLE)
    console.cookies["__Host-kept_session"] = await sessions.start_demo_session(engine, "sato")
    page = (await console.get("/en")).text
    assert NAME not in page
    action = re.search(r'action="(/en/asked/\w+)"', page)[1]
    case = (await console.post(action)).headers["location"]
    assert "on their own page" in (await console.get(case)).text
    answer = await console.post(f"{case}/contact", channel="mail", kind=REPLY, text="Yes, it covers print.")
    assert answer.status_code == 303
    ((address, _, message),) = uninvited.mail.sent
    assert (address, message.words.title) == (MAIL, TITLE)
    assert "You asked us to get in touch on" in message.words.text
    assert await inquiries.waiting_inquiries(engine, session) == []
    page = (await browser.get("/en/my-data")).text
    assert "a reply to what was asked" in page
    assert "customer:inquiry:ask" in [one.act for one in await uninvited.installation.ledger()]
    with pytest.raises(DeniedError):  # and what she asked opens nothing else
        await contacts.write_to(engine, session, case.rsplit("/", 1)[1], "mail", NOTICE)


async def test_a_notice_says_the_policys_words_and_nothing_else(desk):
    """§4.5: whatever staff type beside it is in no message."""
    await contacts.write_to(desk.engine, desk.session, desk.case, "mail", NOTICE, "Black Friday: half price.")
    ((_, _, message),) = desk.mail.sent
    assert message.words.title == "Something about our service needs your attention"
    assert "Friday" not in message.words.text
    assert str(desk.case.number) in message.words.text


async def test_other_words_wait_for_a_second_who_reads_them_and_say_why(desk):
    """§4.5, §5.2: nothing goes before; whoever approves reads it; she reads why, in the message and on its page."""
    engine, session = desk.engine, desk.session
    number = await other_words.ask_to_write(
        engine, session, desk.case, "mail", "A change", "Our address has changed.", "The law asks us to tell you"
    )
    assert (await desk.states(), desk.mail.sent) == ({"mail": "asked"}, [])
    browser = Browser(desk.installation)
    await browser.sign_in(desk.own)
    assert "Our address has changed." not in (await browser.get("/en/my-data")).text
    second = await desk.installation.staff("kato", ("privacy",))
    (waits,) = await approvals.waiting(engine, second)
    assert "Our address has changed." in str(waits.subject.texts)
    assert NAME not in str(waits.subject)
    await read_and_give(engine, second, waits.id)
    ((_, _, message),) = desk.mail.sent
    assert "The law asks us to tell you" in message.words.text
    assert await desk.states() == {"mail": "sent"}
    why = (await browser.get(message.why.partition("example")[2] or message.why)).text
    assert "The law asks us to tell you" in why
    assert "other words, which a second of us read" in (await browser.get("/en/my-data")).text
    assert number == message.id


async def test_other_words_not_approved_are_not_kept(desk):
    """§4.5 breach: nobody approves; after its time neither words nor message are there. Stopped meanwhile, it is dead."""
    engine = desk.engine
    ask = (engine, desk.session, desk.case, "mail", "A change", "Our address has changed.", "It is so")
    await other_words.ask_to_write(*ask)
    desk.installation.wall.pass_(limits.APPROVAL_SECONDS + 1)
    await approvals.end_over(engine)
    assert await desk.states() == {}
    assert desk.mail.sent == []


async def test_on_the_list_since_it_was_written_nothing_goes(desk):
    """§4.5 breach: a reply to a noted call waits for the server; meanwhile the address comes on the stop list."""
    desk.mail.answer = Handed.LATER
    await desk.write("mail")
    ((channel, token),) = tokens_of(desk.engine, {"mail_address": MAIL}, (Exit.MAIL,))
    await desk.engine.data.write(lambda tx: put_on(tx, channel, token, ASKED, 1.0))
    desk.mail.answer = Handed.SENT
    desk.installation.wall.pass_(3600)
    await send_due(desk.engine)
    assert await desk.states() == {"mail": "left-out"}


async def test_who_got_advertising_says_so_and_the_board_shows_it(desk):
    """§4.5 breach: Black Friday from a case. She marks it; the clause is not kept until somebody else has settled it."""
    message = await desk.write("mail", "Black Friday: everything at half price.")
    assert (await promise_board(desk.engine)).of("4.5").state is ClauseState.KEPT
    stranger = await desk.installation.join()
    with pytest.raises(InputError):
        await advertising_marks.mark(desk.engine, stranger, message)
    await advertising_marks.mark(desk.engine, desk.own, message)
    await advertising_marks.mark(desk.engine, desk.own, message)
    acts = [one.act for one in await desk.installation.ledger()]
    assert acts.count("customer:advertising:mark") == 1
    assert (await contacts.contacts_to(desk.engine, desk.own.person_id))[0][0].marked
    assert (await promise_board(desk.engine)).of("4.5").state is ClauseState.NOT_KEPT_YET
    with pytest.raises(DeniedError):
        await advertising_marks.settle(desk.engine, desk.session, message)
    second = await desk.installation.staff("kato", ("privacy",))
    await advertising_marks.settle(desk.engine, second, message)
    assert await advertising_marks.marked(desk.engine, second) == []
    assert (await promise_board(desk.engine)).of("4.5").state is ClauseState.KEPT


async def test_who_wrote_it_does_not_settle_it(installation):
    """§4.5 breach: whoever wrote the message, with the right to approve, is still not who looks into it."""
    own = await installation.join()
    await installation.give(own, ALL)
    reach(installation)
    session = await installation.staff("both", ("support", "privacy"))
    case = await installation.case(session)
    await inquiries.note_in_case(installation.engine, session, case, "call")
    message = await contacts.write_to(installation.engine, session, case.id, "mail", REPLY, "Black Friday: half price.")
    await advertising_marks.mark(installation.engine, own, message)
    with pytest.raises(DeniedError, match="somebody else"):
        await advertising_marks.settle(installation.engine, session, message)


async def test_who_let_it_go_does_not_settle_it(installation):
    """§4.5, §5.2 breach: the second who read the advertisement and let it go says afterwards that the mark was looked into."""
    own = await installation.join()
    await installation.give(own, ALL)
    reach(installation)
    engine, writer = installation.engine, await installation.staff("writer")
    second, third = [await installation.staff(one, ("privacy",)) for one in ("second", "third")]
    case = await installation.case(writer)
    await other_words.ask_to_write(engine, writer, case, "mail", "Black Friday", "Half price.", "It is Friday")
    (waits,) = await approvals.waiting(engine, second)
    message = await approvals.approve(engine, second, waits.id, waits.seen)
    await advertising_marks.mark(engine, own, message)
    with pytest.raises(DeniedError, match="somebody else"):
        await advertising_marks.settle(engine, second, message)
    await advertising_marks.settle(engine, third, message)
    assert await advertising_marks.marked(engine, third) == []


async def test_many_windows_ask_no_more_than_one(installation):
    """§4.5 breach: twelve windows that ask at the same moment leave as many inquiries waiting as one window may."""
    own = await installation.join()
    at_once = (inquiries.ask(installation.engine, own) for _ in range(12))
    answers = await asyncio.gather(*at_once, return_exceptions=True)
    assert sum(isinstance(one, LimitError) for one in answers) == 12 - limits.INQUIRIES_OF_A_PERSON
    assert len(await inquiries.inquiries_of(installation.engine, own.person_id)) == limits.INQUIRIES_OF_A_PERSON


async def test_who_loses_the_race_for_an_inquiry_has_no_case(desk):
    """§4.5 breach: two take up the same inquiry at the same moment: one case holds her, and the other leaves none behind."""
    ueda = await desk.installation.staff("ueda")
    asked = await inquiries.ask(desk.engine, desk.own)
    before = desk.installation.sql("SELECT COUNT(*) FROM case_file")[0][0]
    takes = (inquiries.take(desk.engine, one, asked) for one in (desk.session, ueda))
    came = await asyncio.gather(*takes, return_exceptions=True)
    assert sorted(type(one).__name__ for one in came) == ["Case", "ConflictError"]
    (case,) = [one for one in came if not isinstance(one, Exception)]
    assert case.person_id == desk.own.person_id
    assert desk.installation.sql("SELECT COUNT(*) FROM case_file")[0][0] == before + 1
    opened = [one for one in await desk.installation.ledger() if one.act == "staff:case:open"]
    assert {one.case for one in opened} == {str(desk.case.number), str(case.number)}


async def test_an_inquiry_is_not_hidden_behind_what_other_roles_answer(desk, monkeypatch):
    """§4.5: the list shows the oldest of what a role may answer, however much waits before it for others; all can be taken."""
    monkeypatch.setattr(limits, "INQUIRIES_SHOWN", 2)
    monkeypatch.setattr(limits, "INQUIRIES_OF_A_PERSON", 9)
    with monkeypatch.context() as contests:
        contests.setattr(inquiries, "replying", lambda policy: policy.purposes["contest"])
        for _ in range(2 * limits.INQUIRIES_SHOWN):
            await inquiries.ask(desk.engine, desk.own)
    wrote = await inquiries.ask(desk.engine, desk.own)
    shown = await inquiries.waiting_inquiries(desk.engine, desk.session)
    assert [one.purpose for one in shown] == ["contact", "contact"]
    assert shown[1].id == wrote
    assert (await inquiries.take(desk.engine, desk.session, wrote)).person_id == desk.own.person_id
