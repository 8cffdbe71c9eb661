"""The cells of the matrix: every table of D and K, every column, every kind of edit an intruder with the file can make."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from kept.store.queries import PARTS, columns

OF_ROWS = ("delete", "duplicate", "swap", "move", "older")
"""Kinds of edits of a whole row; `edit` is that of a column."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One edit.

    Args:
        part: `data` or `keys`.
        table: The table.
        kind: `edit`, or one of `OF_ROWS`.
        column: The column that is edited; empty for the other kinds.
    """

    part: str
    table: str
    kind: str
    column: str = ""

    @property
    def where(self) -> str:
        """Its table, with the database in front."""
        return f"{'D' if self.part == 'data' else 'K'}.{self.table}"

    def __str__(self) -> str:
        return f"{self.where} {self.kind} {self.column}".strip()


def cells() -> Iterator[Cell]:
    """Yield every cell, in the order of the schema."""
    for part in PARTS:
        for table, described in columns(part).items():
            yield from (Cell(part, table, "edit", column) for column in described)
            yield from (Cell(part, table, kind) for kind in OF_ROWS if kind != "move" or "person_id" in described)


class Table:
    """One table of a database file an intruder has open, and the copy of it from the day before.

    Args:
        base: The database, as the intruder opens it; `before` is attached.
        cell: Which edit.
        person: Whose row it should be; the newest of theirs, or of anybody's.
    """

    def __init__(self, base: sqlite3.Connection, cell: Cell, person: bytes) -> None:
        self._base, self._cell, self._person = base, cell, person
        self._described = columns(cell.part)[cell.table]
        self._names = list(self._described)
        asked = base.execute(f"PRAGMA table_info({cell.table})").fetchall()
        self._key = [name for _, name, _, _, _, place in sorted(asked, key=lambda one: one[5]) if place]

    def bend(self) -> bool:
        """Do the edit; False where there is no row to do it with."""
        return bool(self._rows()) and bool(getattr(self, f"_{self._cell.kind}")())

    def _run(self, statement: str, *parameters: object) -> list[tuple]:
        return self._base.execute(statement, parameters).fetchall()

    def _rows(self, where: str = "1", *parameters: object, base: str = "main") -> list[dict[str, object]]:
        rows = self._run(
            f"SELECT {', '.join(self._names)} FROM {base}.{self._cell.table} WHERE {where} ORDER BY rowid DESC",
            *parameters,
        )
        return [dict(zip(self._names, one, strict=True)) for one in rows]

    def _target(self) -> dict[str, object]:
        if "person_id" in self._described and (own := self._rows("person_id = ?", self._person)):
            return own[0]
        return self._rows()[0]

    def _others(self, row: dict[str, object]) -> list[dict[str, object]]:
        return [one for one in self._rows() if self._place(one) != self._place(row)]

    def _place(self, row: dict[str, object]) -> tuple[object, ...]:
        return tuple(row[name] for name in self._key)

    def _put(self, place: tuple[object, ...], row: dict[str, object]) -> bool:
        """Write *row* where the row of key *place* stands; False where it changes nothing, or its new key is taken."""
        if row in self._rows():
            return False
        if self._place(row) != place and self._place(row) in map(self._place, self._rows()):
            return False
        given = ", ".join(f"{name} = ?" for name in self._names)
        where = " AND ".join(f"{name} = ?" for name in self._key)
        return self._may(f"UPDATE {self._cell.table} SET {given} WHERE {where}", *row.values(), *place)

    def _add(self, row: dict[str, object]) -> bool:
        if self._place(row) in map(self._place, self._rows()):
            return False
        marks = ", ".join("?" * len(self._names))
        return self._may(f"INSERT INTO {self._cell.table} ({', '.join(self._names)}) VALUES ({marks})", *row.values())

    def _may(self, statement: str, *parameters: object) -> bool:
        try:
            self._run(statement, *parameters)
        except sqlite3.IntegrityError:  # another key of the table stands against it
            return False
        return True

    def _edit(self) -> bool:
        row, column = self._target(), self._cell.column
        near = [one[column] for one in self._others(row) if one[column] not in (row[column], None)]
        for value in (*near[:1], self._otherwise(row[column], self._described[column].kind)):
            if self._put(self._place(row), row | {column: value}):
                return True
        return False

    def _otherwise(self, value: object, kind: str) -> object:
        if isinstance(value, bytes):
            return value[:-1] + bytes([value[-1] ^ 1]) if value else b"x"
        if isinstance(value, str):
            return value + "x"
        if value is None:
            return {"BYTEA": b"x", "TEXT": "x", "BIGINT": 1}.get(kind, 1.0)
        return value + (1 if isinstance(value, int) else 30 * 86400.0)  # type: ignore[operator]

    def _delete(self) -> bool:
        row = self._target()
        where = " AND ".join(f"{name} = ?" for name in self._key)
        return self._may(f"DELETE FROM {self._cell.table} WHERE {where}", *self._place(row))

    def _duplicate(self) -> bool:
        row = self._target()
        asked = "SELECT c.name FROM pragma_index_list(?) i, pragma_index_info(i.name) c WHERE i.origin = 'u'"
        alone = self._run(asked, self._cell.table)
        row |= {name: self._otherwise(row[name], self._described[name].kind) for (name,) in alone}
        return any(
            self._add(row | {name: self._otherwise(row[name], self._described[name].kind)})
            for name in reversed(self._key)
        )

    def _swap(self) -> bool:
        row = self._target()
        rest = [name for name in self._names if name not in self._key]
        for other in self._others(row):
            mine, theirs = ({name: one[name] for name in rest} for one in (row, other))
            if mine != theirs and rest:
                away = row | {name: self._otherwise(mine[name], self._described[name].kind) for name in rest}
                return (
                    self._put(self._place(row), away)
                    and self._put(self._place(other), other | mine)
                    and self._put(self._place(row), row | theirs)
                )
        return False

    def _move(self) -> bool:
        row = self._target()
        people = self._run(
            "SELECT DISTINCT person_id FROM state_copy" if self._cell.part == "keys" else "SELECT person_id FROM state"
        )
        return any(
            self._put(self._place(row), row | {"person_id": one}) for (one,) in people if one != row["person_id"]
        )

    def _older(self) -> bool:
        """Put an older self of the row back, or one that was taken away since: the first that differs."""
        now = {self._place(one): one for one in self._rows()}
        aimed = self._place(self._target())
        before = sorted(self._rows(base="before"), key=lambda one: self._place(one) != aimed)
        for row in before:
            if (there := now.get(self._place(row))) != row:
                return self._put(self._place(row), row) if there else self._add(row)
        return False
