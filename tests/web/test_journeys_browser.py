"""Customers in a real browser: a passkey made and used, and the signed-in pages accessible and asking no other host."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from accessible import AXE, RULES

pytestmark = pytest.mark.chromium

SIGNED_IN = ("/my-data", "/my-data/addresses", "/registration", "/my-data/receipts", "/my-data/erase")


@pytest.fixture
def page(browser):
    """A page of a browser nobody has used."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    one = context.new_page()
    one.set_default_timeout(5000)
    yield one
    context.close()


def join(page, served, language: str) -> None:
    """Join with a password, by the form."""
    page.goto(f"{served.site}/{language}/join")
    page.fill("#password", "four unrelated words here")
    page.click("form[action$='/join'] button")
    page.wait_for_load_state()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_signed_in_pages_are_accessible_and_ask_no_other_host(served, page, language):
    """axe-core finds nothing on a customer's own pages, none scrolls sideways, and no other host is asked."""
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    join(page, served, language)
    for path in SIGNED_IN:
        answer = page.goto(f"{served.site}/{language}{path}")
        assert (answer.status, urlsplit(page.url).path) == (200, f"/{language}{path}")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], path
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, path
    assert hosts == {urlsplit(served.site).netloc}


def test_passkey_joins_and_signs_in_without_a_name(served, page):
    """A passkey made on joining signs in later with no name typed, and the session is another one."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": options | {"isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    site = f"http://localhost:{served.port}"  # a passkey belongs to a name, never to an IP address
    page.goto(f"{site}/en/join")
    page.click("text=Make a passkey")
    page.wait_for_url(lambda url: not url.endswith("/join"))
    first = {one["value"] for one in page.context.cookies()}
    assert first
    page.context.clear_cookies()
    page.goto(f"{site}/en/sign-in")
    page.click("text=Use a passkey")
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    assert page.goto(f"{site}/en/my-data").status == 200
    assert page.url.endswith("/en/my-data")
    assert first.isdisjoint({one["value"] for one in page.context.cookies()})
