"""Statistics in a real browser: the desk, an answer and what is released are accessible, narrow, and ask nothing of JavaScript."""

from __future__ import annotations

import pytest
from accessible import AXE, RULES
from counted import StatisticsDesk, person
from playwright.sync_api import sync_playwright
from served import Served

from conftest import CHROMIUM
from kept.services.staff import sessions

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A served installation with a released answer, and a researcher's session."""
    with Served(tmp_path_factory.mktemp("installation")) as one:

        async def fill():
            desk = await StatisticsDesk.of(one.installation)
            for job in ("student", "teacher"):
                await person(one.installation, occupation=job, interests=("food", "city"))
            await desk.build()
            found = await desk.ask("occupation", "interests")
            await desk.release(found.id)
            return found, await sessions.start_demo_session(one.installation.engine, desk.researcher.login)

        one.found, one.token = one.run(fill)
        yield one


def looked_at(served, address, width, *, script):
    """What axe finds on a page, and by how much it is too wide."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--host-resolver-rules=MAP sessions.localhost 127.0.0.1"]
        )
        context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script)
        context.add_cookies(
            [{"name": "__Host-kept_session", "value": served.token, "url": "https://staff.localhost", "secure": True}]
        )
        page = context.new_page()
        answer = page.goto(address)
        assert answer.status == 200
        page.wait_for_load_state()
        found, wide = [], 0
        if script:
            session = context.new_cdp_session(page)
            session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
            asked = f"axe.run({{runOnly: {RULES}}}).then(r => r.violations.map(v => v.id))"
            found = session.send("Runtime.evaluate", {"expression": asked, "awaitPromise": True, "returnByValue": True})
            found = found["result"]["value"]
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        charts = page.locator("svg.chart title").count()
        browser.close()
    return found, wide, charts


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_accessible_and_narrow(served, language, width):
    """Axe finds nothing, and nothing scrolls sideways."""
    console = f"http://staff.localhost:{served.port}/{language}/statistics"
    site = f"http://localhost:{served.port}/{language}/statistics"
    for address in (console, f"{console}/{served.found.id}", site, f"{site}/{served.found.number}"):
        found, wide, _ = looked_at(served, address, width, script=True)
        assert (found, wide) == ([], 0), address


def test_the_chart_needs_no_script(served):
    """It is drawn by the server, with a title and a table beside it."""
    address = f"http://localhost:{served.port}/en/statistics/{served.found.number}"
    assert looked_at(served, address, 390, script=False)[2] == 1
