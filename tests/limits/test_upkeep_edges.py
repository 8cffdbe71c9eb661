"""Letters, faxes and calls, requests of authorities, scans, drills and lists at both sides of their edge."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pytest
from asked import Browser
from writing_letters import came

from clauses.test_4_5_contact import ContactDesk
from clauses.test_4_9_disclosure_the_law_requires import LegalDesk
from kept import limits
from kept.cookies.rules import Dropped
from kept.errors import DeniedError, InputError
from kept.guarantees import key_epochs
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.authorities import disclosures
from kept.services.cases import cases
from kept.services.cookies.first_scan import begin_serving
from kept.services.cookies.rules import CookieRules
from kept.services.gate.history import history_of
from kept.services.messages import calls
from kept.services.messages.fax import look_after_faxes

pytestmark = pytest.mark.anyio


@pytest.fixture
async def contact(installation):
    """Somebody of support who writes to a customer."""
    return await ContactDesk(installation).begin()


@pytest.mark.edge("CALL_SHEET_SECONDS")
async def test_a_call_sheet(installation, contact):
    """It shows a number until its last second, and not after."""
    sheet = await contact.begun()
    installation.wall.pass_(limits.CALL_SHEET_SECONDS - 1)
    assert await calls.show_number(installation.engine, contact.session, sheet, 1)
    await calls.end_call(installation.engine, contact.session, sheet, 1, "not-reached")
    installation.wall.pass_(2)
    with pytest.raises(DeniedError) as refused:
        await calls.show_number(installation.engine, contact.session, sheet, 1)
    assert refused.value.reason == "call-sheet-over"


@pytest.mark.edge("FAX_FORGOTTEN_SECONDS")
async def test_a_fax_the_server_forgot(installation, contact):
    """For three days it may still be sent; then what became of it is unknown."""
    await contact.write("fax")
    contact.fax.jobs.clear()
    installation.wall.pass_(limits.FAX_FORGOTTEN_SECONDS - 1)
    assert await look_after_faxes(installation.engine) == 0
    installation.wall.pass_(2)
    assert await look_after_faxes(installation.engine) == 1


@pytest.mark.edge("DISCLOSURE_PEOPLE")
async def test_the_people_of_a_request_of_an_authority(installation):
    """Twenty, and no more."""
    desk = await LegalDesk(installation).begin()
    request = await disclosures.record(installation.engine, desk.legal, desk.terms())
    for number in range(limits.DISCLOSURE_PEOPLE + 1):
        own = await installation.join()
        await installation.give(own, [("mail_address", f"p{number}@example.jp")])
        criteria = {"mail_address": f"p{number}@example.jp"}
        if number < limits.DISCLOSURE_PEOPLE:
            await disclosures.name_person(installation.engine, desk.legal, request, criteria=criteria)
        else:
            with pytest.raises(InputError) as refused:
                await disclosures.name_person(installation.engine, desk.legal, request, criteria=criteria)
            assert refused.value.reason == "disclosure-people"


@pytest.mark.edge("RIGHTS_REQUEST_MANDATE_SECONDS")
async def test_the_case_of_a_request_by_right(installation):
    """It opens for thirty days, and not a second longer."""
    await installation.mori()
    officer = await installation.staff("ueda", ("privacy",))
    request = await came(installation, officer, "disclosure")
    assert request
    case = (await cases.cases_of(installation.engine, officer))[0]
    assert case.expires_at - case.opened_at == limits.RIGHTS_REQUEST_MANDATE_SECONDS
    installation.wall.pass_(case.expires_at - 1 - installation.engine.clock.now())
    assert await cases.open_item(installation.engine, officer, case.id, "name")
    installation.wall.pass_(2)
    with pytest.raises(DeniedError):
        await cases.open_item(installation.engine, officer, case.id, "name")


@pytest.mark.edge("KEY_EPOCH_SECONDS")
async def test_a_key_epoch(installation):
    """Where the policy names no time it is thirty days old at most."""
    engine = installation.engine
    policy = dataclasses.replace(engine.policy.policy, guarantees=())
    silent = SimpleNamespace(keys=engine.keys, clock=engine.clock, policy=SimpleNamespace(policy=policy))
    installation.wall.pass_(limits.KEY_EPOCH_SECONDS - 5)
    assert (await key_epochs.check(silent)).holds
    installation.wall.pass_(6)
    assert not (await key_epochs.check(silent)).holds


@pytest.mark.edge("SCAN_EVERY_SECONDS")
async def test_a_scan(installation):
    """The first is due a week after the first page, and overdue a second later."""
    await begin_serving(installation.engine)

    async def state():
        board = await promise_board(installation.engine)
        return next(one for one in board.of("3.7").parts if one.part.id == "browser-scan").state

    installation.wall.pass_(limits.SCAN_EVERY_SECONDS - 1)
    assert await state() is ClauseState.KEPT
    installation.wall.pass_(2)
    assert await state() is ClauseState.NOT_KEPT_YET


@pytest.mark.edge("COOKIE_NAMES_RECORDED", "COOKIE_NAME_RECORDED_CHARACTERS")
async def test_the_dropped_cookies_that_are_recorded(installation):
    """A hundred names, each cut to 64 characters."""
    rules = CookieRules(installation.engine)
    for number in range(limits.COOKIE_NAMES_RECORDED + 1):
        rules.found(Dropped(f"{number:03}" + "x" * limits.COOKIE_NAME_RECORDED_CHARACTERS, "undeclared", outward=True))
    await rules.record()
    found = [dict(one.facts)["cookie"] for one in await installation.ledger() if "cookie" in dict(one.facts)]
    assert len(found) == limits.COOKIE_NAMES_RECORDED
    assert {len(one) for one in found} == {limits.COOKIE_NAME_RECORDED_CHARACTERS}


@pytest.mark.edge("HISTORY_PAGE")
async def test_a_page_of_history(installation):
    """Fifty lines; one more is on the next page."""
    own = await installation.join()

    async def page(older=""):
        return await history_of(installation.engine, own.person_id, older=older)

    while (found := await page()).total < limits.HISTORY_PAGE:
        await installation.give(own, [("choice", "announcements/mail/")])
    assert len(found.lines) == limits.HISTORY_PAGE
    await installation.give(own, [("choice", "announcements/mail/")])
    found = await page()
    assert len(found.lines) == limits.HISTORY_PAGE
    assert len((await page(found.older)).lines) == 1


@pytest.mark.edge("CHOICES_COOKIE_SECONDS")
async def test_the_life_of_the_choices(installation):
    """180 days, as the policy declares them."""
    browser = Browser(installation)
    await browser.get("/en/cookies")
    await browser.post("/en/cookies", choice="accept")
    assert browser.lives["__Host-kept_choices"] == str(round(limits.CHOICES_COOKIE_SECONDS))
