"""§5.2: protection from unauthorised access: a second factor, roles bound to purposes."""

from __future__ import annotations

import pytest
from cited import cited
from installation import PASSWORD

from kept.crypto.second_factor import code_at
from kept.errors import DeniedError, InputError, SignInError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.cases import cases
from kept.services.staff import sessions
from kept.services.staff.credentials import issue_credential

pytestmark = pytest.mark.anyio


async def test_staff_sign_in_with_both_factors(installation):
    """§5.2 normal: password and one-time code open a session, and its entry names the factors and no login."""
    session = await installation.staff("sato")
    said = next(one for one in await installation.ledger() if one.act == "staff:session:sign-in")
    assert (said.clause, dict(said.facts)) == ("5.2", {"factors": "password, one-time code"})
    assert (said.actor, "sato" in said.actor) == (session.actor, False)


@pytest.mark.parametrize(("password", "shift"), [(PASSWORD, 40), ("another one altogether", 0)])
async def test_one_factor_alone_opens_nothing(installation, password, shift):
    """§5.2 breach: a right password with a wrong code, or the other way round, is refused alike and recorded."""
    enrolled = await sessions.add_staff(installation.engine, "sato", PASSWORD, ("support",), by="test")
    code = code_at(enrolled.secret, int(installation.engine.clock.now()) // 30 + shift)
    with pytest.raises(SignInError) as refused:
        await sessions.sign_in(installation.engine, "sato", password, code)
    assert (cited(refused.value), refused.value.reason) == ("§5.2", "sign-in-wrong")
    said = await installation.newest()
    assert (said.act, said.outcome, said.clause) == ("staff:session:sign-in-fail", "refused", "5.2")


async def test_a_purpose_is_a_right_of_the_role(installation):
    """§5.2 breach: support asks for market research, and is refused with the clause before anybody is looked for."""
    session = await installation.staff()
    with pytest.raises(DeniedError) as refused:
        await cases.open_case(installation.engine, session, "market-research")
    assert (cited(refused.value), refused.value.step) == ("§5.2", 1)
    assert "role" in refused.value.needed
    said = await installation.newest()
    assert (said.act, said.outcome, said.clause, said.purpose) == (
        "staff:case:open",
        "refused",
        "5.2",
        "market-research",
    )
    with pytest.raises(InputError) as issued:
        await issue_credential(installation.engine, "x", "support", ("market-research",), by="test")
    assert cited(issued.value) == "§5.2"


async def test_the_board_counts_the_refusal(installation):
    """§5.2 page: the board shows the clause kept, with the breach refused."""
    session = await installation.staff()
    with pytest.raises(DeniedError):
        await cases.open_case(installation.engine, session, "market-research")
    one = (await promise_board(installation.engine)).of("5.2")
    assert (one.state, one.refused) == (ClauseState.KEPT, 1)
