"""§5.6: nothing acknowledged is lost by a kill, a full disk or a failed transaction."""

from __future__ import annotations

import pytest
from installation import NAME

from kept.errors import ClosedError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.my_data.own_data import own_data

pytestmark = pytest.mark.anyio


async def test_what_was_acknowledged_is_there_after_the_next_start(installation):
    """§5.6 normal: an installation opened again holds the values and the entries, whole."""
    own = await installation.mori()
    before = len(await installation.ledger())
    await installation.close()
    await installation.open()
    assert next(one.value for one in (await own_data(installation.engine, own)).held if one.slot == "name") == NAME
    assert len(await installation.ledger()) == before + 1


async def test_a_ledger_that_does_not_integrate_closes_the_gate(installation):
    """§5.6 breach: entries that wait longer than ten seconds close the gate; integrating opens it again."""
    own = await installation.mori()
    installation.wall.pass_(11)
    await installation.engine.watch()
    with pytest.raises(ClosedError) as refused:
        await own_data(installation.engine, own)
    assert refused.value.reason == "ledger-behind-itself"
    await installation.engine.sequencer.integrate()
    await installation.engine.watch()
    await own_data(installation.engine, own)


async def test_the_board_shows_durable_writes_kept_and_backups_not_yet(installation):
    """§5.6 page: what is built is shown kept, what is not is shown so, and the clause takes the worse of them."""
    one = (await promise_board(installation.engine)).of("5.6")
    states = {part.part.id: part.state for part in one.parts}
    assert states == {"durable-writes": ClauseState.KEPT, "backups": ClauseState.NOT_KEPT_YET}
    assert one.state is ClauseState.NOT_KEPT_YET
