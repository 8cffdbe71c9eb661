"""What the cookie of the visit counts says: a day, and which pages and features it was counted for. No number, no other word."""

from __future__ import annotations

PAGES = ("home", "own", "policy", "join", "registration", "cookies")
"""Pages that are counted; no other word is ever counted, so nothing typed into an address can become one."""
FEATURES = ("look", "filter")
ALL_MARKS = frozenset(f"{page}-{feature}" for page in PAGES for feature in FEATURES)


def marks_text(day: str, marks: frozenset[str]) -> str:
    """Spell the cookie's value.

    Args:
        day: `YYYY-MM-DD`.
        marks: Words of `ALL_MARKS`.
    """
    return f"{day}!{'.'.join(sorted(marks))}"


def parse_marks(unverified: str) -> tuple[str, frozenset[str]] | None:
    """Read the cookie's value: its day and marks; None for any text that `marks_text` does not spell so.

    Args:
        unverified: As a browser sent it, or an app would set it.
    """
    day, _, said = unverified.partition("!")
    marks = frozenset(said.split("."))
    return (day, marks) if marks <= ALL_MARKS and marks_text(day, marks) == unverified else None
