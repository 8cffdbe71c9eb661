"""Every clause that this version does not make work is shown so on the promise board."""

from __future__ import annotations

import pytest

from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState

pytestmark = pytest.mark.anyio
NOT_YET, UNUSED, STATED = ClauseState.NOT_KEPT_YET, ClauseState.PERMISSION_UNUSED, ClauseState.ONLY_STATED
OTHERS = {
    "2.5": NOT_YET, "4.2": UNUSED, "4.3": UNUSED, "4.4": UNUSED,
    "4.8": UNUSED, "5.1": STATED, "5.4": NOT_YET,
}  # fmt: skip
PEOPLE_OR_LATER_PARTS = {"0.1": NOT_YET, "2.3": NOT_YET, "5.5": NOT_YET, "5.6": NOT_YET}
KEPT = {
    "1.1",
    "2.1",
    "2.2",
    "2.4",
    "2.6",
    "2.7",
    "2.8",
    "2.9",
    "3.1",
    "3.2",
    "3.3",
    "3.4",
    "3.5",
    "3.6",
    "3.7",
    "4.1",
    "4.5",
    "4.6",
    "4.7",
    "4.9",
    "5.2",
    "5.3",
}


async def test_the_board_names_every_clause_with_its_true_state(house):
    """What is not built is not kept yet, unused or only stated; §4.7 holds since the one form names its recipient."""
    board = await promise_board(house.engine)
    states = {one.clause.id: one.state for one in board.clauses}
    assert states == OTHERS | PEOPLE_OR_LATER_PARTS | dict.fromkeys(KEPT, ClauseState.KEPT)
    assert sum(board.promises.values()) + sum(board.permissions.values()) == 33
