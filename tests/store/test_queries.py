"""The named queries and the schemas: read once, checked here, the same for every engine."""

from __future__ import annotations

import ast
import re
import sqlite3
import sys
from pathlib import Path

import pytest
from tables import person_tables

import kept
from kept.errors import StoreError
from kept.services.engine.keyring import ERASE_IN_KEYS
from kept.services.my_data.erasure import ERASE_IN_DATA
from kept.store import sql
from kept.store.migrations import migrations
from kept.store.queries import (
    PARTS,
    Query,
    parse_queries,
    queries,
    schema,
)
from kept.store.sql import class_name, row_maker

TABLE = re.compile(r"CREATE TABLE (\w+) \((.*?)\n\);", re.DOTALL)
EVERY = [(part, name) for part in PARTS for name in queries(part)]
SOUND = "-- name: a (x) -> b\n-- What for.\nSELECT b FROM t WHERE x = :x;\n"


def unique_keys(part):
    """Return the primary key and unique constraints of each table of *part*."""
    found = {}
    for name, body in TABLE.findall(schema(part)):
        together = re.findall(r"(?:PRIMARY KEY|UNIQUE) \((.+?)\)", body)
        keys = [tuple(column.strip() for column in key.split(",")) for key in together]
        keys += [(line.split()[0],) for line in body.split("\n") if line.rstrip(",").endswith("PRIMARY KEY")]
        found[name] = keys
    return found


def described(statements):
    """Return what SQLite makes of *statements*: its own description of every table and index, spaces aside."""
    base = sqlite3.connect(":memory:")
    base.executescript(statements)
    rows = base.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    base.close()
    return [(*row[:3], " ".join(re.sub(r"--.*", "", row[3] or "").split())) for row in rows]


@pytest.mark.parametrize("part", PARTS)
def test_the_schema_is_the_sum_of_its_migrations(part):
    """An installation made today and one that was migrated have the same tables."""
    assert described(schema(part)) == described("".join(one.statements for one in migrations(part)))


@pytest.mark.parametrize(("part", "name"), EVERY)
def test_a_query_answers_the_columns_its_header_names(part, name):
    """SQLite prepares every query, and what it answers is what the header says, in that order."""
    query = queries(part)[name]
    base = sqlite3.connect(":memory:")
    base.executescript(schema(part))
    found = base.execute(query.sql, {one: 1 if one == "limit" else b"" for one in query.parameters}).description
    base.close()
    answered = tuple(column[0] for column in found or ())
    assert len(answered) == len(query.columns)
    assert all(one == said or "(" in one for one, said in zip(answered, query.columns, strict=True))
    assert query.sql.startswith("SELECT") is bool(query.columns)
    assert query.sentence.endswith(".")


VALUE = r"(?::\w+|'[\w -]*'|-?\d+|NULL|[\w.]+(?: [+-] (?::\w+|\d+))?)"
TEST = rf"(?:[\w.]+ IS (?:NOT )?NULL|\(\w+, \w+\) [<>] \(:\w+, :\w+\)|[\w.]+ (?:=|<=?|<>|>=?) {VALUE})"
TESTS = rf" WHERE {TEST}(?: AND {TEST})*"
SETS = rf" SET \w+ = {VALUE}(?:, \w+ = {VALUE})*"
NAMES = r"\w+(?:, \w+)*"
SELECT = (
    rf"SELECT (?:{NAMES}|COUNT\(\*\)|COALESCE\(MAX\(\w+\), \d+\)) FROM \w+(?:{TESTS})?"  # noqa: S608 -- a pattern, no statement
    rf"(?: ORDER BY \w+(?: DESC)?(?:, \w+(?: DESC)?)*)?(?: LIMIT (?::\w+|\d+))?"
)
INSERT = (
    rf"INSERT INTO \w+ \({NAMES}\) VALUES \({VALUE}(?:, {VALUE})*\)"  # noqa: S608 -- a pattern, no statement
    rf"(?: ON CONFLICT \({NAMES}\) DO (?:NOTHING|UPDATE{SETS}(?:{TESTS})?))?"
)
CHANGE = rf"(?:UPDATE \w+{SETS}|DELETE FROM \w+)(?:{TESTS})?"  # noqa: S608 -- a pattern, no statement
SMALL_SQL = re.compile(f"{SELECT}|{INSERT}|{CHANGE}")


