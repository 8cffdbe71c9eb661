"""§5.2: nobody at a desk goes through the customers one by one: look-ups of a day end, over all cases, and are said."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from asked import CONSOLE, Browser
from bakery import Bakery
from cited import cited
from installation import MAIL
from second import read_and_give

from kept import limits
from kept.errors import ConflictError, DeniedError, KeptError, LimitError, NotFoundError
from kept.services.accounts import looked_into
from kept.services.cases import cases
from kept.services.gate import look_ups
from kept.services.gate.look_ups import at_the_limit
from kept.services.staff import more_look_ups, sessions
from kept.services.staff.mandates import staff_mandate
from kept.services.upkeep import approvals
from kept.services.upkeep.routine import tidy

pytestmark = pytest.mark.anyio


async def guess(installation, session, mail: str, purpose: str = "contact") -> str:
    """Guess an address in a case of its own; return what came of it."""
    case = await cases.open_case(installation.engine, session, purpose)
    try:
        await cases.find_in_case(installation.engine, session, case, {"mail_address": mail})
    except NotFoundError:
        return "nobody"
    except DeniedError as error:
        return error.reason
    return "found"


async def test_guesses_end_whatever_they_find_and_whichever_case_they_are_made_in(installation):
    """Guesses that find nobody count; at the limit not even a known customer is found, until the next day."""
    await installation.mori()
    session = await installation.staff()
    most = installation.engine.policy.policy.roles["support"].look_ups_a_day
    assert {await guess(installation, session, f"nobody-{one}@example.com") for one in range(most - 1)} == {"nobody"}
    assert await guess(installation, session, MAIL) == "found"
    assert await guess(installation, session, MAIL) == "look-ups"
    assert await guess(installation, session, MAIL, "event") != "look-ups", "another purpose has its own count"
    assert await guess(installation, await installation.staff("ono"), MAIL) == "found"
    installation.wall.pass_(limits.DAY)
    token = await sessions.start_demo_session(installation.engine, "sato")
    assert await guess(installation, await sessions.session_of(installation.engine, token), MAIL) == "found"


async def test_the_limit_is_recorded_cited_and_on_the_board(installation):
    """Coming to the limit is an entry that cites the roles' clause, and stands on the board for a month."""
    session = await installation.staff()
    for one in range(limits.LOOK_UPS_A_DAY):
        await guess(installation, session, f"nobody-{one}@example.com")
    case = await cases.open_case(installation.engine, session, "contact")
    with pytest.raises(DeniedError) as refused:
        await cases.find_in_case(installation.engine, session, case, {"mail_address": MAIL})
    assert cited(refused.value) == "§5.2"
    assert MAIL not in str(refused.value)
    newest = await installation.newest()
    assert (newest.act, newest.outcome) == ("actor:person:find", "refused")
    assert refused.value.entry_id
    assert ("reason", "look-ups") in newest.facts
    await installation.staff("kato", ("privacy",))
    browser = Browser(installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "kato")
    assert f"{limits.LOOK_UPS_A_DAY} made, 1 refused" in (await browser.get("/en/board")).text
    (alarm,) = await looked_into.alarms(installation.engine)
    session = await sessions.session_of(installation.engine, browser.cookies["__Host-kept_session"])
    await looked_into.look_into(installation.engine, session, alarm.id, "a long queue at the counter")
    assert "a long queue at the counter" in (await browser.get("/en/board")).text
    mine = dataclasses.replace(session, actor=alarm.actor)  # who set it off does not look into it
    with pytest.raises(DeniedError) as refused:
        await looked_into.look_into(installation.engine, mine, alarm.id, "nothing")
    assert refused.value.reason == "alarm-own"
    installation.wall.pass_(limits.LOOK_UPS_SHOWN_SECONDS + limits.DAY)
    await tidy(installation.engine)
    assert await at_the_limit(installation.engine) == []
    assert installation.sql("SELECT COUNT(*) FROM look_ups") == [(0,)]


