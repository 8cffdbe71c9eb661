"""§5.5: canaries: invented people whose release is an alarm; who they are stands in K alone; copies carry a mark."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from writing_letters import answered, approved

from kept.door.staff import Staff
from kept.errors import DeniedError, InputError, SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState, Exit
from kept.services.cases import cases
from kept.services.engine.record import operator
from kept.services.gate import canaries
from kept.services.gate.history import newest_entries
from kept.services.my_data import erasure, rights_requests
from kept.services.staff import sessions
from kept.services.upkeep.canary_planting import plant
from kept.store import sql

pytestmark = pytest.mark.anyio
REN = {"name": "Ren Kawaguchi", "mail_address": "ren.k@example.jp", "phone": "090-5555-0142"}


async def test_opening_one_is_an_alarm_in_the_entrys_own_transaction(installation):
    """§5.5 normal: support opens a canary; entry and alarm stand together, and the board says so until somebody looked."""
    await plant(installation.engine, REN, by="test")
    assert (await promise_board(installation.engine)).of("5.5").parts[2].state is ClauseState.KEPT
    session = await installation.staff()
    case = await installation.case(session, mail=REN["mail_address"])
    card = await cases.open_item(installation.engine, session, case.id, "name")
    with card["name"].open(Exit.SCREEN):
        pass
    rows = await canaries.alarms(installation.engine)
    assert [(str(row[2]), str(row[3]), str(row[4]), str(row[5])) for row in rows] == [
        (card.entry_id, session.actor, "contact", "screen")
    ]
    alarm = next(one for one in await installation.ledger() if one.act == "system:canary:alarm")
    assert (alarm.clause, dict(alarm.facts)["entry"]) == ("5.5", card.entry_id)
    assert "Ren" not in str(alarm)
    part = next(
        one for one in (await promise_board(installation.engine)).of("5.5").parts if one.part.id == "canaries-silent"
    )
    assert part.state is ClauseState.NOT_KEPT_YET
    for wrong in (("", "mistake"), (str(rows[0][0])[:8], "nothing much")):
        with pytest.raises(InputError):
            await canaries.acknowledge(installation.engine, *wrong, by=operator("test"))
    await canaries.acknowledge(installation.engine, str(rows[0][0])[:8], "exercise", by=operator("test"))
    assert await canaries.standing_alarms(installation.engine) == 0
    with pytest.raises(InputError):
        await canaries.acknowledge(installation.engine, str(rows[0][0])[:8], "exercise", by=operator("test"))


async def test_who_set_an_alarm_off_does_not_look_into_it(installation):
    """§5.5 breach: by the door, staff with two roles open a canary and call it an exercise; another member of staff may."""
    engine = installation.engine
    await plant(engine, REN, by="test")
    session = await installation.staff("sato", ("support", "privacy"))
    await installation.staff("kato", ("privacy",))
    sato, kato = [Staff(engine, await sessions.start_demo_session(engine, one)) for one in ("sato", "kato")]
    await cases.open_item(engine, session, (await installation.case(session, mail=REN["mail_address"])).id, "name")
    (alarm,) = await sato.canary_alarms()
    with pytest.raises(DeniedError) as refused:
        await sato.acknowledge_alarm(alarm.alarm_id, "exercise")
    assert (refused.value.reason, refused.value.clause) == ("alarm-own", "§5.5")
    await kato.acknowledge_alarm(alarm.alarm_id, "curiosity")
    assert [one.finding for one in await kato.canary_alarms()] == ["curiosity"]
    assert (await installation.newest()).kind == "staff"


async def test_other_people_raise_none(installation):
    """§5.5: whoever is no canary is opened as ever."""
    await plant(installation.engine, REN, by="test")
    await installation.mori()
    session = await installation.staff()
    await cases.open_item(installation.engine, session, (await installation.case(session)).id, "name")
    assert await canaries.alarms(installation.engine) == []


async def test_d_alone_does_not_say_who_they_are(installation):
    """§5.5: no table of D holds a mark; an installation started again learns it from K."""
    await plant(installation.engine, REN, by="test")
    planted = installation.engine.canaries
    row = await installation.engine.keys.all(sql.Canaries)
    assert {bytes(one[0]) for one in row} == planted
    entry = next(one for one in await installation.ledger() if one.act == "operator:canary:plant")
    assert planted
    assert next(iter(planted)).hex() not in str(entry)
    await installation.close()
    await installation.open()
    assert installation.engine.canaries == planted


async def test_work_on_many_people_leaves_them_out(installation):
    """§5.5: what is done for many is no alarm: a canary stopped every use that needs no yes, and ticked none."""
    await plant(installation.engine, REN, by="test")
    state = (await installation.engine.people.load(next(iter(installation.engine.canaries)))).state
    assert {"feedback", "contest", "prize-delivery", "event", "market-research"} <= set(state.stops)
    assert state.grants == ()


async def test_what_is_no_value_is_not_planted(installation):
    """§2.2 breach: a canary is given by the form, as anybody's values are; an empty one could not be come upon."""
    with pytest.raises(InputError):
        await plant(installation.engine, {}, by="test")
    with pytest.raises(SubmissionError):
        await plant(installation.engine, {"shoe_size": "43"}, by="test")


async def test_who_erased_herself_meanwhile_closes_her_request(installation):
    """§0.1: nothing is left to copy or erase; the request says so and does not wait for ever."""
    own = await installation.mori()
    asks, approves = await installation.staff("kato", ("privacy",)), await installation.staff("ono", ("privacy",))
    canary = {"mail_address": "canary.mori@example.jp"}
    request = await approved(installation, asks, approves, "disclosure", criteria=canary)
    await erasure.intend_erasure(installation.engine, await installation.session(own.person_id))
    with pytest.raises(InputError) as refused:
        await answered(installation, asks, request)
    assert refused.value.reason == "rights-erased"
    found = await rights_requests.request_of(installation.engine, request)
    assert (found.outcome, found.finished_at is not None) == ("erased meanwhile", True)


async def test_a_copy_staff_make_carries_a_mark(installation):
    """§5.5: a copy made for a rights request says by whom, when, for which request, and which entry released it."""
    await installation.mori()
    asks, approves = await installation.staff("kato", ("privacy",)), await installation.staff("ono", ("privacy",))
    canary = {"mail_address": "canary.mori@example.jp"}
    request = await approved(installation, asks, approves, "disclosure", criteria=canary)
    packed = (await answered(installation, asks, request)).content
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        mark = json.loads(archive.read("answer.json"))["mark"]
    assert mark["by"] == asks.actor
    lines = await newest_entries(installation.engine, limit=50)
    released = next(one.account for one in lines if one.entry_id == mark["entry"])
    assert (released.act, released.actor) == ("staff:rights-request:finish", asks.actor)
