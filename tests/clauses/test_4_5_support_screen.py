"""§4.5 for the support screen: customers are reached when needed, and only the items of that are opened."""

from __future__ import annotations

import pytest

from house import MAIL, NAME
from kept.errors import DeniedError, NotFoundError
from kept.guarantees.board import promise_board
from kept.policy.decision import Allowed
from kept.policy.words import ClauseState, Exit
from kept.services import cases
from kept.services.choosing import stop_use
from kept.services.own_data import own_data

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("typed", [MAIL, " CANARY.MORI@EXAMPLE.JP ", "ｃａｎａｒｙ．ｍｏｒｉ＠ｅｘａｍｐｌｅ．ｊｐ"])
async def test_support_finds_her_in_any_usual_spelling_and_opens_one_item(house, typed):
    """§4.5 normal: found by the address however typed, the screen names what may be opened, and the name opens."""
    await house.mori()
    session = await house.staff()
    case = await house.case(session, mail=typed)
    offered = await cases.items_of_case(house.engine, session, case.id)
    assert {slot for slot, one in offered.items() if isinstance(one, Allowed)} == {"name", "mail_address", "phone"}
    card = await cases.open_item(house.engine, session, case.id, "name")
    with card["name"].open(Exit.SCREEN) as text:
        assert text == NAME


async def test_another_way_out_than_the_screen_is_refused(house):
    """§4.5 breach: contact in the hands of staff does not open a segment; refused at step 7 with the clause."""
    own = await house.mori()
    session = await house.staff()
    case = await house.case(session)
    with pytest.raises(DeniedError) as refused:
        await house.engine.gate.read(case.mandate, own.person_id, ("name",), Exit.SEGMENT)
    assert (refused.value.step, refused.value.clause) == (7, "§4.5")
    said = await house.newest()
    assert (said.outcome, said.clause, said.case) == ("refused", "4.5", str(case.number))


async def test_who_stopped_contact_is_not_found_anew_but_refused_by_name_in_an_open_case(house):
    """§4.5 breach: after a stop a new case finds nobody, an open one is refused with the clause, and she sees both."""
    own = await house.mori()
    session = await house.staff()
    case = await house.case(session)
    await stop_use(house.engine, own, "contact", stop=True)
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(house.engine, session, case.id, "name")
    assert (refused.value.step, refused.value.reason, refused.value.clause) == (8, "stopped", "§4.5")
    assert "resume" in refused.value.needed
    with pytest.raises(NotFoundError) as hidden:
        await house.case(session)
    unknown = await cases.open_case(house.engine, session, "contact")
    with pytest.raises(NotFoundError) as nobody:
        await cases.find_in_case(house.engine, session, unknown.id, {"mail_address": "nobody@example.jp"})
    assert (str(hidden.value), hidden.value.needed) == (str(nobody.value), nobody.value.needed)
    lines = [
        line.account for line in (await own_data(house.engine, own)).history.lines if line.account.outcome == "refused"
    ]
    assert [one.act for one in lines] == ["actor:person:find", "actor:value:read"]


async def test_the_board_counts_uses_and_refusals(house):
    """§4.5 page: the board names the ways out in use and counts what was opened."""
    await house.mori()
    session = await house.staff()
    case = await house.case(session)
    before = (await promise_board(house.engine)).of("4.5").uses
    await cases.open_item(house.engine, session, case.id, "name")
    one = (await promise_board(house.engine)).of("4.5")
    assert (one.state, one.uses) == (ClauseState.KEPT, before + 1)
