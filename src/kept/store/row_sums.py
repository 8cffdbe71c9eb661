"""Sums over the rows of bound tables: they show that a row was deleted, added, or put back as it once was.

Each table without people has one sum, each person has one for each table that holds their rows. A sum is kept up by
every write, sealed and numbered; the other database remembers the number. The addend of a row is a keyed hash of its
seal that nobody sees, so rows cannot be chosen that leave the sum as it is.

Source: D. Clarke et al., Incremental Multiset Hash Functions and Their Application to Memory Integrity Checking (2003), §5
(MSet-Add-Hash).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from kept.errors import SealError
from kept.store.interface import Scope, Sum
from kept.store.register import bound_columns, is_counted, is_persons

PERSON, TABLE = "person_id", "table_name"
NOTHING: Sum = (0, bytes(16))
_MODULUS = 1 << 128


def scope_of(part: str, table: str, row: Sequence[object]) -> Scope | None:
    """Return whose sum a row belongs to; None for a table that is not counted.

    Args:
        part: `data` or `keys`.
        table: A bound table.
        row: Its sealed columns.
    """
    if not is_counted(part, table):
        return None
    if not is_persons(part, table):
        return TABLE, table
    return PERSON, cast("bytes", row[bound_columns(part, table).index(PERSON)])


def moved(before: Sum, count: int, total: int) -> Sum:
    """Return a sum after *count* rows with *total* of addends came (less than none: went)."""
    return before[0] + count, ((int.from_bytes(before[1], "big") + total) % _MODULUS).to_bytes(16, "big")


def scope_name(scope: Scope) -> str:
    """Return what messages call a scope: its table, or a person by the beginning of their number."""
    name = scope[1]
    return f"person {name.hex()[:8]}" if isinstance(name, bytes) else f"table {name}"


def rows_missing(table: str) -> SealError:
    """Return the error for a table whose rows are not those of its sum."""
    return SealError(
        f"expected every row of `{table}` that Kept wrote, found one missing, added or put back as it once was",
        reason="rows-missing",
        hint="nothing of it is used; run `kept verify`, then restore a backup",
        rests_on="ledger-consistent",
    )
