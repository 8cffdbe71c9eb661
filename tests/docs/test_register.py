"""The threat model shows, table by table, what keeps a database from whoever writes it: it is made from the register.

`KEPT_GOLDEN=update` writes the table anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kept.store.queries import PARTS, columns
from kept.store.register import (
    ROW_SEAL,
    Protection,
    bound_columns,
    is_counted,
    is_persons,
    register,
    uncounted_because,
    whole_tables,
)

PAGE = Path(__file__).parents[2] / "docs" / "THREAT_MODEL.md"
BEGIN, END = "<!-- the register begins -->\n", "<!-- the register ends -->\n"
NAMES = {"data": "D", "keys": "K"}


def absent(part, table):
    """Say what notices that a row of a table is missing or older."""
    if not bound_columns(part, table):
        return ""
    if not is_counted(part, table):
        return f"not added up: {uncounted_because(part, table)}"
    if table in whole_tables(part):
        return "added up where it is used"
    return "added up for each person" if is_persons(part, table) else "added up as a whole"


def rendered():
    """Return the table of the register as the threat model shows it."""
    lines = ["| | table | kept by | because | a missing or older row |", "|---|---|---|---|---|"]
    for part in PARTS:
        for table, kept in register(part).items():
            first = next(iter(kept.values()))
            most = first if bound_columns(part, table) else max(kept.values(), key=list(kept.values()).count)
            lines.append(
                f"| {NAMES[part]} | `{table}` | {most.protection.value} | {most.why} | {absent(part, table)} |"
            )
            for name, one in kept.items():
                if one != most:
                    lines.append(f"| | `{table}.{name}` | {one.protection.value} | {one.why} | |")
    return "\n".join(lines) + "\n"


def test_the_threat_model_shows_the_register():
    """What stands on the page is what the code holds to."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    shown, _, after = rest.partition(END)
    if os.environ.get("KEPT_GOLDEN") == "update":
        PAGE.write_text(before + BEGIN + rendered() + END + after, encoding="utf-8")
        shown = rendered()
    assert shown == rendered(), "run with KEPT_GOLDEN=update and look at the difference"


@pytest.mark.parametrize("part", PARTS)
def test_every_column_has_its_class(part):
    """A table or column that is added without saying what keeps it is refused by the register itself, and by name."""
    assert set(register(part)) == set(columns(part))
    for table, kept in register(part).items():
        assert set(kept) == set(columns(part)[table]) - {ROW_SEAL}
        assert all(one.why for one in kept.values())
        assert set(bound_columns(part, table)) == {
            name for name, one in kept.items() if one.protection is Protection.BOUND
        } or not bound_columns(part, table)
