"""What a page, a list or a file shows at most, and what another program may take, at both sides of their edge."""

from __future__ import annotations

import asyncio
import inspect
from datetime import timedelta
from types import SimpleNamespace

import aiosmtplib
import pytest
from asked import CONSOLE, SITE, Browser
from counted import StatisticsDesk, person
from installation import POLICY
from taking import SURVEY, opened

from clauses.test_4_5_contact import ContactDesk
from kept import limits, policy_files
from kept.channels.fax import FaxOutcome, FaxServer
from kept.channels.handed import Handed
from kept.channels.mail import MailServer
from kept.channels.mailbox import Mailbox
from kept.channels.written_mail import write_mail
from kept.cookies.findings import AGAIN, ALWAYS_UNSEEN, ANOTHER, SIGNED_IN, Held, Observed, compare
from kept.cookies.rules import Rules
from kept.errors import SettingError
from kept.guarantees import consent_checked_when_sent, says_why_you_got_it, words
from kept.policy.check import check_policy
from kept.policy.day import local
from kept.policy.read import read_policy
from kept.policy.words import Exit
from kept.services.cookies.scan import scan_site
from kept.services.cookies.visitor import Visitor, pages_to_visit
from kept.services.my_data.message_reasons import messages_to
from kept.services.my_data.own_data import own_data
from kept.services.staff import sessions
from kept.web.console import beginnings
from kept.web.figures import shown_figures
from kept.web.theme import read_theme
from unit.channels.test_fax import NUMBER, PDF, programs
from unit.channels.test_mail import mail
from unit.web.test_theme import theme

pytestmark = pytest.mark.anyio


async def of_staff(installation, login, roles):
    """A browser at the console, signed in."""
    session = await installation.staff(login, roles)
    browser = Browser(installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, session.login)
    return browser


# -------------------------------------------------------------------- lists


@pytest.mark.edge("LINES_TAKEN_ALONG")
async def test_the_lines_taken_along(installation, monkeypatch):
    """As many lines of history as there may be are taken along; of one more the oldest stays here."""
    own = await installation.mori()
    there = (await own_data(installation.engine, own)).history.total
    for most in (there + 1, there + 1):  # looking adds a line
        monkeypatch.setattr(limits, "LINES_TAKEN_ALONG", most)
        found = (await own_data(installation.engine, own, exit=Exit.TAKE_ALONG)).history
        assert len(found.lines) == min(most, found.total)
    assert found.total == most + 1


@pytest.mark.edge("MESSAGES_SHOWN", "MESSAGES_LOOKED_AT")
async def test_the_messages_shown_and_looked_at(installation, monkeypatch):
    """The newest, as many as there may be: on the person's page, and by the live checks of messages."""
    desk = await ContactDesk(installation).begin()
    for _ in range(3):
        await desk.write("mail")
    for most in (2, 3, 4):
        monkeypatch.setattr(limits, "MESSAGES_SHOWN", most)
        monkeypatch.setattr(limits, "MESSAGES_LOOKED_AT", most)
        assert len(await messages_to(installation.engine, desk.own.person_id, "en")) == min(most, 3)
        assert (await says_why_you_got_it.check(installation.engine)).values["m"] == min(most, 3)
        assert str(min(most, 3)) in (await consent_checked_when_sent.check(installation.engine)).detail


@pytest.mark.edge("STATISTICS_ROWS_SHOWN", "STATISTICS_BARS_SHOWN")
async def test_the_rows_and_bars_of_figures(installation, monkeypatch):
    """As many as there may be; how many rows more there are is said."""
    await person(installation, interests="landscape")
    desk = await StatisticsDesk.of(installation)
    await desk.build()
    found = await desk.ask("interests")
    rows = len(shown_figures(installation.engine, found, "en")["rows"])
    for most, more in ((rows, 0), (rows - 1, 1)):
        monkeypatch.setattr(limits, "STATISTICS_ROWS_SHOWN", most)
        monkeypatch.setattr(limits, "STATISTICS_BARS_SHOWN", most)
        shown = shown_figures(installation.engine, found, "en")
        assert (len(shown["rows"]), shown["more"], len(shown["bars"])) == (most, more, most)


@pytest.mark.parametrize("after", [-1, 1])
@pytest.mark.edge("DRAW_SHOWN_SECONDS")
async def test_a_closed_instance(installation, after):
    """It stands on the page until its last second, and not after."""
    desk = await opened(installation, SURVEY, "research")
    await desk.close()
    installation.wall.pass_(limits.DRAW_SHOWN_SECONDS + after)
    assert ("A survey" in (await Browser(installation).get("/en/take-part")).text) is (after < 0)


# -------------------------------------------------------------------- suggestions


