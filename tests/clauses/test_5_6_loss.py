"""§5.6: nothing acknowledged is lost by a kill, a full disk or a failed transaction."""

from __future__ import annotations

import pytest

from house import NAME
from kept.errors import ClosedError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.own_data import own_data

pytestmark = pytest.mark.anyio


async def test_what_was_acknowledged_is_there_after_the_next_start(house):
    """§5.6 normal: a house opened again holds the values and the entries, whole."""
    own = await house.mori()
    before = len(await house.ledger())
    await house.close()
    await house.open()
    assert next(one.value for one in (await own_data(house.engine, own)).held if one.slot == "name") == NAME
    assert len(await house.ledger()) == before + 1


async def test_a_ledger_that_does_not_integrate_closes_the_gate(house):
    """§5.6 breach: entries that wait longer than ten seconds close the gate; integrating opens it again."""
    own = await house.mori()
    house.wall.pass_(11)
    await house.engine.watch()
    with pytest.raises(ClosedError) as refused:
        await own_data(house.engine, own)
    assert refused.value.reason == "ledger-behind-itself"
    await house.engine.sequencer.integrate()
    await house.engine.watch()
    await own_data(house.engine, own)


async def test_the_board_shows_durable_writes_kept_and_backups_not_yet(house):
    """§5.6 page: what is built is shown kept, what is not is shown so, and the clause takes the worse of them."""
    one = (await promise_board(house.engine)).of("5.6")
    states = {part.part.id: part.state for part in one.parts}
    assert states == {"durable-writes": ClauseState.KEPT, "backups": ClauseState.NOT_KEPT_YET}
    assert one.state is ClauseState.NOT_KEPT_YET
