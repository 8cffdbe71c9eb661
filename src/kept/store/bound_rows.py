"""Bound rows: each carries a keyed seal over all of its columns, so that an edited, moved or invented row says so.

Every named query is known before it runs (`queries.py`), so what binds and checks its rows follows from its text: a
statement that reads answers the sealed columns as well; one that writes looks at the rows it is about to change, so
that a forged row is not sealed by being touched, and seals what it wrote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from kept.errors import SealError
from kept.store.queries import Query, primary_key, queries
from kept.store.register import ROW_SEAL, bound_columns, is_persons

_READS = re.compile(r"SELECT ([\w, ]+) FROM (\w+)(.*)", re.DOTALL)
_INSERTS = re.compile(
    r"INSERT INTO (\w+) \(([\w, ]+)\)\s+VALUES \(([^()]*)\)(?:\s+ON CONFLICT \(([\w, ]+)\) DO (UPDATE|NOTHING))?"
)
_UPDATES = re.compile(r"UPDATE (\w+)\s+SET (.*?)\s+WHERE (.*)", re.DOTALL)
_DELETES = re.compile(r"DELETE FROM (\w+)(.*)", re.DOTALL)
_ASSIGNED = re.compile(r"(\w+) =")


def row_rewritten(table: str) -> SealError:
    """Return the error for a row of *table* that is not as it was sealed."""
    return SealError(
        f"expected a row of `{table}` as Kept wrote it, found one that was changed, moved or added by hand",
        reason="row-rewritten",
        hint="it is not used; run `kept verify`, which names every such row, then restore a backup",
        rests_on="ledger-consistent",
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """A named query that answers rows of a bound table.

    Args:
        table: The table.
        sql: The query, with the sealed columns and the seal behind what it answers itself.
    """

    table: str
    sql: str


@dataclass(frozen=True, slots=True)
class Writing:
    """A named query that writes rows of a bound table.

    Args:
        table: The table.
        before: Answers sealed columns and seal of the rows it is about to change; empty when it only adds one.
        after: Answers them for the row it added or put in the place of one; empty when it changes what *before* answers.
    """

    table: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Deleting:
    """A named query that deletes rows of a bound table.

    Args:
        table: The table.
        before: Answers sealed columns and seal of the rows it is about to delete.
    """

    table: str
    before: str


@dataclass(frozen=True, slots=True)
class Sealing:
    """How the rows of a bound table are read and sealed.

    Args:
        key: The columns of the primary key.
        places: Where they stand among the sealed columns.
        one: Answers sealed columns and seal of one row, by its key.
        unsealed: Answers them for the rows that carry no seal.
        reseal: Writes `:row_seal` into one row, by its key.
        of_scope: Answers the seals of the rows of one person, or of the whole table where it holds nobody.
    """

    key: tuple[str, ...]
    places: tuple[int, ...]
    one: str
    unsealed: str
    reseal: str
    of_scope: str

    def key_of(self, row: Sequence[Any]) -> dict[str, object]:
        """Return the parameters that name a row, from its sealed columns."""
        return {name: row[place] for name, place in zip(self.key, self.places, strict=True)}


@cache
def bound_queries(part: str) -> dict[str, Reading | Writing | Deleting]:
    """Return, by the name of the query, how every query of *part* that answers or writes bound rows is checked.

    A count or a maximum answers no row, and is not among them.
    """
    found: dict[str, Reading | Writing | Deleting] = {}
    for name, query in queries(part).items():
        bound = _reading(part, query) if query.columns else bound_writing(part, query)
        if bound is not None:
            found[name] = bound
    return found


@cache
def sealing(part: str, table: str) -> Sealing:
    """Return how the rows of a bound table are read and sealed."""
    key, sealed = primary_key(part, table), bound_columns(part, table)
    where = " AND ".join(f"{one} = :{one}" for one in key)
    answer = f"SELECT {_sealed(part, table)} FROM {table} WHERE "  # noqa: S608 -- names of the schema
    return Sealing(
        key,
        tuple(sealed.index(one) for one in key),
        f"{answer}{where}",
        f"{answer}{ROW_SEAL} IS NULL",
        f"UPDATE {table} SET {ROW_SEAL} = :{ROW_SEAL} WHERE {where}",  # noqa: S608 -- names of the schema
        f"SELECT {ROW_SEAL} FROM {table}" + (" WHERE person_id = :person_id" if is_persons(part, table) else ""),  # noqa: S608 -- names of the schema
    )


def bound_page(part: str, table: str, after: tuple[object, ...], limit: int) -> tuple[str, dict[str, object]]:
    """Return the statement that answers a page of a bound table, its sealed columns and the seal, and its parameters.

    Args:
        part: `data` or `keys`.
        table: The table.
        after: The key of the last row of the page before; empty for the first page.
        limit: Most rows.
    """
    key = primary_key(part, table)
    parameters: dict[str, object] = {f"after_{place}": one for place, one in enumerate(after)}
    beyond = f" WHERE ({', '.join(key)}) > ({', '.join(f':{one}' for one in parameters)})" if after else ""
    statement = f"SELECT {_sealed(part, table)} FROM {table}{beyond} ORDER BY {', '.join(key)} LIMIT :limit"  # noqa: S608 -- names of the schema
    return statement, {**parameters, "limit": limit}


def _sealed(part: str, table: str) -> str:
    return ", ".join((*bound_columns(part, table), ROW_SEAL))


def _reading(part: str, query: Query) -> Reading | None:
    found = _READS.fullmatch(query.sql)
    if not found or not bound_columns(part, found[2]):
        return None
    return Reading(found[2], f"SELECT {found[1]}, {_sealed(part, found[2])} FROM {found[2]}{found[3]}")  # noqa: S608 -- a named query


def bound_writing(part: str, query: Query) -> Writing | Deleting | None:
    """Return how a query that writes is checked; None where it touches nothing that is bound.

    Raises:
        RuntimeError: It is of another form than the named queries are (a bug, not input).
    """
    if deletes := _DELETES.fullmatch(query.sql):
        table = deletes[1]
        before = f"SELECT {_sealed(part, table)} FROM {table}{deletes[2]}"  # noqa: S608 -- a named query
        return Deleting(table, before) if bound_columns(part, table) else None
    found = _INSERTS.match(query.sql) or _UPDATES.fullmatch(query.sql)
    if found is None:
        raise RuntimeError(f"query {query.name}: expected a statement whose rows can be bound")
    table, sealed = found[1], bound_columns(part, found[1])
    answer = f"SELECT {_sealed(part, table)} FROM {table} WHERE "  # noqa: S608 -- a named query
    if found.re is _UPDATES:
        changed = set(_ASSIGNED.findall(found[2])) & set(sealed)
        if changed & set(primary_key(part, table)):
            raise RuntimeError(f"query {query.name}: expected a row to keep its key")
        return Writing(table, answer + found[3], "") if changed else None
    if not sealed:
        return None
    given = dict(zip(_names(found[2]), _names(found[3]), strict=True))
    after = answer + " AND ".join(f"{one} = {given[one]}" for one in primary_key(part, table))
    if found[5] == "UPDATE" and _names(found[4]) != list(primary_key(part, table)):
        raise RuntimeError(f"query {query.name}: expected a row to take the place of that with its key")
    return Writing(table, after if found[5] == "UPDATE" else "", after)


def _names(text: str) -> list[str]:
    return [one.strip() for one in text.split(",")]
