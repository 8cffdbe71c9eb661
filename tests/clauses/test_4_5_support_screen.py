"""§4.5 for the support screen: customers are reached when needed, and only the items of that are opened."""

from __future__ import annotations

import pytest
from cited import cited
from installation import MAIL, NAME

from kept.errors import DeniedError, NotFoundError
from kept.guarantees.board import promise_board
from kept.policy.decision import Allowed
from kept.policy.words import ClauseState, Exit
from kept.services.cases import cases
from kept.services.gate import gate
from kept.services.my_data.choices import stop_use
from kept.services.my_data.own_data import own_data

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("typed", [MAIL, " CANARY.MORI@EXAMPLE.JP ", "ｃａｎａｒｙ．ｍｏｒｉ＠ｅｘａｍｐｌｅ．ｊｐ"])
async def test_support_finds_her_in_any_usual_spelling_and_opens_one_item(installation, typed):
    """§4.5 normal: found by the address however typed, the screen names what may be opened, and the name opens."""
    await installation.mori()
    session = await installation.staff()
    case = await installation.case(session, mail=typed)
    offered = await cases.items_of_case(installation.engine, session, case.id)
    assert {slot for slot, one in offered.items() if isinstance(one, Allowed)} == {"name", "mail_address", "phone"}
    card = await cases.open_item(installation.engine, session, case.id, "name")
    with card["name"].open(Exit.SCREEN) as text:
        assert text == NAME


async def test_another_way_out_than_the_screen_is_refused(installation):
    """§4.5 breach: contact in the hands of staff does not open a segment; refused at step 7 with the clause."""
    own = await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    with pytest.raises(DeniedError) as refused:
        await gate.read(installation.engine, case.mandate, own.person_id, ("name",), Exit.SEGMENT)
    assert (refused.value.step, cited(refused.value)) == (7, "§4.5")
    said = await installation.newest()
    assert (said.outcome, said.clause, said.case) == ("refused", "4.5", str(case.number))


async def test_who_stopped_contact_is_not_found_anew_but_refused_by_name_in_an_open_case(installation):
    """§4.5 breach: after a stop a new case finds nobody, an open one is refused with the clause, and she sees both."""
    own = await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    await stop_use(installation.engine, own, "contact", stop=True)
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(installation.engine, session, case.id, "name")
    assert (refused.value.step, refused.value.reason, cited(refused.value)) == (8, "stopped", "§4.5")
    assert "resume" in refused.value.needed
    with pytest.raises(NotFoundError) as hidden:
        await installation.case(session)
    unknown = await cases.open_case(installation.engine, session, "contact")
    with pytest.raises(NotFoundError) as nobody:
        await cases.find_in_case(installation.engine, session, unknown.id, {"mail_address": "nobody@example.jp"})
    assert (str(hidden.value), hidden.value.needed) == (str(nobody.value), nobody.value.needed)
    lines = [
        line.account
        for line in (await own_data(installation.engine, own)).history.lines
        if line.account.outcome == "refused"
    ]
    assert [one.act for one in lines] == ["actor:person:find", "actor:value:read"]


async def test_the_board_counts_uses_and_refusals(installation):
    """§4.5 page: the board names the ways out and counts what was opened."""
    await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    before = (await promise_board(installation.engine)).of("4.5").uses
    await cases.open_item(installation.engine, session, case.id, "name")
    one = (await promise_board(installation.engine)).of("4.5")
    assert (one.state, one.uses) == (ClauseState.KEPT, before + 1)
