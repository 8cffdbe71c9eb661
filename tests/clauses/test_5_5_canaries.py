"""§5.5: canaries: invented people whose release is an alarm; who they are stands in K alone; copies carry a mark."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from kept.errors import InputError, SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState, Exit
from kept.services import canaries, cases, erasing, rights
from kept.services.planting import plant

pytestmark = pytest.mark.anyio
REN = {"name": "Ren Kawaguchi", "mail_address": "ren.k@example.jp", "phone": "090-5555-0142"}


async def test_opening_one_is_an_alarm_in_the_entrys_own_transaction(house):
    """§5.5 normal: support opens a canary; entry and alarm stand together, and the board says so until somebody looked."""
    await plant(house.engine, REN, by="test")
    assert (await promise_board(house.engine)).of("5.5").parts[2].state is ClauseState.KEPT
    session = await house.staff()
    case = await house.case(session, mail=REN["mail_address"])
    card = await cases.open_item(house.engine, session, case.id, "name")
    with card["name"].open(Exit.SCREEN):
        pass
    rows = await canaries.alarms(house.engine)
    assert [(str(row[2]), str(row[3]), str(row[4]), str(row[5])) for row in rows] == [
        (card.entry_id, session.actor, "contact", "screen")
    ]
    alarm = next(one for one in await house.ledger() if one.act == "house:canary:alarm")
    assert (alarm.clause, dict(alarm.facts)["entry"]) == ("5.5", card.entry_id)
    assert "Ren" not in str(alarm)
    part = next(one for one in (await promise_board(house.engine)).of("5.5").parts if one.part.id == "canaries-silent")
    assert part.state is ClauseState.NOT_KEPT_YET
    for wrong in (("", "mistake"), (str(rows[0][0])[:8], "nothing much")):
        with pytest.raises(InputError):
            await canaries.acknowledge(house.engine, *wrong, by="test")
    await canaries.acknowledge(house.engine, str(rows[0][0])[:8], "exercise", by="test")
    assert await canaries.standing_alarms(house.engine) == 0
    with pytest.raises(InputError):
        await canaries.acknowledge(house.engine, str(rows[0][0])[:8], "exercise", by="test")


async def test_other_people_raise_none(house):
    """§5.5: whoever is no canary is opened as ever."""
    await plant(house.engine, REN, by="test")
    await house.mori()
    session = await house.staff()
    await cases.open_item(house.engine, session, (await house.case(session)).id, "name")
    assert await canaries.alarms(house.engine) == []


async def test_d_alone_does_not_say_who_they_are(house):
    """§5.5: no table of D holds a mark; a house started again learns it from K."""
    await plant(house.engine, REN, by="test")
    planted = house.engine.canaries
    row = await house.engine.keys.read(lambda tx: tx.all("canaries"))
    assert {bytes(one[0]) for one in row} == planted
    entry = next(one for one in await house.ledger() if one.act == "operator:canary:plant")
    assert planted
    assert next(iter(planted)).hex() not in str(entry)
    await house.close()
    await house.open()
    assert house.engine.canaries == planted


async def test_work_on_many_people_leaves_them_out(house):
    """§5.5: what is done for many is no alarm: a canary stopped every use that needs no yes, and ticked none."""
    await plant(house.engine, REN, by="test")
    state = (await house.engine.people.load(next(iter(house.engine.canaries)))).state
    assert {"feedback", "contest", "prize-delivery", "event", "market-research"} <= set(state.stops)
    assert state.grants == ()


async def test_what_is_no_value_is_not_planted(house):
    """§2.2 breach: a canary is given by the form, as anybody's values are; an empty one could not be come upon."""
    with pytest.raises(InputError):
        await plant(house.engine, {}, by="test")
    with pytest.raises(SubmissionError):
        await plant(house.engine, {"shoe_size": "43"}, by="test")


async def test_who_erased_herself_meanwhile_closes_her_request(house):
    """§0.1: nothing is left to copy or erase; the request says so and does not wait for ever."""
    own = await house.mori()
    asks, approves = await house.staff("kato", ("privacy",)), await house.staff("ono", ("privacy",))
    request = await rights.open_request(
        house.engine, asks, kind="export", channel="post", criteria={"mail_address": "canary.mori@example.jp"}, note=""
    )
    await rights.check_identity(house.engine, asks, request, "in person")
    await rights.ask_approval(house.engine, asks, request)
    await rights.approve(house.engine, approves, request)
    await erasing.intend_erasure(house.engine, await house.session(own.person_id))
    with pytest.raises(InputError) as refused:
        await rights.finish_export(house.engine, asks, request, "en")
    assert refused.value.reason == "rights-erased"
    found = await rights.request_of(house.engine, request)
    assert (found.outcome, found.finished_at is not None) == ("erased meanwhile", True)


async def test_a_copy_staff_make_carries_a_mark(house):
    """§5.5: a copy made for a rights request says by whom, when, for which request, and which entry released it."""
    await house.mori()
    asks, approves = await house.staff("kato", ("privacy",)), await house.staff("ono", ("privacy",))
    request = await rights.open_request(
        house.engine, asks, kind="export", channel="post", criteria={"mail_address": "canary.mori@example.jp"}, note=""
    )
    await rights.check_identity(house.engine, asks, request, "in person")
    await rights.ask_approval(house.engine, asks, request)
    await rights.approve(house.engine, approves, request)
    packed = await rights.finish_export(house.engine, asks, request, "en")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        name = next(one for one in archive.namelist() if one.endswith(".json"))
        mark = json.loads(archive.read(name))["mark"]
    assert mark["by"] == asks.actor
    released = next(one for one in await house.ledger() if one.act == "actor:value:read")
    assert released.outcome == "permitted"
    assert len(mark["entry"]) == 64
