"""Staff in a real browser, and a customer beside them: found, read, refused, seen, stopped; every page accessible."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from accessible import AXE, RULES
from pressing import press

from kept.services.accounts import accounts
from kept.services.staff import sessions

pytestmark = pytest.mark.chromium

SESSION = "__Host-kept_session"


@pytest.fixture(scope="module")
def people(served):
    """Tokens of sessions: the customer's, support's, the privacy officer's."""

    async def make():
        installation = served.installation
        own = await installation.mori()
        await installation.staff("sato", ("support",))
        await installation.staff("kato", ("privacy",))
        return {
            "mori": await accounts.start_session(installation.engine, own.person_id),
            "sato": await sessions.start_demo_session(installation.engine, "sato"),
            "kato": await sessions.start_demo_session(installation.engine, "kato"),
        }

    return served.run(make)


def opened(browser, served, people, who, *, script=True):
    """A page signed in as *who*."""
    host = f"http://localhost:{served.port}" if who == "mori" else f"http://staff.localhost:{served.port}"
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=script)
    cookie = {"name": SESSION, "value": people[who], "url": host.replace("http", "https")}
    context.add_cookies([cookie | {"secure": True, "httpOnly": True}])
    page = context.new_page()
    page.set_default_timeout(5000)
    return page, host


def accessible(page, where):
    """Nothing that axe-core finds, and nothing that scrolls sideways."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], where
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, where


def test_support_finds_opens_and_is_refused_and_the_customer_sees_and_stops_it(browser, served, people):
    """With JavaScript off: full-width address, one item opened, another refused with its clause; then the customer."""
    page, host = opened(browser, served, people, "sato", script=False)
    page.goto(f"{host}/en")
    press(page, "text=Reaching you when we need to")
    page.fill("#mail_address", "ＣＡＮＡＲＹ.Mori@EXAMPLE.jp ")
    press(page, "button:has-text('Find')")
    press(page, "tr:has-text('E-mail address') button:has-text('Open')")
    assert "canary.mori@example.jp" in page.content()
    page.click("summary:has-text('Another item')")
    page.select_option("select[name=item]", "interests")
    press(page, "details button:has-text('Ask')")
    text = page.inner_text("main")
    assert "Refused" in text
    assert "§4.5" in text
    case = page.url
    mine, site = opened(browser, served, people, "mori", script=False)
    mine.goto(f"{site}/en/my-data")
    history = mine.inner_text("main")
    assert "opened: E-mail address" in history
    assert "asked for: Interests" in history
    assert "sato" not in mine.content()
    press(mine, ".switch:has-text('Reaching you when we need to') button:has-text('Stop this use')")
    assert "stopped by you" in mine.inner_text("main")
    page.goto(case)
    assert "stopped it on my data" in page.inner_text("main")
    press(mine, ".switch:has-text('Reaching you when we need to') button:has-text('Resume this use')")
    page.context.close()
    mine.context.close()


def test_a_purpose_that_is_not_the_roles_is_refused_on_the_page(browser, served, people):
    """Asking for market research is refused, with what would be needed."""
    page, host = opened(browser, served, people, "sato")
    page.goto(f"{host}/en")
    page.click("summary:has-text('Another purpose')")
    page.select_option("select[name=purpose]", "market-research")
    press(page, "details button:has-text('Ask')")
    text = page.inner_text("main")
    assert "§5.2" in text
    assert "None of your roles may do this." in text
    page.context.close()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_page_of_the_console_and_of_my_data_is_accessible(browser, served, people, language):
    """axe-core on the privacy officer's, support's and the customer's pages, on a phone's width; no other host asked."""
    hosts = set()
    pages = {
        "kato": ("", "/board", "/policy", "/rights", "/restore", "/ledger"),
        "sato": ("", "/sign-in"),
        "mori": (
            "/my-data",
            "/my-data/correct/name",
            "/my-data/correct/interests",
            "/my-data/erase",
            "/my-data/receipts",
        ),
    }
    for who, paths in pages.items():
        page, host = opened(browser, served, people, who)
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        for path in paths:
            assert page.goto(f"{host}/{language}{path}").status == 200, path
            accessible(page, path)
        page.context.close()
    assert hosts == {"localhost", "staff.localhost"}


def test_an_attestation_is_given_on_the_board(browser, served, people):
    """The privacy officer names the evidence, and the clause is kept by people from then on."""
    page, host = opened(browser, served, people, "kato")
    page.goto(f"{host}/en/board")
    assert "not attested yet" in page.inner_text("main")
    for _ in range(2):
        page.fill("form[action$='/attest'] input[name=reference] >> nth=0", "review 2026-11")
        press(page, "form[action$='/attest'] button >> nth=0")
    page.goto(f"{host}/en/board")
    assert "by people" in page.inner_text("main")
    page.context.close()
