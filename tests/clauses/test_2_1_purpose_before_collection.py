"""§2.1: the purpose is defined before anything is collected."""

from __future__ import annotations

import pytest
from cited import cited

from kept.errors import DeniedError, MalformedError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.cases import cases
from kept.services.my_data.own_data import own_data

pytestmark = pytest.mark.anyio


async def test_a_form_shows_its_purposes_and_the_values_remember_them(installation):
    """§2.1 normal: every purpose of the form stands in the notice, and each value keeps that notice's id."""
    own = await installation.join()
    form = await installation.form(own=own)
    assert {one.purpose for one in form.notice.terms} >= {"contact", "information-for-you"}
    await installation.give(own, [("phone", "090-1234-5678")], token=form.token)
    (held,) = (await own_data(installation.engine, own)).held
    assert held.notice_id == form.notice_id
    collected = next(one for one in await installation.ledger() if one.act == "customer:value:collect")
    assert ("notice", form.notice_id) in collected.facts


async def test_a_submission_without_the_notice_is_refused(installation):
    """§2.1 breach: fields without proof of the notice shown are refused with the clause, and that is evidence."""
    own = await installation.join()
    with pytest.raises(MalformedError) as refused:
        await installation.give(own, [("phone", "090-1234-5678")], token="no-token")
    assert cited(refused.value) == "§2.1"
    said = await installation.newest()
    assert (said.act, said.outcome, said.clause) == ("system:submission:refuse", "refused", "2.1")
    assert (await own_data(installation.engine, own)).held == ()


async def test_an_undeclared_purpose_opens_nothing(installation):
    """§2.1 breach: a case for a purpose nobody declared is refused and recorded."""
    session = await installation.staff()
    with pytest.raises(DeniedError) as refused:
        await cases.open_case(installation.engine, session, "curiosity")
    assert (cited(refused.value), refused.value.step) == ("§2.1", 2)
    assert (await installation.newest()).clause == "2.1"


async def test_the_board_counts_what_was_refused(installation):
    """§2.1 page: the promise board shows the clause with the refusals counted."""
    own = await installation.join()
    with pytest.raises(MalformedError):
        await installation.give(own, [("phone", "090-1234-5678")], token="no-token")
    one = (await promise_board(installation.engine)).of("2.1")
    assert one.refused == 1
    assert one.state in {ClauseState.KEPT, ClauseState.NOT_KEPT_YET}
