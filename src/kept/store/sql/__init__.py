"""The rows queries answer: a class per query, named like it, with an attribute per column.

    row = await tx.one(sql.StateGet, person_id=person_id)  # `state_get` in data/people.sql
    if row is not None and row.g > 3: ...
    policy_hash = await tx.value(sql.MetaGet, name="active_policy")  # a row of one column is its value

The classes are made here from the headers and the schemas. Their static types stand in `__init__.pyi`, which
`make schema` writes; a test holds it up to date. A row is a tuple, so a short one may be unpacked where it is read. A
value of another type than its column's is a damaged database: the driver refuses it, so what the types say is true.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from kept.errors import StoreError
from kept.store.interface import Computed, Single
from kept.store.queries import PARTS, Column, Query, answered, queries

_TYPES: dict[str, type] = {"BYTEA": bytes, "TEXT": str, "BIGINT": int, "DOUBLE": float}
_made: dict[str, type[tuple[Any, ...]]] = {}


def class_name(query: str) -> str:
    """Return the name of the class of a query's rows: `state_get` answers `StateGet`."""
    return "".join(word.capitalize() for word in query.split("_"))


def row_class(query: Query) -> type[tuple[Any, ...]]:
    """Return the class of the rows *query* answers."""
    return _made[class_name(query.name)]


def base_class(query: Query) -> type[tuple[Any, ...]]:
    """Return what the class of the rows of *query* extends."""
    if len(query.columns) > 1:
        return tuple
    return Computed if "(" in query.sql.partition("FROM")[0] else Single


def row_maker(part: str, query: Query) -> Callable[[tuple[Any, ...]], Any]:
    """Return what makes of a plain tuple a row of *query*.

    It raises `StoreError` (reason `database-corrupt`) over a value of another type than its column's.
    """
    made, described = row_class(query), answered(part, query)
    seen: set[tuple[type, ...]] = set()

    def checked(row: tuple[Any, ...]) -> Any:
        if (kinds := tuple(map(type, row))) not in seen:
            for kind, column in zip(kinds, described, strict=True):
                _check(kind, column)
            seen.add(kinds)
        return made(row)

    return checked


def _check(kind: type, column: Column) -> None:
    if kind is not _TYPES[column.kind] and (column.required or kind is not type(None)):
        raise StoreError(
            f"expected {column.kind} in column {column.name}, found {kind.__name__}",
            reason="database-corrupt",
            hint="stop, keep the files, run `kept verify`, then restore a backup",
            rests_on="durable-writes",
        )


def _make(query: Query) -> type[tuple[Any, ...]]:
    base = base_class(query)
    places = enumerate(query.columns if base is tuple else ())  # the others have their value alone
    columns = {name: property(operator.itemgetter(place)) for place, name in places}
    made = {"_make": classmethod(base.__new__)}  # as a named tuple has it, for a row that is not in the database yet
    return type(class_name(query.name), (base,), {**columns, **made, "__slots__": (), "__doc__": query.sentence})


for _part in PARTS:
    for _query in queries(_part).values():
        if _query.columns:
            _made.setdefault(class_name(_query.name), _make(_query))
globals().update(_made)