@pytest.mark.edge("DISCLOSURE_SUGGESTED_SECONDS")
async def test_the_day_a_request_is_answered_by(installation):
    """In fourteen days, unless another is written."""
    browser = await of_staff(installation, "hara", ("legal",))
    today = local(installation.engine.clock.now(), installation.engine.zone)
    suggested = today + timedelta(seconds=limits.DISCLOSURE_SUGGESTED_SECONDS)
    page = (await browser.get("/en/legal")).text
    assert f'value="{suggested:%Y-%m-%d}"' in page
    assert f'value="{suggested + timedelta(days=1):%Y-%m-%d}"' not in page


@pytest.mark.edge("INSTANCE_SUGGESTED_DAYS")
async def test_the_day_an_instance_closes(installation):
    """In sixty days, unless another is written."""
    policy, now = installation.engine.policy.policy, installation.engine.clock.now()
    file = beginnings.instance(policy, policy.points["questionnaire"], now)
    assert f"closes: {local(now + limits.INSTANCE_SUGGESTED_DAYS * limits.DAY, policy.zone):%Y-%m-%d}" in file


# -------------------------------------------------------------------- what is taken


@pytest.mark.edge("LOGO_BYTES")
def test_a_logo(tmp_path):
    """200,000 bytes, and no more."""
    said = "logo = 'logo.svg'"
    assert read_theme(theme(tmp_path, said, logo=b"x" * limits.LOGO_BYTES)).logo
    with pytest.raises(SettingError):
        read_theme(theme(tmp_path, said, logo=b"x" * (limits.LOGO_BYTES + 1)))


@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.edge("COUNTED_OPTIONS")
def test_the_options_that_can_be_counted(more):
    """A choice of several with 16 options can be counted, and one with 17 cannot."""
    files = dict(policy_files(POLICY))
    first = files[POLICY.name].decode()
    options = first.split("type: some-of\n    of:\n", 1)[1].split("    identifies", 1)[0]
    added = limits.COUNTED_OPTIONS - options.count("- ") + more
    longer = options + "".join(f"      - further-{number}\n" for number in range(added))
    files = {POLICY.name: first.replace(options, longer, 1).encode()}
    codes = {one.code for one in check_policy(files, words())}
    assert ("statistics-unfit" in codes) is bool(more)


@pytest.mark.parametrize("above", [0.0, 0.001])
@pytest.mark.parametrize("word", ["rho: 0.05", "rho-year: 0.2"])
@pytest.mark.edge("COUNTED_RHO", "COUNTED_RHO_YEAR")
def test_the_largest_budget_of_counts(word, above):
    """A policy may declare as much for a period, and for twelve months, and no more."""
    most = limits.COUNTED_RHO if word.startswith("rho: ") else limits.COUNTED_RHO_YEAR
    first = (
        policy_files(POLICY)[POLICY.name].decode().replace("rho-year: 0.2", f"rho-year: {limits.COUNTED_RHO_YEAR}", 1)
    )
    word = word.replace("rho-year: 0.2", f"rho-year: {limits.COUNTED_RHO_YEAR}")
    larger = first.replace(word, f"{word.partition(':')[0]}: {most + above}", 1)
    codes = {one.code for one in check_policy({POLICY.name: larger.encode()}, words())}
    assert ("value-unfit" in codes) is bool(above)


@pytest.mark.parametrize(
    ("at", "path", "most"),
    [(CONSOLE, "/en/demo/staff", limits.SMALL_REQUEST_FIELDS), (SITE, "/en/sign-in", limits.REQUEST_FIELDS)],
)
@pytest.mark.edge("REQUEST_FIELDS", "SMALL_REQUEST_FIELDS")
async def test_the_fields_of_a_request(installation, at, path, most):
    """A request with as many is read, and answered by what it says; one more is refused unread."""
    browser = Browser(installation, at=at, demo=True)
    for count in (most, most + 1):
        answer = await browser.post(path, **{f"field{number}": "x" for number in range(count)})
        assert (answer.status_code == 400) is (count > most), answer.status_code


@pytest.mark.edge("SCANNED_PAGES")
def test_the_pages_of_a_scan():
    """Eight pages of the site are visited, the first one included, and no more; that there are more is said."""
    for there in (limits.SCANNED_PAGES, limits.SCANNED_PAGES + 1):
        links = [f"https://shop.example/{number}" for number in range(1, there)]
        others = ["https://shop.example.evil/", "https://else.example/1", "https://shop.example/1#part"]
        chosen, more = pages_to_visit("https://shop.example/", [*links, *others])
        assert (len(chosen), more) == (limits.SCANNED_PAGES, there > limits.SCANNED_PAGES)