async def test_at_once_is_no_way_around(installation):
    """Many windows at the same moment get no more look-ups together than one after the other."""
    session = await installation.staff()
    done = await asyncio.gather(
        *(guess(installation, session, f"nobody-{one}@example.com") for one in range(limits.LOOK_UPS_A_DAY + 5))
    )
    assert (done.count("nobody"), done.count("look-ups")) == (limits.LOOK_UPS_A_DAY, 5)


async def test_a_second_person_lets_somebody_go_on_once_a_day(installation):
    """Asked for by whose they are, approved by another, for as many again; not twice, and not for another's purpose."""
    engine, session = installation.engine, await installation.staff()
    second = await installation.staff("kato", ("privacy",))
    for one in range(limits.LOOK_UPS_A_DAY + 1):
        await guess(installation, session, f"nobody-{one}@example.com")
    approval = await more_look_ups.ask(engine, session, "contact")
    assert [one.subject.titles["en"] for one in await approvals.waiting(engine, second)]
    with pytest.raises(KeptError):
        await read_and_give(engine, session, approval)
    assert await guess(installation, session, MAIL) == "look-ups"
    await read_and_give(engine, second, approval)
    more = [await guess(installation, session, f"more-{one}@example.com") for one in range(limits.LOOK_UPS_A_DAY + 1)]
    assert (more.count("nobody"), more[-1]) == (limits.LOOK_UPS_A_DAY, "look-ups")
    with pytest.raises(ConflictError):
        await more_look_ups.ask(engine, session, "contact")
    with pytest.raises(DeniedError):
        await more_look_ups.ask(engine, session, "legal-disclosure")


async def test_what_is_approved_later_counts_for_that_day_alone(installation):
    """An approval asked for yesterday and given today lets today go on, and tomorrow no more."""
    engine, session = installation.engine, await installation.staff()
    approval = await more_look_ups.ask(engine, session, "contact")
    installation.wall.pass_(limits.DAY)
    await read_and_give(engine, await installation.staff("kato", ("privacy",)), approval)
    for most in (2 * limits.LOOK_UPS_A_DAY, limits.LOOK_UPS_A_DAY):
        token = await sessions.start_demo_session(engine, "sato")
        mandate = staff_mandate(
            await sessions.session_of(engine, token), "support", "contact", expires_at=1e12, volume=1
        )
        for _ in range(most):
            await look_ups.charge(engine, mandate)
        with pytest.raises(DeniedError):
            await look_ups.charge(engine, mandate)
        installation.wall.pass_(limits.DAY)


async def test_approvals_of_many_days_are_no_store_of_look_ups(installation):
    """§5.2 breach: asked for on six days and all approved on the seventh, they let one go on once, as a day's own approval does."""
    engine, session = installation.engine, await installation.staff()
    for _ in range(6):
        await more_look_ups.ask(engine, session, "contact")
        installation.wall.pass_(limits.DAY)
    second = await installation.staff("kato", ("privacy",))
    given = []
    for one in await approvals.waiting(engine, second):
        try:
            await approvals.approve(engine, second, one.id, one.seen)
            given.append("given")
        except ConflictError as error:
            given.append(error.reason)
    assert given == ["given", *["approval-dead"] * (len(given) - 1)]
    assert len(given) > 1
    assert installation.sql("SELECT granted FROM look_ups") == [(limits.LOOK_UPS_A_DAY,)]


async def test_a_program_does_not_guess_people(tmp_path):
    """§5.2 breach: a stolen credential guesses addresses, under one mandate after the other; its own ids stay good meanwhile."""
    bakery = Bakery(tmp_path)
    async with bakery.open() as k:
        credential = await bakery.program(k)
        async with k.person(credential, external="C-1") as me:
            await bakery.mori(me)
        for number in range(limits.FINDING_FAILURES):
            async with k.acting(credential) as desk:
                with pytest.raises(NotFoundError):
                    await desk.find(mail_address=f"nobody-{number}@example.com")
        async with k.acting(credential) as desk:
            with pytest.raises(LimitError):
                await desk.find(mail_address="mori@example.jp")
            await desk.find(external="C-1")
            bakery.wall.pass_(limits.SIGN_IN_WINDOW_SECONDS)
            await desk.find(external="C-1")
        async with k.acting(credential) as desk:
            with pytest.raises(NotFoundError):
                await desk.find(mail_address="nobody@example.com")
