"""Every clause that this version does not make work is shown so on the promise board."""

from __future__ import annotations

import pytest
from asked import CONSOLE, Browser
from installation import POLICY, Installation

from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.staff import sessions

pytestmark = pytest.mark.anyio
NOT_YET, UNUSED, STATED = ClauseState.NOT_KEPT_YET, ClauseState.PERMISSION_UNUSED, ClauseState.ONLY_STATED
OTHERS = {
    "5.1": STATED, "5.4": NOT_YET,
}  # fmt: skip
PEOPLE_OR_LATER_PARTS = {"0.1": NOT_YET, "2.3": NOT_YET, "5.5": NOT_YET, "5.6": NOT_YET}
KEPT = {
    "1.1",
    "2.1",
    "2.2",
    "2.4",
    "2.5",
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
    "4.2",
    "4.3",
    "4.4",
    "4.5",
    "4.6",
    "4.7",
    "4.8",
    "4.9",
    "5.2",
    "5.3",
}


async def test_the_board_names_every_clause_with_its_true_state(installation):
    """What is not built is not kept yet, unused or only stated; §4.7 holds since the one form names its recipient."""
    board = await promise_board(installation.engine)
    states = {one.clause.id: one.state for one in board.clauses}
    assert states == OTHERS | PEOPLE_OR_LATER_PARTS | dict.fromkeys(KEPT, ClauseState.KEPT)
    assert sum(board.promises.values()) + sum(board.permissions.values()) == 33


async def test_the_board_is_read_in_either_language(installation):
    """Page: what a state rests on is said in the language of the page, its values filled in, its roles by their titles."""
    await installation.staff("kato", ("privacy",))
    console = Browser(installation, at=CONSOLE)
    console.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "kato")
    english, japanese = (await console.get("/en/board")).text, (await console.get("/ja/board")).text
    assert "13 items declared; what is not declared has no place to be stored" in english
    assert "not attested yet by Privacy officer" in english
    assert "宣言した項目 13 件" in japanese
    board = await promise_board(installation.engine, check=False)
    for part in (part for one in board.clauses for part in one.parts):
        assert part.detail not in japanese, part.part.id
        assert "{" not in part.detail


async def test_what_nothing_counts_or_sends_is_not_called_kept(tmp_path):
    """A joint use nobody sends by is only stated, and a purpose that writes says that how often is not counted."""
    text = POLICY.with_name("bicycles.policy.md").read_text("utf-8")
    text += "\nThe workshop next door sees your name too. {#2.2}\n\n```yaml kept\nkind: permission\njoint-use:\n  next-door:\n"
    text += '    with:\n      - "Workshop"\n    items:\n      - name\n    purpose: repair\n    responsible: "Hartley Bicycles"\n```\n'
    path = tmp_path / "bicycles.policy.md"
    path.write_text(text, "utf-8")
    one = Installation(tmp_path, path)
    await one.open()
    board = await promise_board(one.engine)
    assert (board.of("2.2").state, board.of("2.2").kept_parts) == (STATED, 0)
    assert "nothing is sent by it" in board.of("2.2").parts[0].detail
    said = {each.part.id: each.detail for clause in board.clauses for each in clause.parts}
    assert "tests/" not in " ".join(said.values())
    guarantees = [one.part.id for one in board.of("1.3").parts]
    assert guarantees == ["consent-checked-when-sent"]
    await one.close()
