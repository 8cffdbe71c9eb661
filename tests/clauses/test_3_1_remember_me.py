"""§3.1: cookies may save typing the password: renewed at each use, forgotten one by one or all, a copy is found out."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from asked import CONSOLE, Browser
from installation import PASSWORD
from starlette.responses import Response

from kept import limits
from kept.services.accounts import accounts
from kept.services.staff import sessions
from kept.web.jar import set_session

pytestmark = pytest.mark.anyio

COOKIE = "__Host-kept_remember"
SESSION = "__Host-kept_session"


async def signed_in(installation, *, remember: bool):
    """A browser that signed in with a password."""
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "en")
    browser = Browser(installation)
    more = {"remember": "yes"} if remember else {}
    answer = await browser.post("/en/sign-in", login_name=issued.login_name, password=PASSWORD, **more)
    assert answer.status_code == 303
    return browser


async def test_a_remembered_device_signs_in_with_one_press_and_gets_a_new_token(installation):
    """§3.1 normal: without a session the page offers to go on; it signs in, and the cookie is renewed."""
    browser = await signed_in(installation, remember=True)
    first = browser.cookies[COOKIE]
    assert browser.lives[COOKIE] == str(90 * 86400)
    del browser.cookies[SESSION]
    assert "Go on without a password" in (await browser.get("/en/sign-in")).text
    assert (await browser.post("/en/sign-in/remembered")).headers["location"] == "/en/my-data"
    assert browser.cookies[COOKIE] != first
    page = await browser.get("/en/account")
    assert "Devices that save you typing your password" in page.text


async def test_nobody_is_remembered_who_did_not_ask(installation):
    """§3.1 breach: without the tick there is no cookie and no button; a made-up cookie is not a device."""
    browser = await signed_in(installation, remember=False)
    assert COOKIE not in browser.cookies
    await browser.get("/en/cookies")
    await browser.post("/en/cookies", choice="accept")
    browser.cookies = {"__Host-kept_choices": browser.cookies["__Host-kept_choices"], COOKIE: "A" * 64}
    browser._token = ""
    answer = await browser.post("/en/sign-in/remembered")
    assert answer.status_code == 401
    assert "§3.1" in answer.text
    assert SESSION not in browser.cookies


async def test_a_copy_is_found_out_and_everything_is_forgotten(installation):
    """§3.1 breach: a token used after it was renewed ends every device and session, and my data says so."""
    browser = await signed_in(installation, remember=True)
    stolen, choices = browser.cookies[COOKIE], browser.cookies["__Host-kept_choices"]
    del browser.cookies[SESSION]
    browser._token = ""
    await browser.post("/en/sign-in/remembered")
    installation.wall.pass_(limits.REMEMBERED_AGAIN_SECONDS + 1)
    thief = Browser(installation)
    thief.cookies = {COOKIE: stolen, "__Host-kept_choices": choices}
    answer = await thief.post("/en/sign-in/remembered")
    assert (answer.status_code, SESSION in thief.cookies, COOKIE in thief.cookies) == (401, False, False)
    assert (await browser.get("/en/my-data")).headers["location"] == "/en/sign-in"
    newest = await installation.newest()
    assert (newest.act, newest.outcome, newest.clause) == ("customer:device:copied", "refused", "3.1")


@pytest.mark.parametrize("thief_first", [False, True])
@pytest.mark.parametrize("marked", [False, True])
async def test_a_second_browser_is_found_out_at_once(installation, thief_first, marked):
    """§3.1 breach: a stolen value used within the ten seconds of a double click, from another browser, before or after its owner."""
    browser = await signed_in(installation, remember=True)
    browser._token = ""
    del browser.cookies[SESSION]
    if not marked:
        browser.cookies.pop("__Host-kept_device", None)
    thief = Browser(installation, address="198.51.100.7")
    thief.cookies = {name: browser.cookies[name] for name in (COOKIE, "__Host-kept_choices")}
    first, second = (thief, browser) if thief_first else (browser, thief)
    assert (await first.post("/en/sign-in/remembered")).status_code == 303
    assert (await second.post("/en/sign-in/remembered")).status_code == 401
    for one in (browser, thief):
        assert (await one.get("/en/my-data")).headers["location"] == "/en/sign-in"
    assert (await installation.newest()).act == "customer:device:copied"


async def test_a_second_sign_in_in_one_browser_ends_the_first(installation):
    """§3.1, §5.2 breach: by password, by remembered device and by joining: what the browser held before opens nothing any more."""
    browser = await signed_in(installation, remember=True)
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "en")
    for path, form in (
        ("/en/sign-in", {"login_name": issued.login_name, "password": PASSWORD}),
        ("/en/sign-in/remembered", {}),
        ("/en/join", {"password": PASSWORD}),
    ):
        before = browser.cookies[SESSION]
        await browser.get("/en/account")
        assert (await browser.post(path, **form)).status_code == 303
        assert browser.cookies[SESSION] != before
        assert await accounts.session_of(installation.engine, before) is None
    assert installation.sql("SELECT COUNT(*) FROM session") == [(1,)]


async def test_staff_who_sign_in_again_keep_their_case_and_nobody_elses(installation):
    """§5.2: one login again in one browser goes on in its case; another login ends what the first had open."""
    await installation.mori()
    await installation.staff("sato", ("support",))
    await installation.staff("abe", ("support",))
    browser = Browser(installation, at=CONSOLE, demo=True)
    browser.cookies[SESSION] = await sessions.start_demo_session(installation.engine, "sato")
    first = await sessions.require_session(installation.engine, browser.cookies[SESSION])
    case = await installation.case(first)
    for login, revoked in (("sato", False), ("abe", True)):
        held = browser.cookies[SESSION]
        exchange = SimpleNamespace(
            engine=installation.engine, session=await sessions.session_of(installation.engine, held), web=browser.web
        )
        token = await sessions.start_demo_session(installation.engine, login)
        await set_session(exchange, Response(), token)
        assert await sessions.session_of(installation.engine, held) is None
        browser.cookies[SESSION] = token
        ((ended,),) = installation.sql("SELECT revoked_at IS NOT NULL FROM mandate WHERE case_id = ?", case.id)
        assert bool(ended) == revoked


async def test_a_double_click_is_not_a_copy(installation):
    """§3.1: the same token sent twice within seconds signs in twice and forgets nothing."""
    browser = await signed_in(installation, remember=True)
    other = Browser(installation)
    other.cookies = dict(browser.cookies)
    for one in (browser, other):
        del one.cookies[SESSION]
        one._token = ""
        assert (await one.post("/en/sign-in/remembered")).status_code == 303


async def test_a_remembered_device_is_no_fresh_sign_in(installation):
    """§3.1 breach: it shows my data, and takes nothing along: that asks for the password again."""
    browser = await signed_in(installation, remember=True)
    installation.wall.pass_(301)
    del browser.cookies[SESSION]
    browser._token = ""
    await browser.post("/en/sign-in/remembered")
    assert (await browser.get("/en/my-data")).status_code == 200
    assert (await browser.post("/en/my-data/take-along")).status_code == 401


async def test_devices_are_listed_and_forgotten_one_by_one_or_all(installation):
    """§3.1 page: my data lists them; a forgotten one signs in no more; signing out forgets this one."""
    browser = await signed_in(installation, remember=True)
    page = (await browser.get("/en/account")).text
    series = page.split('name="series" value="')[1].split('"')[0]
    kept = dict(browser.cookies)
    await browser.post("/en/account/devices/forget", series=series)
    del browser.cookies[SESSION]
    browser._token = ""
    assert (await browser.post("/en/sign-in/remembered")).status_code == 401
    again = Browser(installation)
    again.cookies = kept
    await again.get("/en/my-data")
    await again.post("/en/sign-out")
    assert COOKIE not in again.cookies


async def test_withdrawing_the_cookies_yes_forgets_the_device(installation):
    """§3.1 and §2.3: refusing in the cookie centre takes the cookie away and the device is forgotten here."""
    browser = await signed_in(installation, remember=True)
    stolen = dict(browser.cookies)
    await browser.get("/en/cookies")
    await browser.post("/en/cookies", choice="refuse")
    assert COOKIE not in browser.cookies
    del stolen[SESSION]
    copy = Browser(installation)
    copy.cookies = stolen
    assert (await copy.post("/en/sign-in/remembered")).status_code == 401
