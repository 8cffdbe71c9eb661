"""Attacks on letters, faxes, call sheets and what was written in cases: changed rows, races, kills, words that inject."""

from __future__ import annotations

import asyncio

import pytest
from asked import CONSOLE, Browser
from installation import PHONE, Installation, carry_channels
from reaching import text_of
from second import read_and_give

from clauses.test_4_5_contact import TEXT, TITLE, ContactDesk
from kept.errors import ConflictError, DeniedError, KeptError
from kept.services.cases import contacts, other_words
from kept.services.messages import call_sheets, calls, letters
from kept.services.staff import sessions
from kept.services.upkeep import approvals
from kept.services.upkeep.verification import verify_installation

pytestmark = pytest.mark.anyio
HOSTILE = '#read("/etc/passwd") \\ $x$ <script>alert(1)</script> {{ 7*7 }}\n.\nBcc: other@example.jp\n=1+1'


@pytest.fixture
async def desk(tmp_path, anyio_backend):
    """An installation on disk, and a case that holds the customer."""
    installation = Installation(tmp_path)
    await installation.open()
    yield await ContactDesk(installation).begin()
    await installation.close()


def flip(installation, table):
    """Turn one bit of the newest seal in *table*."""
    (person_id, message_id, sealed) = installation.sql(f"SELECT person_id, message_id, sealed FROM {table}")[0]  # noqa: S608 -- ours
    broken = sealed[:-1] + bytes([sealed[-1] ^ 1])
    installation.sql(
        f"UPDATE {table} SET sealed = ? WHERE person_id = ? AND message_id = ?",  # noqa: S608 -- ours
        broken,
        person_id,
        message_id,
    )


@pytest.mark.parametrize(("table", "channel"), [("letter", "post"), ("call_row", "phone"), ("contact", "mail")])
async def test_a_flipped_bit_is_named_and_nothing_of_it_leaves(desk, table, channel):
    """A changed letter is not printed, a changed script not shown, and the installation is told which it was."""
    message = await desk.write(channel)
    flip(desk.installation, table)
    await desk.engine.sequencer.integrate()
    problems = (await verify_installation(desk.engine)).problems
    assert [one for one in problems if message[:16] in one and "do not open" in one]
    if table == "letter":
        printed = await desk.print()
        assert (printed.pdf, printed.left_out) == (b"", 1)
    elif table == "call_row":
        sheet = await desk.sheet()
        await calls.begin(desk.engine, desk.session, sheet.id)
        await calls.show_number(desk.engine, desk.session, sheet.id, 1)
        assert (await desk.sheet()).rows[0].said is None
    else:
        assert (await contacts.contacts_of(desk.engine, desk.session, desk.case.id))[0].title == ""
    assert [one for one in await desk.installation.ledger() if one.act == "system:rollback:found"]


async def test_words_of_one_message_do_not_open_as_anothers(desk):
    """A row moved to another message, or from one table to another, opens nowhere."""
    first, second = await desk.write("post", "First"), await desk.write("post", "Second")
    sealed = dict(desk.installation.sql("SELECT message_id, sealed FROM letter"))
    desk.installation.sql("UPDATE letter SET sealed = ? WHERE message_id = ?", sealed[first], second)
    printed = await desk.print()
    assert (printed.letters, printed.left_out) == (1, 1)
    assert "Second" not in text_of(printed.pdf)


async def test_nothing_that_was_written_lies_in_the_clear(desk):
    """Neither text, script, number nor address is in the databases, while it waits and after."""
    for channel in ("post", "phone", "fax", "mail"):
        await desk.write(channel)
    await desk.print()
    desk.installation.sql("SELECT 1")
    for file in desk.installation.folder.glob("*.db*"):
        raw = file.read_bytes()
        for part in (b"licence covers", b"Canary Installation", b"0752001000", PHONE.encode()):
            assert part not in raw


async def test_two_who_fetch_at_once_get_one_file(desk):
    """Once means once: the other is refused, and every letter is in exactly one file."""
    for n in range(3):
        await desk.write("post", f"Letter {n}")
    results = await asyncio.gather(*(desk.print() for _ in range(3)), return_exceptions=True)
    files = [one for one in results if not isinstance(one, BaseException)]
    refused = [one for one in results if isinstance(one, ConflictError)]
    assert (len(files), len(refused)) == (1, 2)
    assert files[0].letters == 3


async def test_two_windows_show_one_number(desk):
    """One number at a time, however many ask at once."""
    for n in range(3):
        await desk.write("phone", f"Call {n}")
    sheet = await desk.sheet()
    await calls.begin(desk.engine, desk.session, sheet.id)
    results = await asyncio.gather(
        *(calls.show_number(desk.engine, desk.session, sheet.id, one.place) for one in sheet.rows),
        return_exceptions=True,
    )
    assert sum(not isinstance(one, BaseException) for one in results) == 1
    assert {one.reason for one in results if isinstance(one, KeptError)} == {"call-open"}


