"""The matrix: every table of D and K, every column, every kind of edit; what notices it is a text one can review.

Each cell is made on a copy of an installation in which no table is empty. It ends *start* (the next start is refused), *verify*
(`kept verify` names it), *use* (what uses the row is refused), or *admitted*, with its reason in `admitted.toml`. The rest is
*unnoticed*, and counted at the top. `KEPT_GOLDEN=update` writes the text anew.
"""

from __future__ import annotations

import asyncio
import os
import tomllib
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from kept.store.queries import PARTS, columns
from matrix.cells import Cell, cells
from matrix.filled import NotFilled, copied, fill, open_again, verified
from matrix.probes import PROBES, probes_of
from matrix.trying import NOTHING, UNNOTICED, try_all

GOLDEN = Path(__file__).parents[1] / "golden" / "matrix.txt"
ADMITTED = tomllib.loads(Path(__file__).with_name("admitted.toml").read_text("utf-8"))["admitted"]


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """The filled installation."""
    with pytest.MonkeyPatch.context() as patch:
        for last in (False, False, False, True):
            try:
                return asyncio.run(fill(tmp_path_factory.mktemp("matrix"), patch))
            except NotFilled:
                if last:
                    raise
        return None


def reason_for(cell: Cell) -> str:
    """Why a cell that nothing notices is admitted; empty where it is not."""
    return next((one["why"] for one in ADMITTED if any(fnmatchcase(str(cell), each) for each in one["cells"])), "")


def text_of(outcomes: dict[Cell, str]) -> str:
    """The reviewed text: the count, then each table with its probes and its cells."""
    said = {
        cell: f"admitted: {reason}" if outcome.startswith(UNNOTICED) and (reason := reason_for(cell)) else outcome
        for cell, outcome in outcomes.items()
    }
    counts = Counter(
        word
        if (word := outcome.split()[0].rstrip(":,")) in {"admitted", UNNOTICED}
        else "nothing"
        if outcome == NOTHING
        else "noticed"
        for outcome in said.values()
    )
    noticed = f"{counts['noticed']} noticed, {counts['admitted']} admitted, {counts[UNNOTICED]} unnoticed"
    lines = [f"{len(said)} cells: {noticed}; {counts['nothing']} had nothing to do it with"]
    table = ""
    for cell, outcome in said.items():
        if cell.where != table:
            table = cell.where
            lines += ["", f"{table} (used by {', '.join(one.__name__ for one in probes_of(table))})"]
        lines.append(f"  {f'{cell.kind} {cell.column}'.strip():<28} {outcome}")
    return "\n".join(lines) + "\n"


def test_every_table_is_used_by_a_probe():
    """A new table is red here: a probe says how the product uses its rows."""
    every = {f"{'D' if part == 'data' else 'K'}.{table}" for part in PARTS for table in columns(part)}
    assert {one for named in PROBES.values() for one in named} == every


def test_every_column_has_its_cell_and_every_admission_its_cells():
    """The generator leaves no column out; an admission that names nothing is old."""
    edited = {(one.part, one.table, one.column) for one in cells() if one.kind == "edit"}
    assert edited == {
        (part, table, column) for part in PARTS for table in columns(part) for column in columns(part)[table]
    }
    for one in ADMITTED:
        for each in one["cells"]:
            assert any(fnmatchcase(str(cell), each) for cell in cells()), each


@pytest.mark.parametrize("probe", PROBES)
def test_a_probe_passes_where_nothing_was_edited(held, tmp_path, probe):
    """What refuses or breaks in a cell is the edit's doing; and `kept verify` finds nothing before."""

    async def use():
        installation = copied(held, tmp_path / "whole")
        await open_again(installation)
        assert await verified(installation, held) == []
        await probe(installation, held.words)
        await installation.close(integrate=False)

    asyncio.run(use())


@pytest.mark.slow
def test_every_cell_is_as_reviewed(held):
    """Whatever a change closes or opens shows as a difference in the reviewed text."""
    text = text_of(try_all(held))
    if os.environ.get("KEPT_GOLDEN") == "update":
        GOLDEN.write_text(text, "utf-8")
    assert GOLDEN.read_text("utf-8") == text, "run with KEPT_GOLDEN=update and look at the difference"
