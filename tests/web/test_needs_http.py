"""Every declared address, asked by nobody, by a customer and by each role: the answer is the one its declaration says."""

from __future__ import annotations

import re

import pytest
from asked import CONSOLE, SITE, Browser
from installation import Installation

from kept import limits
from kept.services.accounts import accounts
from kept.services.staff import sessions
from kept.web import console, site

SESSION = "__Host-kept_session"
pytestmark = pytest.mark.anyio
REFUSED_FORM = {400, 422}
"""A form without its session's token: so far it comes only where its door stands open."""


@pytest.fixture
async def installation(tmp_path):
    """An installation."""
    found = Installation(tmp_path)
    await found.open()
    yield found
    await found.close()


def doors(pages):
    """Yield each method and address with who may ask, in words; the parts of a path are filled with names nobody has."""
    for page in pages:
        for method, door in page.doors():
            yield method, ("/en" if page.spoken else "") + re.sub(r"\{[a-z]+\}", "0", page.path), door.needs


async def asked(browser, method, path):
    """Ask, with a form that has nothing in it."""
    browser._token = ""
    return await (browser.get(path) if method == "GET" else browser.post(path))


async def test_nobody_is_let_in_but_where_anybody_is(installation):
    """Without a session every other address sends on to where one begins, on both hosts, GET and POST; no code of it runs."""
    for at, pages in ((SITE, site.PAGES), (CONSOLE, console.PAGES)):
        browser = Browser(installation, at=at)
        for method, path, needs in doors(pages):
            answer = await asked(browser, method, path)
            to_begin = answer.status_code == 303 and answer.headers["location"] in {"/en/sign-in", "/en/join"}
            ends_there = path == "/en/sign-out"  # which may be asked by anybody, and on the console goes there too
            assert to_begin == (needs.said != "anybody") or ends_there, (method, path)


async def test_a_customer_is_let_in_where_customers_are_and_asked_again_after_five_minutes(installation):
    """A customer's own addresses open; what needs a fresh sign-in answers 401 once five minutes are over."""
    own = await installation.join()
    browser = Browser(installation)
    mark = {SESSION: await accounts.start_session(installation.engine, own.person_id)}
    for waited in (False, True):
        if waited:
            installation.wall.pass_(limits.FRESH_SIGN_IN_SECONDS + 1)
        for method, path, needs in doors(site.PAGES):
            browser.cookies = dict(mark)
            answer = await asked(browser, method, path)
            if waited and "five minutes" in needs.said:
                assert answer.status_code == 401, (method, path)
            elif method == "POST" and path != "/u/0" and not path.endswith("/begin"):  # those two take no form of ours
                assert answer.status_code in REFUSED_FORM, (method, path)
            elif (method, path) == ("POST", "/u/0"):
                assert answer.status_code == 400, "no form at all is no one-click no"
            else:
                assert answer.status_code in {200, 302, 400, 404, 422}, (method, path)


async def test_a_customers_session_is_none_on_the_console(installation):
    """Whoever brings a customer's session to the staff's host is nobody there."""
    own = await installation.join()
    browser = Browser(installation, at=CONSOLE)
    mark = {SESSION: await accounts.start_session(installation.engine, own.person_id)}
    for method, path, needs in doors(console.PAGES):
        browser.cookies = dict(mark)
        if needs.said != "anybody":
            answer = await asked(browser, method, path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/en/sign-in"), (method, path)


def granted(role, needs, engine, session):
    """Whether the policy gives a role what an address says it needs: rights by their words, duties by their purposes."""
    rights = re.findall(r"with the right ([a-z-]+)", needs.said)
    if needs.said in {"staff", "anybody"} or set(rights) & set(role.may):
        return True
    return "duty" in needs.said and needs.met(engine, session)


async def test_each_role_is_let_in_where_its_rights_and_duties_are_and_nowhere_else(installation):
    """Each role of the policy, at each address: refused with 403 and the clause, or let in as far as the form or the number goes."""
    engine, refused = installation.engine, 0
    for role in engine.policy.policy.roles.values():
        login = f"one-{role.id}"
        session = await installation.staff(login, (role.id,))
        for method, path, needs in doors(console.PAGES):
            browser = Browser(installation, at=CONSOLE)
            browser.cookies = {SESSION: await sessions.start_demo_session(engine, login)}
            answer = await asked(browser, method, path)
            if not granted(role, needs, engine, session):
                refused += 1
                assert answer.status_code == 403, (role.id, method, path)
                assert "§5.2" in answer.text
            elif method == "POST":
                assert answer.status_code in REFUSED_FORM, (role.id, method, path)
            else:
                assert answer.status_code in {200, 302, 303, 404, 422}, (role.id, method, path)
    assert refused > 100


async def test_the_menu_leads_nowhere_one_is_refused(installation):
    """Whatever the menu shows a role opens for it."""
    for role in installation.engine.policy.policy.roles:
        await installation.staff(f"menu-{role}", (role,))
        browser = Browser(installation, at=CONSOLE)
        browser.cookies = {SESSION: await sessions.start_demo_session(installation.engine, f"menu-{role}")}
        menu = (await browser.get("/en")).text.split("<nav")[1].split("</nav>")[0]
        for path in re.findall(r'href="(/en[^"]*)"', menu):
            assert (await browser.get(path)).status_code == 200, (role, path)
