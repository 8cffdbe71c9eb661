"""§5.2: protection from unauthorised access: a second factor, roles bound to purposes."""

from __future__ import annotations

import pytest

from house import PASSWORD
from kept.crypto.second_factor import code_at
from kept.errors import DeniedError, InputError, SignInError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services import cases, staff
from kept.services.credentials import issue_credential

pytestmark = pytest.mark.anyio


async def test_staff_sign_in_with_both_factors(house):
    """§5.2 normal: password and one-time code open a session, and its entry names the factors and no login."""
    session = await house.staff("sato")
    said = next(one for one in await house.ledger() if one.act == "staff:session:sign-in")
    assert (said.clause, dict(said.facts)) == ("5.2", {"factors": "password, one-time code"})
    assert (said.actor, "sato" in said.actor) == (session.actor, False)


@pytest.mark.parametrize(("password", "shift"), [(PASSWORD, 40), ("another one altogether", 0)])
async def test_one_factor_alone_opens_nothing(house, password, shift):
    """§5.2 breach: a right password with a wrong code, or the other way round, is refused alike and recorded."""
    enrolled = await staff.add_staff(house.engine, "sato", PASSWORD, ("support",), by="test")
    code = code_at(enrolled.secret, int(house.engine.clock.now()) // 30 + shift)
    with pytest.raises(SignInError) as refused:
        await staff.sign_in(house.engine, "sato", password, code)
    assert (refused.value.clause, refused.value.reason) == ("§5.2", "sign-in-wrong")
    said = await house.newest()
    assert (said.act, said.outcome, said.clause) == ("staff:session:sign-in-fail", "refused", "5.2")


async def test_a_purpose_is_a_right_of_the_role(house):
    """§5.2 breach: support asks for market research, and is refused with the clause before anybody is looked for."""
    session = await house.staff()
    with pytest.raises(DeniedError) as refused:
        await cases.open_case(house.engine, session, "market-research")
    assert (refused.value.clause, refused.value.step) == ("§5.2", 1)
    assert "role" in refused.value.needed
    said = await house.newest()
    assert (said.act, said.outcome, said.clause, said.purpose) == (
        "staff:case:open",
        "refused",
        "5.2",
        "market-research",
    )
    with pytest.raises(InputError) as issued:
        await issue_credential(house.engine, "x", "support", ("market-research",), by="test")
    assert issued.value.clause == "§5.2"


async def test_the_board_counts_the_refusal(house):
    """§5.2 page: the board shows the clause kept, with the breach refused."""
    session = await house.staff()
    with pytest.raises(DeniedError):
        await cases.open_case(house.engine, session, "market-research")
    one = (await promise_board(house.engine)).of("5.2")
    assert (one.state, one.refused) == (ClauseState.KEPT, 1)
