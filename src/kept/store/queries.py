"""The named queries: read from `sql/`, checked once, the same for every driver.

    -- name: state_g (person_id) -> g
    -- The number of a person's state alone.
    SELECT g FROM state WHERE person_id = :person_id;
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SCHEMA_VERSION = 1
_HEADER = re.compile(r"^-- name: (\w+) \(([^)]*)\)(?: -> (.+))?\n-- (.+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Query:
    """One named statement.

    Args:
        name: Its name.
        parameters: Names of its parameters.
        columns: Columns it answers; empty for a statement that writes.
        sentence: What it is for.
        sql: The statement, parameters as `:name`.
    """

    name: str
    parameters: tuple[str, ...]
    columns: tuple[str, ...]
    sentence: str
    sql: str


def parse_queries(text: str) -> dict[str, Query]:
    """Read the queries of one file.

    Raises:
        RuntimeError: A header is missing or does not name the statement's parameters (a bug, not input).
    """
    found: dict[str, Query] = {}
    heads = list(_HEADER.finditer(text))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        sql = text[head.end() : following.start() if following else len(text)].strip().removesuffix(";")
        name, parameters = head[1], tuple(one.strip() for one in head[2].split(",") if one.strip())
        if set(re.findall(r":(\w+)", sql)) != set(parameters) or name in found or ";" in sql:
            raise RuntimeError(f"query {name}: header and statement disagree, or the name is taken")
        columns = tuple(one.strip() for one in head[3].split(",")) if head[3] else ()
        found[name] = Query(name, parameters, columns, head[4], sql)
    return found


@cache
def queries(part: str) -> dict[str, Query]:
    """Return all queries of *part*: `data` or `keys`."""
    found: dict[str, Query] = {}
    for file in sorted(files("kept.store").joinpath("sql", part).iterdir(), key=lambda one: one.name):
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


@cache
def tables(part: str) -> dict[str, tuple[str, ...]]:
    """Return the columns of each table of *part*, in order."""
    found = {}
    for name, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", schema(part), re.DOTALL):
        lines = [line.strip() for line in body.split("\n") if line.strip()]
        found[name] = tuple(line.split()[0] for line in lines if not line.startswith(("PRIMARY KEY", "UNIQUE", "--")))
    return found


def unique_keys(part: str) -> dict[str, list[tuple[str, ...]]]:
    """Return the primary key and unique constraints of each table of *part*."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for name, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", schema(part), re.DOTALL):
        keys = [tuple(part.strip() for part in key.split(",")) for key in re.findall(r"(?:PRIMARY KEY|UNIQUE) \((.+?)\)", body)]
        keys += [(line.split()[0],) for line in body.split("\n") if line.rstrip(",").endswith("PRIMARY KEY")]
        found[name] = keys
    return found


def person_tables(part: str) -> set[str]:
    """Return the tables of *part* that hold people; each is on the erase list, or a test fails."""
    return {name for name, columns in tables(part).items() if "person_id" in columns}
