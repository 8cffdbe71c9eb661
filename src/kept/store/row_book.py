"""The book of bound rows of one SQLite connection: rows are checked where they are read, sealed and added up where written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from kept.store.bound_rows import (
    Deleting,
    Writing,
    bound_page,
    row_rewritten,
    sealing,
)
from kept.store.interface import BoundRow, Reckoned, RowSealer, Scope, Sums
from kept.store.queries import columns, queries
from kept.store.register import ROW_SEAL, bound_columns, is_counted, is_persons
from kept.store.row_sums import (
    NOTHING,
    PERSON,
    TABLE,
    moved,
    rows_missing,
    scope_of,
)

Row = tuple[Any, ...]


class RowBook:
    """Checks, seals and adds up.

    Args:
        connection: Of one thread.
        part: `data` or `keys`.
        sealer: Seals rows and sums.
    """

    def __init__(self, connection: sqlite3.Connection, part: str, sealer: RowSealer) -> None:
        self._execute = connection.execute
        self._part = part
        self._sealer = sealer
        self._sql = {name: query.sql for name, query in queries(part).items()}
        self._moved: dict[Scope, dict[str, tuple[int, int]]] = {}
        self._addends: dict[str, dict[bytes, int]] = {}
        self._newest: dict[str, int] = {}

    # ------------------------------------------------------------ reading

    def checking(self, table: str, width: int, made: Callable[[Row], Any]) -> Callable[[Row], Any]:
        """Return what makes a row of a query's answer once it was looked at.

        Args:
            table: The bound table.
            width: How many columns the query answers itself; the sealed ones and the seal stand behind them.
            made: Makes the row.
        """
        holds = self._sealer.holds
        held: Row = ()

        def checked(row: Row) -> Any:
            nonlocal held
            # The same row as the last one holds as it did. Its literals are what is sealed: 1, 1.0 and True are equal.
            if row != held or ascii(row) != ascii(held):
                if not holds(table, row[width:-1], row[-1]):
                    raise row_rewritten(table)
                held = row
            return made(row[:width])

        return checked

    def verify_whole(self, table: str) -> None:
        """Add up a table that opens doors, before a row of it is answered; what this transaction changed is its own.

        Raises:
            SealError: A row is missing, was added, or was put back as it once was (reason `rows-missing`).
        """
        scope = (TABLE, table)
        if scope in self._moved:
            return
        number, kept = self._kept(scope)
        seals = [one or b"" for (one,) in self._all(sealing(self._part, table).of_scope, {})]
        known = self._addends.setdefault(table, {})
        for one in seals:
            if one not in known:
                known[one] = self._sealer.addend(one)
        found = moved(NOTHING, len(seals), sum(known[one] for one in seals))
        if number < self._newest.get(table, 0) or found != kept.get(table, NOTHING):
            raise rows_missing(table)
        self._newest[table] = number

    def page(self, table: str, after: tuple[object, ...], limit: int) -> list[BoundRow]:
        """Return a page of a bound table in the order of its keys."""
        statement, parameters = bound_page(self._part, table, after, limit)
        key_of = sealing(self._part, table).key_of
        return [
            BoundRow(tuple(key_of(row).values()), self._holds(table, row)) for row in self._all(statement, parameters)
        ]

    # ------------------------------------------------------------ writing

    def write(self, statement: str, bound: Writing | Deleting, parameters: Mapping[str, object]) -> int:
        """Run a statement that writes rows of a bound table: what it changes was ours before, and is sealed anew.

        What was written is read again: what SQLite answers to a write may be of another type than what it keeps.
        """
        before = self._all(bound.before, parameters) if bound.before else []
        if isinstance(bound, Deleting):
            touched = self._execute(statement, parameters).rowcount
            for row in before:
                if self._holds(bound.table, row):  # one that was forged never was in the sum
                    self._move(bound.table, row, gone=row[-1], come=None)
            return touched
        for row in before:
            if not self._holds(bound.table, row):
                raise row_rewritten(bound.table)
        touched = self._execute(statement, parameters).rowcount
        if not touched:
            return touched
        rows = sealing(self._part, bound.table)
        if bound.after:
            self._seal(bound.table, self._all(bound.after, parameters)[0], before[0] if before else None)
        else:
            for row in before:
                self._seal(bound.table, self._all(rows.one, rows.key_of(row))[0], row)
        return touched

    def adopt(self, table: str) -> None:
        """Seal the rows of a bound table that carry no seal yet."""
        for row in self._all(sealing(self._part, table).unsealed, {}):
            self._seal(table, row, None)

    def _seal(self, table: str, row: Row, before: Row | None) -> None:
        rows, seal = sealing(self._part, table), self._sealer.seal(table, row[:-1])
        self._execute(rows.reseal, {**rows.key_of(row), ROW_SEAL: seal})
        if before is not None:
            self._move(table, before, gone=before[-1], come=None)
        self._move(table, row, gone=None, come=seal)

    # ------------------------------------------------------------ adding up

    def _move(self, table: str, row: Row, *, gone: bytes | None, come: bytes | None) -> None:
        scope = scope_of(self._part, table, row)
        if scope is None:
            return
        tables = self._moved.setdefault(scope, {})
        count, total = tables.get(table, (0, 0))
        if gone is not None:
            count, total = count - 1, total - self._sealer.addend(gone)
        if come is not None:
            count, total = count + 1, total + self._sealer.addend(come)
        tables[table] = (count, total)

    def begin(self) -> None:
        """A body begins: nothing of one that failed is added up with it, nor a number remembered that was rolled back."""
        self._moved.clear()
        self._newest.clear()

    def settle(self) -> dict[Scope, int]:
        """Keep the sums of what the body changed; return their new numbers."""
        changes: dict[Scope, int] = {}
        for scope, tables in self._moved.items():
            after = {table: delta for table, delta in tables.items() if delta != (0, 0)}
            number, sums = self._kept(scope)
            if not number:  # a person who is being erased has no sums any more: only what came counts
                after = {table: delta for table, delta in after.items() if delta[0] > 0}
            for table, (count, total) in after.items():
                sums[table] = moved(sums.get(table, NOTHING), count, total)
            if after:
                changes[scope] = self._keep(scope, number + 1, sums)
        self._moved.clear()
        return changes

    def reckon(self, scope: Scope) -> Reckoned:
        """Hold the rows of a scope against the sums kept."""
        number, kept = self._kept(scope)
        found = self._added_up(scope)
        return Reckoned(number, tuple(sorted(one for one in {*kept, *found} if kept.get(one) != found.get(one))))

    def _added_up(self, scope: Scope) -> Sums:
        kind, name = scope
        tables = (
            [str(name)] if kind == TABLE else [one for one in columns(self._part) if bound_columns(self._part, one)]
        )
        found = {}
        for table in tables:
            if is_persons(self._part, table) == (kind == PERSON) and is_counted(self._part, table):
                seals = [one or b"" for (one,) in self._all(sealing(self._part, table).of_scope, {kind: name})]
                if seals:
                    found[table] = moved(NOTHING, len(seals), sum(map(self._sealer.addend, seals)))
        return found

    def _kept(self, scope: Scope) -> tuple[int, Sums]:
        query = "table_rows_get" if scope[0] == TABLE else "person_rows_get"
        row = self._all(self._sql[query], dict([scope]))
        if not row:
            return 0, {}
        sums = self._sealer.open_sums(scope, *row[0])
        return row[0][0], {table: one for table, one in sums.items() if one != NOTHING}

    def _keep(self, scope: Scope, number: int, sums: Sums) -> int:
        kept = {table: one for table, one in sums.items() if one != NOTHING}
        sealed = self._sealer.seal_sums(scope, number, kept)
        kind, name = scope
        if kind == TABLE:
            self.run("table_rows_put", table_name=name, changes=number, sealed=sealed)
        else:
            self.run("person_rows_put", person_id=name, changes=number, sealed=sealed)
        return number

    def run(self, query: str, **parameters: object) -> None:
        """Run a named query that writes what is not bound itself."""
        self._execute(self._sql[query], parameters)

    def _holds(self, table: str, row: Row) -> bool:
        return self._sealer.holds(table, row[:-1], row[-1])

    def _all(self, statement: str, parameters: Mapping[str, object]) -> list[Row]:
        return self._execute(statement, parameters).fetchall()
