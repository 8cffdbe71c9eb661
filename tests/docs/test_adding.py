"""What the page about adding says is so: its files and tests are there, and what it promises to fail does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from grounds import is_ground

from kept.services.engine.acts import GROUNDS, Act

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/adding.md").read_text(encoding="utf-8")


def test_the_tests_it_names_are_there():
    """Each `file: test` is a test of that file."""
    named = re.findall(r"`(tests/[\w/]+\.py): (test_\w+)`", PAGE)
    assert len(named) > 20
    known = {
        path: {
            one.name
            for one in ast.parse((ROOT / path).read_text(encoding="utf-8")).body
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        for path, _ in named
    }
    assert [f"{path}: {test}" for path, test in named if test not in known[path]] == []


def test_every_row_says_what_fails_without_it():
    """A row names a test, or says that there is none, so that whoever adds looks twice."""
    rows = [re.split(r" *\| *", line)[1:-1] for line in PAGE.splitlines() if line.startswith("| ")]
    rows = [row for row in rows if row[0] != "file"]
    assert rows
    assert [row for row in rows if not re.search(r"`tests/|its own test|no test|test of its clause", row[2])] == []


@pytest.mark.parametrize("act", Act)
def test_every_act_has_a_known_ground(act):
    """An act without a ground, or with one no policy can carry, would be recorded without its clause, or not at all."""
    assert is_ground(GROUNDS[act])
