"""§5.3: protection from modification: sealed values and states, a Merkle ledger, checkpoints kept outside."""

from __future__ import annotations

import pytest

from kept.errors import DeniedError, EvidenceError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.cases import cases
from kept.services.gate.history import proof_of
from kept.services.my_data.own_data import own_data
from kept.services.upkeep.verification import verify_installation
from kept_verify import verify_proof

pytestmark = pytest.mark.anyio


async def test_every_use_can_be_proved_without_us(installation):
    """§5.3 normal: a customer's proof of one use verifies with the published key alone, and the installation holds."""
    own = await installation.mori()
    case = await installation.case(session := await installation.staff())
    card = await cases.open_item(installation.engine, session, case.id, "name")
    await installation.engine.sequencer.integrate()
    proof = await proof_of(installation.engine, own, card.entry_id)
    checked = verify_proof(proof.text(), str(installation.engine.sequencer.verifier))
    assert checked.account["act"] == "actor:value:read"
    assert (await verify_installation(installation.engine)).problems == []


async def test_a_value_changed_at_rest_is_refused_named_and_recorded(installation):
    """§5.3 breach: one changed byte of a sealed value closes it with the clause, and verification names the person."""
    own = await installation.mori()
    case = await installation.case(session := await installation.staff())
    _flip(installation, own.person_id, "name")
    with pytest.raises((EvidenceError, DeniedError)) as refused:
        await cases.open_item(installation.engine, session, case.id, "name")
    assert isinstance(refused.value, EvidenceError)
    said = await installation.newest()
    assert (said.act, said.outcome, said.clause) == ("system:rollback:found", "refused", "5.3")
    await installation.engine.sequencer.integrate()
    problems = (await verify_installation(installation.engine)).problems
    assert [one.split(":")[0] for one in problems] == [f"person {own.person_id.hex()[:8]}"]


async def test_the_customer_and_the_board_see_it(installation):
    """§5.3 page: the live check of the board stops holding, and the finding is in the person's own history."""
    own = await installation.mori()
    assert (await promise_board(installation.engine)).of("5.3").state is ClauseState.KEPT
    case = await installation.case(session := await installation.staff())
    held = _flip(installation, own.person_id, "name")
    with pytest.raises(EvidenceError):
        await cases.open_item(installation.engine, session, case.id, "name")
    assert (await promise_board(installation.engine)).of("5.3").state is ClauseState.NOT_KEPT_YET
    _put_back(installation, own.person_id, "name", held)
    acts = [line.account.act for line in (await own_data(installation.engine, own)).history.lines]
    assert "system:rollback:found" in acts


def _flip(installation, person_id, slot):
    """Change one byte of a sealed value past all of Kept; return what it was."""
    ((before,),) = installation.sql("SELECT sealed FROM value WHERE person_id = ? AND slot = ?", person_id, slot)
    _put_back(installation, person_id, slot, before[:-1] + bytes([before[-1] ^ 1]))
    return before


def _put_back(installation, person_id, slot, sealed):
    installation.sql("UPDATE value SET sealed = ? WHERE person_id = ? AND slot = ?", sealed, person_id, slot)