async def test_words_that_inject_are_text_everywhere(desk):
    """Markup of letters, pages, mails and spreadsheets arrives as it was typed, and does nothing."""
    for channel in ("mail", "post", "fax", "phone"):
        await desk.write(channel, f"<b>Subject</b> #panic()\n{HOSTILE}")
    for pdf in ((await desk.print()).pdf, desk.fax.sent[0][2]):
        page = "".join(text_of(pdf).split())
        assert "".join(HOSTILE.split()) in page
        assert "#panic()" in page
        assert "root:" not in page
    assert HOSTILE in desk.mail.sent[0][2].words.text
    browser = Browser(desk.installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(desk.engine, "sato")
    sheet = await desk.sheet()
    for path in (f"/en/case/{desk.case.id}", f"/en/calls/{sheet.id}"):
        page = (await browser.get(path)).text
        assert "<script>alert" not in page
        assert "<b>Subject" not in page
        assert "49" not in page.split("&lt;script&gt;")[-1][:40]


@pytest.mark.parametrize("title", ["a\nBcc: other@example.jp", "a\r\nX: y", "a\x00b", "\u202eevil", "\ud800"])
async def test_a_subject_is_one_line_of_readable_text(desk, title):
    """A line break becomes a space before it can become a header; what shows something else is refused."""
    try:
        await other_words.ask_to_write(desk.engine, desk.session, desk.case, "mail", title, "A text.", "It is so")
        second = await desk.installation.staff("kato", ("privacy",))
        ((waits),) = await approvals.waiting(desk.engine, second)
        await read_and_give(desk.engine, second, waits.id)
    except KeptError:
        assert desk.mail.sent == []
    else:
        assert "\n" not in desk.mail.sent[0][2].words.title
        assert "\r" not in desk.mail.sent[0][2].words.title


async def test_anothers_case_sheet_and_run_are_refused_on_the_console(desk):
    """A colleague who guesses the address of a case or sheet gets nothing; an unknown one neither."""
    await desk.write("post")
    sheet_id = await desk.begun()
    await desk.installation.staff("ueda", ("support",))
    browser = Browser(desk.installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(desk.engine, "ueda")
    await browser.get("/en")
    answer = await browser.post(f"/en/case/{desk.case.id}/contact", channel="mail", title=TITLE, text=TEXT)
    assert answer.status_code == 422
    assert desk.mail.sent == []
    answer = await browser.post(f"/en/calls/{sheet_id}/show", place="1")
    assert answer.status_code == 403
    assert PHONE not in answer.text
    for path, fields in (
        ("/en/calls/none/show", {"place": "1"}), (f"/en/calls/{sheet_id}/end", {"place": "x", "outcome": "reached"}),
        (f"/en/calls/{sheet_id}/end", {"place": "1", "outcome": "lift"}), (f"/en/calls/{sheet_id}", {"step": "lift"}),
        ("/en/letters", {"purpose": "nothing", "origin": "case", "origin_id": "1"}),
        ("/en/letters", {"purpose": "contact", "origin": "case", "origin_id": "../../etc"}),
        ("/en/letters", {"purpose": "contact", "origin": "case", "origin_id": "1", "extra": "x"}),
    ):  # fmt: skip
        assert (await browser.post(path, **fields)).status_code in {403, 409, 422}


async def killed(desk, act, check):
    """Kill *act* after every number of writes; check after each next start, until it goes through."""
    for writes in range(20):
        desk.installation.stop_after(writes)
        try:
            await act()
            done = True
        except KeptError as error:
            if error.reason != "killed" and not isinstance(error, (ConflictError, DeniedError)):
                raise
            done = error.reason != "killed"
        before = desk.engine
        await desk.installation.close(integrate=False)
        desk.engine = await desk.installation.open()
        carry_channels(before, desk.engine)
        desk.session = await sessions.session_of(desk.engine, await sessions.start_demo_session(desk.engine, "sato"))
        await check()
        await desk.engine.sequencer.integrate()
        assert (await verify_installation(desk.engine)).problems == []
        if done:
            return
    pytest.fail("the act never ended")


async def test_showing_a_number_killed_at_every_write(desk):
    """A number was shown with its entry, or the row waits or says so; it is never shown without a trace."""
    sheet_id = await desk.begun()
    shown = []

    desk.again = sheet_id

    async def act():
        shown.append(await calls.show_number(desk.engine, desk.session, desk.again, 1))

    async def check():
        row = (await desk.sheet()).rows[0]
        revealed = [one for one in await desk.installation.ledger() if one.act == "staff:call:reveal"]
        assert row.outcome in {call_sheets.WAITING, call_sheets.SHOWN}
        assert len(revealed) >= len(shown)
        if row.outcome == call_sheets.SHOWN and not shown:  # killed between: say how it ended, and nothing is stuck
            await calls.end_call(desk.engine, desk.session, sheet_id, 1, "not-reached")
            await desk.write("phone")
            desk.again = (await desk.sheet()).id
            await calls.begin(desk.engine, desk.session, desk.again)

    await killed(desk, act, check)
    assert len(shown) == 1


async def test_ending_a_call_killed_at_every_write(desk):
    """The outcome, the stop list and the entry are there together or not at all."""
    sheet_id = await desk.begun()
    await calls.show_number(desk.engine, desk.session, sheet_id, 1)

    async def act():
        await calls.end_call(desk.engine, desk.session, sheet_id, 1, "not-again")

    async def check():
        row = (await desk.sheet()).rows[0]
        entries = [one for one in await desk.installation.ledger() if one.act == "staff:call:end"]
        listed = desk.installation.sql("SELECT COUNT(*) FROM stop_list")[0][0]
        assert (len(entries), listed) == ((1, 1) if row.outcome == "not-again" else (0, 0))

    await killed(desk, act, check)


async def test_a_stopped_process_leaves_every_letter_and_fax_accounted_for(desk):
    """Killed at every write of sending: each message is sent, waiting or unknown, and a letter waits exactly once."""
    sent = []

    async def act():
        sent.append(await desk.write("post"))

    async def check():
        waiting = await letters.waiting_runs(desk.engine, desk.session)
        written = await contacts.contacts_of(desk.engine, desk.session, desk.case.id)
        to_print = [one for one in written if one.state == "to-print"]
        assert sum(one.letters for one in waiting) == len(to_print)
        assert {one.state for one in written} <= {"to-print", "waiting"}

    await killed(desk, act, check)
    assert sent
