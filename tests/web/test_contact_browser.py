"""Reaching a customer in a real browser: written from a case, printed, called, seen by her; without JavaScript, accessible."""

from __future__ import annotations

from pathlib import Path

import pytest
from accessible import AXE, RULES
from installation import MAIL, PHONE
from pressing import press
from reaching import reach, text_of
from served import Served

from clauses.test_4_5_contact import ALL
from kept.services.accounts import accounts
from kept.services.staff import sessions

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A served installation with every channel, a customer who gave every way to be reached, and support."""
    with Served(tmp_path_factory.mktemp("installation")) as one:

        async def make():
            installation = one.installation
            reach(installation)
            own = await installation.join()
            await installation.give(own, ALL)
            await installation.staff("sato", ("support",))
            return {
                "mori": await accounts.start_session(installation.engine, own.person_id),
                "sato": await sessions.start_demo_session(installation.engine, "sato"),
            }

        one.people = one.run(make)
        yield one


def opened(browser, served, who, *, script=True):
    """A phone of 360 pixels, signed in as *who*."""
    host = f"http://localhost:{served.port}" if who == "mori" else f"http://staff.localhost:{served.port}"
    context = browser.new_context(viewport={"width": 360, "height": 780}, java_script_enabled=script)
    context.add_cookies(
        [
            {
                "name": "__Host-kept_session", "value": served.people[who], "url": host.replace("http", "https"),
                "secure": True, "httpOnly": True,
            }
        ]
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(5000)
    return page, host


def accessible(page, where):
    """Nothing that axe-core finds, and nothing that scrolls sideways."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], where
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, where


def test_support_writes_prints_and_calls_and_she_sees_it(browser, served):
    """§4.5 with JavaScript off, by hand: four messages, one file, one number, and her page; then every page held against WCAG."""
    page, host = opened(browser, served, "sato", script=False)
    page.goto(f"{host}/en")
    press(page, "form:has(input[value=contact]) button")
    page.fill("input[name=mail_address]", MAIL)
    press(page, "form[action$=find] button")
    case = page.url
    page.select_option("#way", "call")
    press(page, "form[action$=asked] button")
    assert "They asked us on" in page.locator("main").inner_text()
    for channel in ("mail", "post", "fax", "phone"):
        page.check(f"input[name=channel][value={channel}]")
        page.check("input[name=kind][value=reply]")
        page.fill("#text", "Dear customer,\n\nyour licence covers print.")
        press(page, "form[action$=contact] button")
    assert page.locator("main table").last.locator("tbody tr").count() == 4
    page.goto(f"{host}/en/letters")
    with page.expect_download() as download:
        page.get_by_role("button", name="Fetch the print file").click()
    assert "your licence covers print." in " ".join(text_of(Path(download.value.path()).read_bytes()).split())
    page.goto(f"{host}/en/calls")
    press(page, "main table a")
    sheet = page.url
    press(page, "button:has-text('Begin to call')")
    press(page, "button:has-text('Open this line')")
    assert PHONE in page.locator("main").inner_text()
    press(page, "button:text-is('reached')")
    assert PHONE not in page.locator("main").inner_text()
    page.context.close()
    hers, site = opened(browser, served, "mori", script=False)
    hers.goto(f"{site}/en/my-data")
    assert hers.locator("#contacts + ul li").count() == 4
    hers.context.close()
    for language in ("en", "ja"):
        page, host = opened(browser, served, "sato")
        for path in (case.split(host)[1][3:], "/letters", "/calls", sheet.split(host)[1][3:]):
            page.goto(f"{host}/{language}{path}")
            accessible(page, f"{language}{path}")
        page.context.close()
        hers, site = opened(browser, served, "mori")
        hers.goto(f"{site}/{language}/my-data")
        accessible(hers, f"my data, {language}")
        hers.context.close()
