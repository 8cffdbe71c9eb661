"""The named queries: read from `sql/`, checked once, the same for every driver.

    -- name: state_g (person_id) -> g
    -- The number of a person's state alone.
    SELECT g FROM state WHERE person_id = :person_id;

The header names every parameter and every column answered; a statement that writes answers none. `= 1` behind it says of a change
or deletion that it is of one row, which is there: another count is an error, as it is of an insert without a condition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_HEADER = re.compile(r"^-- name: (\w+) \(([^)]*)\)(?: -> (.+?))?( = 1)?\n-- (.+)\n", re.MULTILINE)
_TABLE = re.compile(r"CREATE TABLE (\w+) \((.*?)\n\);", re.DOTALL)
PARTS = ("data", "keys")
_PARAMETER = re.compile(r":(\w+)")


@dataclass(frozen=True, slots=True)
class Query:
    """One named statement.

    Args:
        name: Its name.
        parameters: Names of its parameters.
        columns: Columns it answers; empty for a statement that writes.
        sentence: What it is for.
        sql: The statement, parameters as `:name`.
        of_one: Whether its header says that it is of one row.
    """

    name: str
    parameters: tuple[str, ...]
    columns: tuple[str, ...]
    sentence: str
    sql: str
    of_one: bool = False

    @property
    def exact(self) -> bool:
        """Whether it has to touch one row for each set of parameters."""
        conditional = re.search(r"\bWHERE\b|\bDO NOTHING\b|\bSELECT\b", self.sql)
        return self.of_one or (self.sql.startswith("INSERT") and conditional is None)


def parse_queries(text: str) -> dict[str, Query]:
    """Read the queries of one file.

    Raises:
        RuntimeError: A header is missing or does not name the statement's parameters (a bug, not input).
    """
    found: dict[str, Query] = {}
    heads = list(_HEADER.finditer(text))
    if text[: heads[0].start() if heads else len(text)].strip():
        raise RuntimeError("a file of queries begins with the header of its first query")
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        sql = text[head.end() : following.start() if following else len(text)].strip().removesuffix(";")
        name, parameters = head[1], tuple(one.strip() for one in head[2].split(",") if one.strip())
        if set(_PARAMETER.findall(sql)) != set(parameters) or name in found or ";" in sql:
            raise RuntimeError(f"query {name}: header and statement disagree, or the name is taken")
        columns = tuple(one.strip() for one in head[3].split(",")) if head[3] else ()
        found[name] = Query(name, parameters, columns, head[5], sql, of_one=head[4] is not None)
    return found


@cache
def queries(part: str) -> dict[str, Query]:
    """Return all queries of *part*, `data` or `keys`, with those over tables that stand in both."""
    found: dict[str, Query] = {}
    folders = [files("kept.store").joinpath("sql", one) for one in (part, "both")]
    for file in sorted((one for folder in folders for one in folder.iterdir()), key=lambda one: one.name):
        if file.name.endswith(".sql") and file.name != "schema.sql":
            for name, query in parse_queries(file.read_text(encoding="utf-8")).items():
                if name in found:
                    raise RuntimeError(f"query {name} stands twice")
                found[name] = query
    return found


@cache
def schema(part: str) -> str:
    """Return the schema of *part*."""
    return files("kept.store").joinpath("sql", part, "schema.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        name: Its name.
        kind: BYTEA, TEXT, BIGINT or DOUBLE.
        required: Whether it needs a value.
    """

    name: str
    kind: str
    required: bool


@cache
def columns(part: str) -> dict[str, dict[str, Column]]:
    """Return the columns of each table of *part*, in order."""
    found = {}
    for name, body in _TABLE.findall(schema(part)):
        lines = [line.strip() for line in body.split("\n") if line.strip()]
        words = [line.rstrip(",").split() for line in lines if not line.startswith(("PRIMARY KEY", "UNIQUE", "--"))]
        found[name] = {word[0]: Column(word[0], word[1], "NOT NULL" in " ".join(word)) for word in words}
    return found


@cache
def primary_key(part: str, table: str) -> tuple[str, ...]:
    """Return the columns of the primary key of *table*."""
    body = dict(_TABLE.findall(schema(part)))[table]
    together = re.search(r"^    PRIMARY KEY \(([^)]*)\)", body, re.MULTILINE)
    alone = re.search(r"^    (\w+) .*PRIMARY KEY", body, re.MULTILINE)
    found = together or alone
    if found is None:
        raise RuntimeError(f"table {table} has no primary key")
    return tuple(one.strip() for one in found[1].split(","))


def answered(part: str, query: Query) -> tuple[Column, ...]:
    """Return the columns *query* of *part* answers, as its header names them; what is computed is a whole number."""
    found = re.search(r"FROM (\w+)", query.sql)
    described = columns(part)[found[1]] if found else {}
    return tuple(described.get(name, Column(name, "BIGINT", required=True)) for name in query.columns)


@cache
def tables(part: str) -> dict[str, tuple[str, ...]]:
    """Return the names of the columns of each table of *part*, in order."""
    return {name: tuple(described) for name, described in columns(part).items()}
