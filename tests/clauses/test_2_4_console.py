"""§2.4 for staff: drafting from a file, opening, closing, and what each kind needs, on the console's pages."""

from __future__ import annotations

import html

import pytest
from asked import CONSOLE, Browser
from counted import exactly
from installation import NAME
from second import read_and_approve
from taking import CONTEST, EVENT, SURVEY, SWEEPSTAKE, opened

from kept.services.instances import instances
from kept.services.instances.participations import part_of
from kept.services.staff import sessions

pytestmark = pytest.mark.anyio


async def console(installation, login: str, role: str) -> Browser:
    """A member of staff's browser, signed in."""
    await installation.staff(login, (role,))
    browser = Browser(installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, login)
    return browser


@pytest.mark.parametrize(
    ("file", "role", "kind"),
    [
        (SURVEY, "research", "survey"),
        (CONTEST, "contests", "caption"),
        (SWEEPSTAKE, "contests", "calendar"),
        (EVENT, "support", "afternoon"),
    ],
)
async def test_it_is_drafted_opened_and_closed_on_the_page(installation, file, role, kind):
    """§2.4 page: from the file to open and closed; the example it begins with is one that can be drafted."""
    browser = await console(installation, "ueda", role)
    page = (await browser.get("/en/instances")).text
    example = html.unescape(page.split('spellcheck="false">')[1].split("</textarea>")[0])
    assert (await browser.post("/en/instances", file=example)).status_code == 303
    wrong = await browser.post("/en/instances", file=file + "nonsense: true\n")
    assert wrong.status_code == 422
    assert "nonsense: true" in html.unescape(wrong.text)
    assert (await browser.post("/en/instances", file=file)).headers["location"] == f"/en/instances/{kind}"
    assert (await browser.get(f"/en/instances/{kind}")).status_code == 200
    for step in ("open", "close"):
        assert (await browser.post(f"/en/instances/{kind}", step=step)).status_code == 303
        if kind == "survey" and step == "open":  # a second person reads its questions first
            await read_and_approve(
                instances.OPENING, installation.engine, await installation.staff("second", ("privacy",)), kind
            )
        for language in ("en", "ja"):
            assert (await browser.get(f"/{language}/instances/{kind}")).status_code == 200
    assert (await browser.post(f"/en/instances/{kind}", step="open")).status_code == 409
    assert (await browser.post(f"/en/instances/{kind}", step="melt")).status_code == 422


async def test_results_are_a_chart_and_answers_are_opened_once(installation, monkeypatch):
    """§2.4: after counting the chart says in words what it draws; one answer is shown once, and not on the next page."""
    exactly(monkeypatch)
    desk = await opened(installation, SURVEY, "research")
    await desk.enter(await installation.join(), ("answer.how", "words"), ("answer.wish", "More winter"))
    browser = await console(installation, "ueda", "research")
    page = (await browser.get("/en/instances/survey")).text
    number = page.split('name="number" value="')[1].split('"')[0]
    await browser.post("/en/instances/survey", step="count")
    assert "By words about 1, By chance fewer than 30" in (await browser.get("/en/instances/survey")).text
    shown = await browser.post("/en/instances/survey", step="answer", number=number)
    assert "More winter" in shown.text
    assert "More winter" not in (await browser.get("/en/instances/survey")).text


async def test_the_contest_desks_page_holds_no_name(installation):
    """§2.4: entry opened, winner chosen, published: at no step does the page name whose it is."""
    desk = await opened(installation, CONTEST, "contests")
    own = await installation.mori()
    await desk.enter(own, ("entry", "Green"), ("use", "name"), ("publish", "entry"))
    await desk.close()
    number = (await part_of(installation.engine, own.person_id, "caption")).number
    browser = await console(installation, "ueda", "contests")
    await browser.get("/en/instances/caption")
    shown = (await browser.post("/en/instances/caption", step="entry", number=number)).text
    assert "Green" in shown
    for step in ("winner", "publish"):
        assert (await browser.post("/en/instances/caption", step=step, number=number)).status_code == 303
        shown += (await browser.get("/en/instances/caption")).text
    assert "winner, published" in shown
    assert NAME not in shown


async def test_draw_address_and_delivery_are_three_presses(installation):
    """§2.4: the number is typed, the winner's address opened once, the prize said to be on its way."""
    desk = await opened(installation, SWEEPSTAKE, "contests")
    own = await installation.join()
    await desk.enter(own)
    await desk.close()
    installation.wall.pass_((await desk.now()).file.number_at - installation.engine.clock.now() + 1)
    browser = await console(installation, "ueda", "contests")
    await browser.get("/en/instances/calendar")
    wrong = await browser.post("/en/instances/calendar", step="draw", public_number="seven")
    assert (wrong.status_code, "expected digits" in wrong.text) == (422, True)
    assert (await browser.post("/en/instances/calendar", step="draw", public_number="7")).status_code == 303
    own = await installation.session(own.person_id)
    await desk.enter(own, ("name", NAME), ("phone", "090-1234-5678"))
    number = (await part_of(installation.engine, own.person_id, "calendar")).number
    await browser.get("/en/instances/calendar")
    assert NAME in (await browser.post("/en/instances/calendar", step="address", number=number)).text
    assert NAME not in (await browser.get("/en/instances/calendar")).text
    await browser.post("/en/instances/calendar", step="delivered", number=number)
    assert "on its way" in (await browser.get("/en/instances/calendar")).text


async def test_the_list_at_the_door_is_shown_once(installation):
    """§2.4: names are on the page that opened them, and on no other; arriving is one press."""
    desk = await opened(installation, EVENT, "support")
    own = await installation.mori()
    await desk.enter(own, ("use", "name"))
    browser = await console(installation, "ueda", "support")
    assert NAME not in (await browser.get("/en/instances/afternoon")).text
    shown = (await browser.post("/en/instances/afternoon", step="list")).text
    assert NAME in shown
    number = shown.split('name="number" value="')[1].split('"')[0]
    assert (await browser.post("/en/instances/afternoon", step="arrived", number=number)).status_code == 303
    assert (await part_of(installation.engine, own.person_id, "afternoon")).status == "arrived"


async def test_a_role_without_any_of_it_sees_none_of_it(installation):
    """§5.2 breach: the partner desk has no link to it, and no page."""
    await opened(installation, EVENT, "support")
    browser = await console(installation, "abe", "partners")
    assert "/instances" not in (await browser.get("/en/provision")).text
    for path in ("/en/instances", "/en/instances/afternoon"):
        assert (await browser.get(path)).status_code == 403
