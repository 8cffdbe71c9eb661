"""Memory: the same named queries over plain lists, for tests and for an installation that lives as long as its process.

It runs the SQL files themselves, and understands exactly the small SQL they may use (docs/decisions/0020-store.md):
one table, conditions joined by AND, `+` and `-` in SET, ON CONFLICT, ORDER BY, LIMIT, COUNT and MAX. A statement
beyond that fails here first, before it fails on another engine. It is stricter than SQLite where PostgreSQL is: a
parameter the query does not name and a value of another type than its column's are refused.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

from kept.errors import StoreError
from kept.store.interface import Body, Row, same_key
from kept.store.queries import Column, Query, columns, queries, tables, unique_keys

T = TypeVar("T")
Record = dict[str, Any]
Expression = Callable[[Record, Mapping[str, object]], Any]
Tables = dict[str, list[Record]]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def _expression(text: str) -> Expression:
    text = text.strip()
    if found := re.fullmatch(r"(.+?) ([+-]) (.+)", text):
        left, right = _expression(found[1]), _expression(found[3])
        act = operator.add if found[2] == "+" else operator.sub
        return lambda record, given: act(left(record, given), right(record, given))
    if text.startswith(":"):
        return lambda _, given: given[text[1:]]
    if text.startswith("'"):
        return lambda *_: text[1:-1]
    if text == "NULL":
        return lambda *_: None
    if text.lstrip("-").isdigit():
        return lambda *_: int(text)
    column = text.rpartition(".")[2]
    return lambda record, _: record[column]


def _condition(text: str) -> Callable[[Record, Mapping[str, object]], bool]:
    tests: list[Callable[[Record, Mapping[str, object]], bool]] = []
    for part in re.split(r"\s+AND\s+", text.strip()):
        if found := re.fullmatch(r"([\w.]+) IS (NOT )?NULL", part):
            column, wanted = found[1].rpartition(".")[2], bool(found[2])
            tests.append(lambda record, _, c=column, w=wanted: (record[c] is not None) == w)  # type: ignore[misc]
        elif found := re.fullmatch(r"\((\w+), (\w+)\) (<|>) \((:\w+), (:\w+)\)", part):
            pair, compare = operator.itemgetter(found[1], found[2]), _COMPARE[found[3]]
            values = _expression(found[4]), _expression(found[5])
            tests.append(
                lambda record, given, p=pair, k=compare, v=values: (  # type: ignore[misc]
                    k(p(record), tuple(one(record, given) for one in v))
                )
            )
        elif found := re.fullmatch(r"([\w.]+) (=|<=|>=|<|>) (.+)", part):
            column, compare, value = found[1].rpartition(".")[2], _COMPARE[found[2]], _expression(found[3])
            tests.append(
                lambda record, given, c=column, k=compare, v=value: (  # type: ignore[misc]
                    record[c] is not None and k(record[c], v(record, given))
                )
            )
        else:
            raise RuntimeError(f"beyond the small SQL: {part}")
    return lambda record, given: all(test(record, given) for test in tests)


def _assignments(text: str) -> list[tuple[str, Expression]]:
    pairs = [part.partition(" = ") for part in text.split(",")]
    return [(name.strip(), _expression(value)) for name, _, value in pairs]


_TYPES: dict[str, tuple[type, ...]] = {
    "BYTEA": (bytes,), "TEXT": (str,), "BIGINT": (int,), "DOUBLE": (float, int),
}  # fmt: skip


def _check_types(record: Record, described: Mapping[str, Column]) -> None:
    for name, value in record.items():
        column = described[name]
        if value is None and column.required:
            raise RuntimeError(f"a statement broke the schema: {name} is None")
        if value is not None and not isinstance(value, _TYPES[column.kind]):
            raise RuntimeError(f"a statement was run wrongly: {name} is {type(value).__name__}, not {column.kind}")


Plan = Callable[["_Snapshot", Mapping[str, object]], tuple[list[Row], int]]


@cache
def _plan(part: str, name: str) -> Plan:
    query = queries(part)[name]
    sql = " ".join(query.sql.split())
    for word, make in (("SELECT", _select), ("INSERT", _insert), ("UPDATE", _update), ("DELETE", _delete)):
        if sql.startswith(word):
            return make(part, query, sql)
    raise RuntimeError(f"beyond the small SQL: {name}")


def _select(_part: str, query: Query, sql: str) -> Plan:
    found = re.fullmatch(r"SELECT (.+) FROM (\w+)(?: WHERE (.+?))?(?: ORDER BY (.+?))?(?: LIMIT (\S+))?", sql)
    if not found:
        raise RuntimeError(f"beyond the small SQL: {query.name}")
    what, table = found[1], found[2]
    holds = _condition(found[3]) if found[3] else None
    order = [one.strip().partition(" ") for one in found[4].split(",")] if found[4] else []
    limit = _expression(found[5]) if found[5] else None
    most = re.fullmatch(r"COALESCE\(MAX\((\w+)\), (\d+)\)", what)
    names = [one.strip() for one in what.split(",")]

    def run(snapshot: _Snapshot, given: Mapping[str, object]) -> tuple[list[Row], int]:
        rows = [row for row in snapshot.tables[table] if holds is None or holds(row, given)]
        if what == "COUNT(*)":
            return [(len(rows),)], 1
        if most:
            return [(max((row[most[1]] for row in rows), default=int(most[2])),)], 1
        for column, _, direction in reversed(order):  # the sort is stable: the last column first
            rows.sort(key=operator.itemgetter(column), reverse=direction == "DESC")
        if limit:
            rows = rows[: limit({}, given)]
        return [tuple(row[name] for name in names) for row in rows], len(rows)

    return run


def _insert(part: str, query: Query, sql: str) -> Plan:
    found = re.fullmatch(
        r"INSERT INTO (\w+) \((.+?)\) VALUES \((.+?)\)"
        r"(?: ON CONFLICT \((.+?)\) DO (?:(NOTHING)|UPDATE SET (.+?)(?: WHERE (.+))?))?",
        sql,
    )
    if not found:
        raise RuntimeError(f"beyond the small SQL: {query.name}")
    table, names = found[1], [one.strip() for one in found[2].split(",")]
    values = [_expression(one) for one in found[3].split(",")]
    conflict = tuple(one.strip() for one in found[4].split(",")) if found[4] else None
    sets = _assignments(found[6]) if found[6] else []
    holds = _condition(found[7]) if found[7] else None
    keys = unique_keys(part)[table]
    described = columns(part)[table]

    def run(snapshot: _Snapshot, given: Mapping[str, object]) -> tuple[list[Row], int]:
        fresh = dict.fromkeys(described) | {name: value({}, given) for name, value in zip(names, values, strict=True)}
        _check_types(fresh, described)
        for key in keys:
            for row in snapshot.tables[table]:
                if all(row[column] == fresh[column] for column in key):
                    if key != conflict:
                        raise same_key()
                    if not sets or (holds and not holds(row, given)):
                        return [], 0
                    changes = {name: value(row, given) for name, value in sets}
                    _check_types(changes, described)
                    snapshot.change(row, changes)
                    return [], 1
        snapshot.add(table, fresh)
        return [], 1

    return run


def _update(part: str, query: Query, sql: str) -> Plan:
    found = re.fullmatch(r"UPDATE (\w+) SET (.+?) WHERE (.+)", sql)
    if not found:
        raise RuntimeError(f"beyond the small SQL: {query.name}")
    table, sets, holds = found[1], _assignments(found[2]), _condition(found[3])
    described = columns(part)[table]
    if {name for name, _ in sets} & {column for key in unique_keys(part)[table] for column in key}:
        raise RuntimeError(f"beyond the small SQL: {query.name} changes a key")

    def run(snapshot: _Snapshot, given: Mapping[str, object]) -> tuple[list[Row], int]:
        rows = [row for row in snapshot.tables[table] if holds(row, given)]
        for row in rows:
            changes = {name: value(row, given) for name, value in sets}
            _check_types(changes, described)
            snapshot.change(row, changes)
        return [], len(rows)

    return run


def _delete(_part: str, query: Query, sql: str) -> Plan:
    found = re.fullmatch(r"DELETE FROM (\w+) WHERE (.+)", sql)
    if not found:
        raise RuntimeError(f"beyond the small SQL: {query.name}")
    table, holds = found[1], _condition(found[2])

    def run(snapshot: _Snapshot, given: Mapping[str, object]) -> tuple[list[Row], int]:
        rows = [row for row in snapshot.tables[table] if holds(row, given)]
        for row in rows:
            snapshot.remove(table, row)
        return [], len(rows)

    return run


class _Snapshot:
    """A transaction; remembers how to undo itself."""

    def __init__(self, part: str, tables_now: Tables, *, writes: bool) -> None:
        self._part = part
        self._writes = writes
        self.tables = tables_now
        self._undo: list[Callable[[], object]] = []

    def add(self, table: str, row: Record) -> None:
        rows = self.tables[table]
        rows.append(row)
        self._undo.append(rows.pop)

    def change(self, row: Record, changes: Record) -> None:
        before = {name: row[name] for name in changes}
        row.update(changes)
        self._undo.append(lambda: row.update(before))

    def remove(self, table: str, row: Record) -> None:
        rows = self.tables[table]
        place = next(at for at, one in enumerate(rows) if one is row)
        del rows[place]
        self._undo.append(lambda: rows.insert(place, row))

    def roll_back(self) -> None:
        for undo in reversed(self._undo):
            undo()

    def _ask(self, name: str, given: Mapping[str, object]) -> list[Row]:
        return self._do(name, given)[0]

    def _change(self, name: str, given: Mapping[str, object]) -> int:
        if not self._writes:
            raise RuntimeError(f"query {name} writes, and this is a read")
        return self._do(name, given)[1]

    def _do(self, name: str, given: Mapping[str, object]) -> tuple[list[Row], int]:
        query = queries(self._part)[name]
        if given.keys() != set(query.parameters):
            raise RuntimeError(f"a statement was run wrongly: {name} takes {', '.join(query.parameters)}")
        return _plan(self._part, name)(self, given)

    async def one(self, query: str, /, **parameters: object) -> Row | None:
        rows = self._ask(query, parameters)
        return rows[0] if rows else None

    async def all(self, query: str, /, **parameters: object) -> list[Row]:
        return self._ask(query, parameters)

    async def each(self, query: str, rows: Iterable[Mapping[str, object]], /) -> list[Row | None]:
        answers = [self._ask(query, parameters) for parameters in rows]
        return [found[0] if found else None for found in answers]

    async def run(self, query: str, /, **parameters: object) -> int:
        return self._change(query, parameters)

    async def many(self, query: str, rows: Iterable[Mapping[str, object]], /) -> int:
        return sum(self._change(query, parameters) for parameters in rows)


class MemoryStore:
    """One database in memory.

    Args:
        part: `data` or `keys`.
    """

    def __init__(self, part: str) -> None:
        self.part = part
        self._tables: Tables = {name: [] for name in tables(part)}
        self._closed = False

    async def read(self, body: Body[T]) -> T:
        """Run *body*; see `Store.read`."""
        return self._drive(body, writes=False)

    async def write(self, body: Body[T]) -> T:
        """Run *body* alone, or not at all; see `Store.write`."""
        return self._drive(body, writes=True)

    def _drive(self, body: Body[T], *, writes: bool) -> T:
        if self._closed:
            raise StoreError("the database is closed", reason="store-closed", hint="open it again")
        snapshot = _Snapshot(self.part, self._tables, writes=writes)
        coroutine: Any = body(snapshot)
        try:
            coroutine.send(None)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        except BaseException:
            snapshot.roll_back()
            raise
        coroutine.close()
        snapshot.roll_back()
        raise RuntimeError("a transaction's body may await nothing but its transaction")

    async def close(self) -> None:
        """Let go of everything."""
        self._closed = True
