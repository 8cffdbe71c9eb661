"""A campaign's pages in a real browser, with JavaScript off: drafted, approved, received, asked why, stopped; accessible."""

from __future__ import annotations

import pytest
from accessible import AXE, RULES
from pressing import press
from receiving import FILE, MailDesk

from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.messages.outbox import send_due
from kept.services.staff import sessions

SESSION = "__Host-kept_session"
pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def made(served):
    """Ms Mori, a desk that sends, and sessions of its two staff."""

    async def make():
        own = await served.installation.mori()
        desk = await MailDesk(served.installation).begin()
        tokens = {one: await sessions.start_demo_session(served.installation.engine, one) for one in ("ume", "kato")}
        tokens["mori"] = await accounts.start_session(served.installation.engine, own.person_id)
        return own, desk, tokens

    made = served.run(make)
    yield made
    served.run(made[1].end)


def page_of(browser, served, token="", *, script=False):
    """A page on a phone's width, signed in where there is a token."""
    context = browser.new_context(viewport={"width": 360, "height": 780}, java_script_enabled=script)
    for host in ("localhost", "staff.localhost") if token else ():
        context.add_cookies(
            [
                {
                    "name": SESSION,
                    "value": token,
                    "url": f"https://{host}:{served.port}",
                    "secure": True,
                    "httpOnly": True,
                }
            ]
        )
    page = context.new_page()
    page.set_default_timeout(5000)
    return page


def test_a_campaign_from_its_draft_to_the_no(browser, served, made):
    """Marketing drafts and counts, the privacy officer approves, Ms Mori asks why and says no with one click."""
    own, desk, tokens = made
    console = f"http://staff.localhost:{served.port}"
    page = page_of(browser, served, tokens["ume"])
    page.goto(f"{console}/en/campaigns")
    page.fill("textarea", FILE)
    press(page, "button:has-text('Draft it')")
    press(page, "button:has-text('Count who matches')")
    assert "fewer than 30" in page.inner_text("main")
    press(page, "button:has-text('Ask for approval')")
    other = page_of(browser, served, tokens["kato"])
    other.goto(f"{console}/en/campaigns/autumn-light")
    press(other, "button:has-text('Approve and send')")
    served.run(lambda: send_due(served.installation.engine))
    assert len(desk.box.received) == 1
    other.reload()
    assert "1\nsent" not in other.inner_text("main")  # what became of it is counted apart, with noise
    mine, site = page_of(browser, served), f"http://localhost:{served.port}"
    mine.goto(site + desk.box.received[0].link("w"))
    assert "Landscapes or The seasons" in mine.inner_text("main")
    mine.goto(site + desk.box.received[0].link("u"))
    press(mine, "main button")
    assert "Done" in mine.inner_text("main")

    async def choice():
        person = await served.installation.engine.people.load(own.person_id)
        return person.state.choice("information-for-you", Exit.MAIL)

    assert not served.run(choice).allow
    for one in (page, other, mine):
        one.context.close()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_its_pages_are_accessible(browser, served, made, language):
    """axe-core finds nothing, nothing scrolls sideways at 360 pixels, no other host is asked."""
    _, desk, tokens = made
    console, site = f"http://staff.localhost:{served.port}", f"http://localhost:{served.port}"
    link = desk.box.received[0].link("w").replace("/en/", f"/{language}/")
    hosts = set()
    for token, addresses in (
        (tokens["ume"], (f"{console}/{language}/campaigns", f"{console}/{language}/campaigns/autumn-light")),
        (tokens["mori"], (f"{site}/{language}/my-data", f"{site}/{language}/my-data/erase")),
        ("", (site + link, f"{site}/{language}/w/nothing", site + desk.box.received[0].link("u"))),
    ):
        page = page_of(browser, served, token, script=True)
        page.on("request", lambda request: hosts.add(request.url.split("/")[2].split(":")[0]))
        for address in addresses:
            page.goto(address)
            page.evaluate(AXE.read_text(encoding="utf-8"))
            found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
            assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], address
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        page.context.close()
    assert hosts == {"localhost", "staff.localhost"}
