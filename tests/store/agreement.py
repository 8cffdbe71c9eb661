"""Random parameters for any query, from pools so small that rows meet."""

from __future__ import annotations

import random
import re

from kept.store.queries import columns, queries

_POOLS = {
    "BYTEA": [b"", b"\x00", b"a", b"b"],
    "TEXT": ["", "waiting", "open", "a", "é漢"],
    "BIGINT": [0, 1, 2, 3, -1],
    "DOUBLE": [0.0, 1.0, 2.5, 1e9],
}


def random_parameters(part: str, name: str, luck: random.Random) -> dict[str, object]:
    """Return parameters for the query *name*, each of the type of the column it meets."""
    query = queries(part)[name]
    return {one: luck.choice(_POOLS[_kind(part, query.sql, one)]) for one in query.parameters if one != "limit"} | {
        one: 100 for one in query.parameters if one == "limit"
    }


def _kind(part: str, sql: str, parameter: str) -> str:
    flat = " ".join(sql.split())
    table = re.search(r"(?:FROM|INTO|UPDATE) (\w+)", flat)[1]
    described = columns(part)[table]
    if parameter in described:
        return described[parameter].kind
    if found := re.search(r"\((\w+), (\w+)\) < \((:\w+), (:\w+)\)", flat):
        return described[found[1] if found[3] == f":{parameter}" else found[2]].kind
    found = re.search(rf"(\w+) (?:=|<=|>=|<|>|\+|-) :{parameter}\b", flat)
    return described[found[1]].kind
