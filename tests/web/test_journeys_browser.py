"""Customers in a real browser: a passkey made and used, and the signed-in pages accessible and asking no other host."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from accessible import AXE, RULES

pytestmark = pytest.mark.chromium

SIGNED_IN = (
    "/account/issued", "/account", "/account/link-code", "/my-data", "/my-data/addresses", "/registration", "/my-data/receipts",
    "/my-data/erase",
)  # fmt: skip


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


def with_authenticator(page):
    """Give a page's browser a device that makes and uses passkeys; return its id and the line to it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    added = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": options | {"isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    return devtools, added["authenticatorId"]


def test_passkey_joins_and_signs_in_without_a_name(served, page):
    """A passkey made on joining signs in later with no name typed, and the session is another one."""
    with_authenticator(page)
    site = f"http://localhost:{served.port}"  # a passkey belongs to a name, never to an IP address
    page.goto(f"{site}/en/join")
    page.click("text=Make a passkey")
    page.wait_for_url("**/account/issued")
    first = {one["value"] for one in page.context.cookies()}
    assert first
    page.context.clear_cookies()
    page.goto(f"{site}/en/sign-in")
    page.click("text=Use a passkey")
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    assert page.goto(f"{site}/en/my-data").status == 200
    assert page.url.endswith("/en/my-data")
    assert first.isdisjoint({one["value"] for one in page.context.cookies()})


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_lost_device_a_code_and_a_new_passkey(served, page, language):
    """What is shown once survives reload and back and is copied; the device is lost, a code signs in, and a new device is added."""
    site = f"http://localhost:{served.port}"
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    devtools, lost = with_authenticator(page)
    page.goto(f"{site}/{language}/join")
    page.click("[data-passkey] button")
    page.wait_for_url("**/account/issued")
    codes = page.locator(".codes li").all_inner_texts()
    page.reload()
    page.goto(f"{site}/{language}/policy")
    page.go_back()
    assert page.locator(".codes li").all_inner_texts() == codes
    name = page.locator("#keep .mono").first.inner_text()
    page.click("[data-copy]")
    page.locator("#say:not(:empty)").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert all(one in copied for one in (name, *codes))
    with page.expect_download() as file:
        page.click("a[download]")
    assert codes[0] in Path(file.value.path()).read_text(encoding="utf-8")
    page.emulate_media(media="print")
    assert page.locator("#keep").is_visible()
    assert not page.locator("form[action$='/account/issued'] button").is_visible()
    page.emulate_media(media="screen")
    page.click("form[action$='/account/issued'] button")
    page.goto(f"{site}/{language}/account/issued")
    assert page.locator(".codes").count() == 0
    devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": lost})
    page.context.clear_cookies()
    with_authenticator(page)
    page.goto(f"{site}/{language}/sign-in")
    page.fill("#recovery-login_name", name)
    page.fill("#recovery-code", codes[0])
    page.click("#recovery button")
    page.wait_for_url("**/account")
    page.fill("#name", "new phone")
    page.click("[data-passkey] button")
    page.wait_for_url("**/account?said=*")
    assert page.locator("text=new phone").count() >= 1
    page.context.clear_cookies()
    page.goto(f"{site}/{language}/sign-in?to=/account")
    page.click("[data-passkey] button")
    page.wait_for_url("**/account")