@pytest.mark.edge("SCAN_SAME_CHARACTERS")
def test_what_two_sign_ins_may_have_in_common():
    """Seven characters are chance; eight stay from one sign-in to the next."""
    rules = Rules(read_policy(policy_files(POLICY), words()))
    name = "__Host-kept_session"
    for length in (limits.SCAN_SAME_CHARACTERS, limits.SCAN_SAME_CHARACTERS + 1):
        same = "abcdefghijklm"[:length]
        values = {SIGNED_IN: f"{same}1111111111", ANOTHER: "2222222222", AGAIN: f"3333333333{same}"}
        seen = [Observed(phase, frozenset(), (Held(name, None, value),)) for phase, value in values.items()]
        assert bool(compare(rules, seen, 0.0)) is (length > limits.SCAN_SAME_CHARACTERS)


@pytest.mark.edge("SCAN_WAIT_SECONDS")
async def test_what_a_scan_waits_on_a_first_page():
    """Three seconds, once for each visitor; the scan says that it waits no longer."""
    waited = []

    class Nothing:
        url, frames = "https://shop.example/", ()

        def __getattr__(self, name):
            async def answer(*said, **_):
                if name == "wait_for_timeout":
                    waited.append(said[0])
                return 0 if name == "evaluate" else []

            return answer

        def locator(self, _):
            self.first = self
            return self

    who = Visitor(Nothing(), Nothing.url, "/en/cookies", inspect.signature(scan_site).parameters["patience"].default)
    who.page = Nothing()
    who.page.goto = lambda _: asyncio.sleep(0)
    await who.look_around()
    assert waited == [limits.SCAN_WAIT_SECONDS * 1000]
    assert "later" in ALWAYS_UNSEEN


# -------------------------------------------------------------------- other programs


@pytest.mark.parametrize(("takes", "outcome"), [(0.1, FaxOutcome.QUEUED), (5.0, FaxOutcome.UNKNOWN)])
@pytest.mark.edge("FAX_PROGRAM_SECONDS")
async def test_a_program_of_the_fax_server(tmp_path, takes, outcome):
    """It is waited for as long as the server says, by default a minute; then what became of it is unknown."""
    assert FaxServer()._seconds == limits.FAX_PROGRAM_SECONDS
    server = programs(tmp_path, f'sleep {takes}; echo "request id is 7 (group id 7) for host localhost (1 file)"')
    server._seconds = 1.0
    assert (await server.send(PDF, NUMBER, "kept-1")).outcome is outcome


@pytest.mark.parametrize("in_time", [True, False])
@pytest.mark.edge("MAIL_TIMEOUT_SECONDS")
async def test_an_answer_of_the_mail_server(monkeypatch, in_time):
    """It is waited for as long as the table says; then there is no connection, and the message is tried again later."""
    monkeypatch.setattr(limits, "MAIL_TIMEOUT_SECONDS", 1.0)

    over = asyncio.Event()

    async def answer(reader, writer):
        if not in_time:
            await reader.read()
        writer.write(b"220 mail.test\r\n")
        content = False
        while line := await reader.readline():
            content = line != b".\r\n" if content else line == b"DATA\r\n"
            if content and line != b"DATA\r\n":
                continue
            writer.write(b"354 go on\r\n" if content else b"221 bye\r\n" if line == b"QUIT\r\n" else b"250 taken\r\n")
        writer.close()
        await writer.wait_closed()
        over.set()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as slow:
        server = MailServer("127.0.0.1", slow.sockets[0].getsockname()[1])
        try:
            async with server.turn("a@example.jp") as line:
                assert (line is not None) is in_time
                if line is not None:
                    assert await line.send("b@example.jp", write_mail(mail())) is Handed.SENT
        finally:
            await server.close()
            await over.wait()


@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.edge("MAILBOX_BYTES")
async def test_a_message_for_the_demos_mailbox(monkeypatch, more):
    """One as large as there may be is taken, and a larger one refused."""
    monkeypatch.setattr(limits, "MAILBOX_BYTES", 1000)
    box = await Mailbox().open()
    content = b"Subject: x\r\n\r\n"
    content = content.ljust(998 + more, b"x") + b"\r\n"
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=box.port)
    try:
        await client.connect()
        if more:
            with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
                await client.sendmail("a@example.jp", ["b@example.jp"], content)
            assert refused.value.code == 552
        else:
            await client.sendmail("a@example.jp", ["b@example.jp"], content)
        assert len(box.received) == 1 - more
    finally:
        client.close()
        await box.close()


@pytest.mark.edge("MAILBOX_MESSAGES")
async def test_the_messages_of_the_demos_mailbox():
    """The newest two hundred are kept."""
    box = Mailbox()
    for number in range(limits.MAILBOX_MESSAGES + 1):
        assert len(box.received) == number
        envelope = SimpleNamespace(rcpt_tos=["b@example.jp"], original_content=str(number).encode())
        await box.handle_DATA(None, None, envelope)
    assert len(box.received) == limits.MAILBOX_MESSAGES
    assert (box.received[0].raw, box.received[-1].raw) == (str(limits.MAILBOX_MESSAGES).encode(), b"1")
