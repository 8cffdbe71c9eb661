"""The page of errors lists every reason of the source, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from docs.reasons import raised

ROOT = Path(__file__).parent.parent.parent
SET_APART = {"campaign-size", "ledger-behind-itself", "witnesses-silent"}
"""Reasons kept in a variable before they are raised; each is looked for as text."""


def listed() -> set[str]:
    """Return the reasons of the page: the first cell of each row."""
    return set(re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "docs/ERRORS.md").read_text(encoding="utf-8"), re.MULTILINE))


def test_every_reason_is_listed() -> None:
    """Whatever reason the source can raise, the page of errors says what to do about it."""
    assert set(raised()) - listed() == set()


def test_nothing_is_listed_that_cannot_be_raised() -> None:
    """A reason nobody raises any more is not on the page."""
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/kept").rglob("*.py"))
    assert {one for one in SET_APART if f'"{one}"' in source} == SET_APART
    assert listed() - set(raised()) - SET_APART == set()