@pytest.mark.parametrize(("part", "name"), EVERY)
def test_a_query_keeps_to_the_small_sql(part, name):
    """Nothing in a statement is one engine's own; what needs more is two statements in one body."""
    flat = " ".join(queries(part)[name].sql.split())
    assert SMALL_SQL.fullmatch(flat), flat


@pytest.mark.parametrize(
    "beyond",
    [
        "SELECT a FROM t JOIN u ON a = b", "SELECT a FROM t WHERE b IN (SELECT b FROM u)", "SELECT upper(a) FROM t",
        "DELETE FROM t WHERE a = :a RETURNING b", "SELECT a FROM t WHERE b = :b OR c = :c",
    ],
)  # fmt: skip
def test_the_small_sql_is_small(beyond):
    """A join, a sub-query, a function, an answering write and an alternative are beyond it."""
    assert not SMALL_SQL.fullmatch(beyond)


def calls_over(files):
    """Return every call in *files* that names a query: its place, the method, the query, the parameters given."""
    answering = {class_name(name): name for part in PARTS for name in queries(part)}
    for file in files:
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match call:
                case ast.Call(func=ast.Attribute(attr=method), args=[ast.Attribute(ast.Name("sql"), name), *_]):
                    name = answering.get(name)
                case ast.Call(
                    func=ast.Attribute(attr=("run" | "many" | "insert") as method), args=[ast.Constant(str(name)), *_]
                ):
                    pass
                case _:
                    continue
            yield f"{file.name}:{call.lineno}", method, name, {one.arg for one in call.keywords}


@pytest.mark.parametrize("part", PARTS)
def test_the_suite_runs_every_query(part):
    """A query that no test of the suite runs fails here: add it to the suite of its file."""
    suites = Path(__file__).parent.glob("test_suite_*.py")
    assert set(queries(part)) - {name for _, _, name, _ in calls_over(suites)} == set()


@pytest.mark.parametrize("part", PARTS)
def test_no_query_is_there_for_the_suite_alone(part):
    """A query that no code of Kept names by its word or by the class of its rows fails here: take it out."""
    source = "\n".join(one.read_text(encoding="utf-8") for one in Path(kept.__file__).parent.rglob("*.py"))
    unnamed = {one for one in queries(part) if f'"{one}"' not in source and f"sql.{class_name(one)}" not in source}
    assert unnamed == set()


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        (SOUND.replace("(x)", "()"), "a parameter the header does not name"),
        (SOUND.replace("(x)", "(x, y)"), "a parameter the statement does not use"),
        (SOUND + SOUND, "a name that is taken"),
        (SOUND + "-- nam: b () -> c\n-- Why.\nSELECT c FROM t;\n", "a header that is none"),
        ("SELECT b;\n" + SOUND, "a statement before the first header"),
        ("SELECT b;\n", "a statement without a header"),
    ],
)
def test_a_broken_file_of_queries_is_refused(text, flaw):
    """A slip in a query file stops the start, it does not become another statement."""
    with pytest.raises(RuntimeError):
        parse_queries(text)


def test_a_query_is_read_with_its_header():
    """Name, parameters, columns, sentence and statement come apart."""
    two = "-- name: b (x, y)\n-- Why.\nUPDATE t SET b = :y\nWHERE x = :x;\n"
    assert parse_queries(SOUND + "\n" + two) == {
        "a": Query("a", ("x",), ("b",), "What for.", "SELECT b FROM t WHERE x = :x"),
        "b": Query("b", ("x", "y"), (), "Why.", "UPDATE t SET b = :y\nWHERE x = :x"),
    }


def erased_tables(part, names):
    """Return the tables the statements *names* delete one person from."""
    found = set()
    for name in names:
        query = queries(part)[name]
        assert query.parameters == ("person_id",)
        found.add(re.fullmatch(r"DELETE FROM (\w+) WHERE person_id = :person_id", query.sql)[1])
    return found


def test_every_table_that_holds_people_is_on_the_erase_list():
    """A new table with a person in it fails here until erasing takes its rows; a tombstone stays, a key until its day."""
    assert erased_tables("data", ERASE_IN_DATA) == person_tables("data")
    assert erased_tables("keys", ERASE_IN_KEYS) == person_tables("keys") - {"tombstone", "statutory_key"}


