"""Writes what follows from the SQL files: the first migration, while it is the only one, and the rows' types.

Nothing is released yet, so a change of `schema.sql` is written into `0001_initial.sql`. After the first release the
first migration stays as it is, and a change is a new file beside it.
"""

from __future__ import annotations

import re
from pathlib import Path

SQL = Path(__file__).resolve().parent.parent / "src" / "kept" / "store" / "sql"
HEAD = "-- The first schema of database {}; what each table is for stands in schema.sql.\n"


def first_migration(part: str) -> str:
    """Return the schema of *part* without its comments."""
    schema = (SQL / part / "schema.sql").read_text(encoding="utf-8")
    plain = re.sub(r"\n{3,}", "\n\n", re.sub(r"^--.*\n", "", schema, flags=re.MULTILINE))
    return HEAD.format({"data": "D", "keys": "K"}[part]) + "\n" + plain.strip() + "\n"


for part in ("data", "keys"):
    migrations = SQL / part / "migrations"
    if [one.name for one in migrations.iterdir()] in ([], ["0001_initial.sql"]):
        (migrations / "0001_initial.sql").write_text(first_migration(part), encoding="utf-8")
