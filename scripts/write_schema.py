"""Writes what follows from the SQL files and from the vocabulary of policies.

That is the first migration, while it is the only one; the types of the rows; the schema for editors.

Nothing is released yet, so a change of `schema.sql` is written into `0001_initial.sql`. After the first release the
first migration stays as it is, and a change is a new file beside it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from policy_schema import policy_schema

from kept.store.queries import PARTS, answered, queries, schema
from kept.store.sql import base_class, class_name

SOURCE = Path(__file__).resolve().parent.parent / "src" / "kept"
SQL = SOURCE / "store" / "sql"
TYPES = {"BYTEA": "bytes", "TEXT": "str", "BIGINT": "int", "DOUBLE": "float"}
IGNORED = {"count": "  # type: ignore[assignment]"}  # a tuple has a method of this name
MIGRATION = "-- The first schema of database {}; what each table is for stands in schema.sql.\n\n"
HEAD = """# The rows queries answer. Written by `make schema` from the headers and the schemas; change those.

from collections.abc import Callable
from typing import Any, NamedTuple

from kept.store.interface import Computed, Single
from kept.store.queries import Query

def class_name(query: str) -> str: ...
def row_class(query: Query) -> type[tuple[Any, ...]]: ...
def base_class(query: Query) -> type[tuple[Any, ...]]: ...
def row_maker(part: str, query: Query) -> Callable[[tuple[Any, ...]], Any]: ...
"""


def first_migration(part: str) -> str:
    """Return the schema of *part* without its comments."""
    plain = re.sub(r"\n{3,}", "\n\n", re.sub(r"^--.*\n", "", schema(part), flags=re.MULTILINE))
    return MIGRATION.format({"data": "D", "keys": "K"}[part]) + plain.strip() + "\n"


def row_types() -> str:
    """Return the text of `__init__.pyi`: a class for each query that answers.

    Raises:
        RuntimeError: A query of one name answers otherwise in the other database.
    """
    found: dict[str, str] = {}
    for part in PARTS:
        for query in queries(part).values():
            if not query.columns:
                continue
            name, base = class_name(query.name), base_class(query).__name__
            columns = [
                (one.name, TYPES[one.kind] + ("" if one.required else " | None")) for one in answered(part, query)
            ]
            if base == "tuple":
                text = f"class {name}(NamedTuple):\n" + "".join(
                    f"    {one}: {kind}{IGNORED.get(one, '')}\n" for one, kind in columns
                )
            else:
                text = (
                    f"class {name}({base}): ...\n"
                    if base == "Computed"
                    else f"class {name}(Single[{columns[0][1]}]): ...\n"
                )
            if found.setdefault(name, text) != text:
                raise RuntimeError(f"query {query.name} answers otherwise in the other database: name one of them anew")
    return HEAD + "\n" + "\n".join(found[name] for name in sorted(found))


if __name__ == "__main__":
    for part in PARTS:
        folder = SQL / part / "migrations"
        if {one.name for one in folder.iterdir()} <= {"0001_initial.sql"}:
            (folder / "0001_initial.sql").write_text(first_migration(part), encoding="utf-8")
    (SQL / "__init__.pyi").write_text(row_types(), encoding="utf-8")
    schema_text = json.dumps(policy_schema(), ensure_ascii=False, indent=1) + "\n"
    (SOURCE / "policy" / "policy.schema.json").write_text(schema_text, encoding="utf-8")