def test_a_table_that_holds_people_is_keyed_by_the_person_first():
    """So that PostgreSQL can be split by person later; a login name alone is unique across people."""
    for table in person_tables("data") - {"login"}:
        assert unique_keys("data")[table] == [key for key in unique_keys("data")[table] if key[0] == "person_id"]


def test_secrets_stand_in_no_index():
    """Index pages keep bytes of deleted rows: no sealed or wrapped column is part of a key or an index."""
    for part in PARTS:
        indexed = {column for keys in unique_keys(part).values() for key in keys for column in key}
        for columns in re.findall(r"CREATE INDEX \w+ ON \w+ \((.+?)\)", schema(part)):
            indexed |= {column.strip() for column in columns.split(",")}
        assert indexed & {"sealed", "wrapped", "account_sealed", "public_key", "hash", "password_hash"} == set()


GROWING = {"entry", "leaf_position", "tile", "mandate", *person_tables("data"), *person_tables("keys")} - {"erasure"}
WALKED_ON_PURPOSE = {
    "canaries", "link_codes_expire", "people_count", "remembered_expire", "sessions_expire", "shown_once_expire", "tombstones",
}  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_no_query_walks_a_table_that_grows(part):
    """With a million entries or people each query still begins at an index; those that walk are named here."""
    base = sqlite3.connect(":memory:")
    base.executescript(schema(part))
    walks = set()
    for name, query in queries(part).items():
        for *_, step in base.execute(f"EXPLAIN QUERY PLAN {query.sql}", dict.fromkeys(query.parameters, 1)):
            found = re.match(r"SCAN (\w+)( USING)?", step)
            if found and found[1] in GROWING and not (found[2] and "LIMIT" in query.sql):
                walks.add(name)
    base.close()
    assert walks <= WALKED_ON_PURPOSE


SOURCE = Path(__file__).parents[2] / "src" / "kept"
ANSWERS = {"one", "all", "each", "value", "values"}
WRITES = {"run", "many"}


def test_every_call_names_a_query_and_its_parameters():
    """A misspelt query, a parameter too many or too few, a read run as a write: found here, before it runs."""
    known = {name: query for part in PARTS for name, query in queries(part).items()}
    wrong = []
    seen = 0
    for place, method, name, given in calls_over(SOURCE.rglob("*.py")):
        seen += 1
        query = known.get(name)
        fits = query is not None and method in (ANSWERS if query.columns else WRITES)
        if fits and method not in {"each", "many"} and None not in given:
            fits = given == set(query.parameters)
        if not fits:
            wrong.append((place, method, name))
    assert seen > 500
    assert wrong == []


def test_the_rows_types_are_written_anew():
    """`sql/__init__.pyi` says what headers and schemas say; `make schema` writes it."""
    sys.path.insert(0, str(SOURCE.parents[1] / "scripts"))
    try:
        from write_schema import first_migration, row_types  # noqa: PLC0415 -- a script, found only with its folder on the path
    finally:
        sys.path.pop(0)
    assert Path(sql.__file__).with_suffix(".pyi").read_text(encoding="utf-8") == row_types()
    for part in PARTS:
        assert migrations(part)[0].statements == first_migration(part)


def test_a_row_has_its_columns_names_and_is_a_tuple():
    """A short row may be unpacked where it is read; a longer one is asked by name."""
    make = row_maker("data", queries("data")["state_get"])
    row = make((3, "key", b"sealed"))
    assert isinstance(row, sql.StateGet)
    assert (row.g, row.key_id, row.sealed) == row == (3, "key", b"sealed")


@pytest.mark.parametrize("row", [("3", "key", b""), (3, b"key", b""), (3, "key", None), (None, "key", b"")])
def test_a_value_of_another_type_than_its_column_is_a_damaged_database(row):
    """What the types of a row say is true, whatever a flipped bit or a hand made of the file."""
    make = row_maker("data", queries("data")["state_get"])
    with pytest.raises(StoreError) as caught:
        make(row)
    assert caught.value.reason == "database-corrupt"


def test_a_column_that_may_be_empty_may_be_empty():
    """NULL is a value of a column that does not require one."""
    make = row_maker("keys", queries("keys")["epochs"])
    assert make((1, "current", 1.0, None)).destroyed_at is None
