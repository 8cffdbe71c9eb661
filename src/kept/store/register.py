"""The register of columns: what keeps whoever writes a database from gaining by it, table by table.

    [data.session]
    class = "bound"
    why = "who is signed in, since when, until when"

It stands in `sql/register.toml`. A table or column that is not in it is refused where it is read, so nothing is added
without saying what keeps it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

from kept.store.queries import PARTS, columns, primary_key

ROW_SEAL = "row_seal"
"""The column that holds a bound row's seal."""


class Protection(Enum):
    """What keeps a column."""

    SEALED = "sealed"
    BOUND = "bound"
    RECOMPUTED = "recomputed"
    HARMLESS = "harmless"


@dataclass(frozen=True, slots=True)
class Keeping:
    """How one column is kept.

    Args:
        protection: What keeps it.
        why: What it decides, or what it is compared with, or why nothing rests on it.
    """

    protection: Protection
    why: str


@cache
def register(part: str) -> dict[str, dict[str, Keeping]]:
    """Return, for each table of *part*, how each of its columns is kept; the column of the seal itself is left out.

    Args:
        part: `data` or `keys`.

    Raises:
        RuntimeError: The schema has a table or column the register does not know, or the other way round.
    """
    written: Any = _written()
    if set(written) != set(PARTS) or set(written[part]) != set(columns(part)):
        raise RuntimeError(f"register and schema of {part} disagree: {set(written[part]) ^ set(columns(part))}")
    found: dict[str, dict[str, Keeping]] = {}
    for table, said in written[part].items():
        names = [one for one in columns(part)[table] if one != ROW_SEAL]
        others = said.get("columns", {})
        whole = Keeping(Protection(said["class"]), said["why"])
        bound = whole.protection is Protection.BOUND
        apart = set(names) - set(primary_key(part, table)) if bound else set(names)
        if not others.keys() <= apart or (ROW_SEAL in columns(part)[table]) != bound:
            raise RuntimeError(f"register and schema disagree about table {table} of {part}")
        found[table] = {
            name: Keeping(Protection(others[name]["class"]), others[name]["why"]) if name in others else whole
            for name in names
        }
    return found


@cache
def _written() -> dict[str, dict[str, dict[str, object]]]:
    return tomllib.loads(files("kept.store").joinpath("sql", "register.toml").read_text(encoding="utf-8"))


def is_counted(part: str, table: str) -> bool:
    """Whether the rows of a bound table are added up, so that a missing or older one is noticed."""
    return not uncounted_because(part, table)


def uncounted_because(part: str, table: str) -> str:
    """Return why the rows of a bound table are not added up; empty when they are."""
    return str(_written()[part][table].get("uncounted", ""))


@cache
def is_persons(part: str, table: str) -> bool:
    """Whether the rows of a bound table are added up for each person."""
    return "person_id" in bound_columns(part, table) and "together" not in _written()[part][table]


@cache
def whole_tables(part: str) -> frozenset[str]:
    """Return the tables whose rows are added up where they are used, too: they are small, and what they say opens doors."""
    return frozenset(name for name, said in _written()[part].items() if said.get("whole"))


@cache
def bound_columns(part: str, table: str) -> tuple[str, ...]:
    """Return the columns of *table* a row's seal covers, in their order; empty for a table that is kept otherwise."""
    if ROW_SEAL not in columns(part)[table]:
        return ()
    return tuple(name for name, kept in register(part)[table].items() if kept.protection is Protection.BOUND)
