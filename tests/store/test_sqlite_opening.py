"""Opening a SQLite file: the right one, whole, ours alone, or a clear refusal."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import types

import pytest

from kept.errors import BusyError, SettingError, StoreError
from kept.store import sql, sqlite
from kept.store.migrations import Migration, migrations, read_migrations
from kept.store.serving import lock_for_serving
from kept.store.sqlite import SqliteStore


def close(store):
    """Close *store* on a loop of its own."""
    asyncio.run(store.close())


def refused(path, part="data", *, create=False):
    """Open *path*, which must fail with one of our errors; no thread or connection may be left behind."""
    threads = threading.active_count()
    with pytest.raises((SettingError, StoreError)) as caught:
        SqliteStore(path, part, create=create)
    assert threading.active_count() == threads
    assert caught.value.hint
    return caught.value.reason


@pytest.fixture
def made(tmp_path):
    """A sound database D, closed."""
    path = tmp_path / "shop.db"
    close(SqliteStore(path, "data", create=True))
    return path


def test_a_new_database_is_its_owners_alone(tmp_path, runner):
    """The file and the log beside it are readable by nobody else, whatever the umask."""
    before = os.umask(0)
    try:
        store = SqliteStore(tmp_path / "shop.db", "data", create=True)
        runner.run(store.write(lambda tx: tx.run("meta_put", name="a", value="b")))
    finally:
        os.umask(before)
    files = sorted(tmp_path.glob("shop.db*"))
    assert len(files) >= 2
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    runner.run(store.close())


def test_both_connections_are_durable_and_wipe_what_is_deleted(tmp_path):
    """Full synchronisation, secure delete, a write-ahead log, no trust in the schema; the reader cannot write."""
    store = SqliteStore(tmp_path / "shop.db", "data", create=True)
    for connection in (store._writer, store._reader):
        for pragma, value in (("synchronous", 2), ("secure_delete", 1), ("journal_mode", "wal"), ("trusted_schema", 0)):
            assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)
    assert store._reader.execute("PRAGMA query_only").fetchone() == (1,)
    close(store)


def test_what_was_written_is_there_after_opening_again(made, runner):
    """The same file, the same rows, without `create`."""
    for value in ("1", "2"):
        store = SqliteStore(made, "data")
        runner.run(store.write(lambda tx, value=value: tx.run("meta_put", name=value, value=value)))
        runner.run(store.close())
    store = SqliteStore(made, "data")
    assert runner.run(store.one(sql.MetaGet, name="1")) == ("1",)
    assert runner.run(store.one(sql.MetaGet, name="2")) == ("2",)
    runner.run(store.close())


def test_a_missing_file_is_not_made_quietly(tmp_path):
    """A mistyped address does not become an empty installation."""
    assert refused(tmp_path / "shop.db") == "database-missing"
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path):
    """Making a database where no folder is tells the operator, not a traceback."""
    assert refused(tmp_path / "none" / "shop.db", create=True) == "database-folder"


def test_a_folder_is_no_database(tmp_path):
    """The path of a folder is refused."""
    assert refused(tmp_path) == "store-unwritable"


def test_an_emptied_file_is_not_filled_quietly(made):
    """A database truncated to nothing is a loss to be told, not a new installation."""
    made.write_bytes(b"")
    assert refused(made) == "database-corrupt"
    assert made.stat().st_size == 0


def test_the_databases_cannot_be_exchanged(made):
    """Opening D as K is refused: keys would be sought where values lie."""
    assert refused(made, "keys") == "database-other"
    assert refused(made, "keys", create=True) == "database-other"


def test_somebody_elses_database_is_left_alone(tmp_path):
    """Another program's file is refused, and no table of ours appears in it."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE theirs (a)")
    base.close()
    assert refused(path, create=True) == "database-other"
    base = sqlite3.connect(path)
    assert base.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    base.close()


def record(path, number, name, digest="0"):
    """Write into a database that a migration made it."""
    with sqlite3.connect(path) as base:
        base.execute("INSERT OR REPLACE INTO migration VALUES (?, ?, ?)", (number, name, digest))
    base.close()


def step(number, name, statements):
    """A migration, as a file beside the others would be."""
    return Migration(number, name, f"hash of {statements}", statements)


def test_a_newer_schema_is_refused(made):
    """An older version of Kept does not write into what it does not know."""
    record(made, 99, "0099_later")
    assert refused(made) == "database-newer"


def test_a_database_of_another_branch_is_refused(made, monkeypatch):
    """Two branches each added a second migration: a database of one is not taken for one of the other."""
    mine, theirs = step(2, "0002_mine", "CREATE TABLE a (x);"), step(2, "0002_theirs", "CREATE TABLE b (x);")
    monkeypatch.setattr(sqlite, "migrations", lambda part: (*migrations(part), mine))
    close(SqliteStore(made, "data"))
    close(SqliteStore(made, "data"))
    for other in (theirs, step(2, "0002_mine", "CREATE TABLE b (x);")):
        monkeypatch.setattr(sqlite, "migrations", lambda part, other=other: (*migrations(part), other))
        assert refused(made) == "database-diverged"
    base = sqlite3.connect(made)
    assert base.execute("SELECT name FROM sqlite_master WHERE name IN ('a', 'b')").fetchall() == [("a",)]
    base.close()


def test_a_database_that_records_nothing_is_refused(made):
    """Made before migrations were recorded: nobody knows what is in it."""
    with sqlite3.connect(made) as base:
        base.execute("DROP TABLE migration")
    base.close()
    assert refused(made) == "database-unreleased"


def test_an_older_schema_is_migrated(made, monkeypatch, runner):
    """A file gets every migration since, each with its name; what was in it stays."""
    later = (step(2, "0002_a", "CREATE TABLE a (x);"), step(3, "0003_b", "ALTER TABLE a ADD COLUMN y;"))
    monkeypatch.setattr(sqlite, "migrations", lambda part: (*migrations(part), *later))
    store = SqliteStore(made, "data")
    recorded = runner.run(store.all(sql.MigrationsRecorded))
    assert [row[1] for row in recorded] == ["0001_initial", "0002_a", "0003_b"]
    assert store._reader.execute("SELECT x, y FROM a").fetchall() == []
    runner.run(store.close())


def test_a_migration_that_fails_leaves_the_file_as_it_was(made, monkeypatch):
    """All of a migration or nothing: what stands in its way is told, and it is not recorded."""
    broken = step(2, "0002_a", "CREATE TABLE a (x); CREATE TABLE meta (mine);")
    monkeypatch.setattr(sqlite, "migrations", lambda part: (*migrations(part), broken))
    assert refused(made) == "database-corrupt"
    base = sqlite3.connect(made)
    assert base.execute("SELECT name FROM sqlite_master WHERE name = 'a'").fetchall() == []
    assert base.execute("SELECT name FROM migration").fetchall() == [("0001_initial",)]
    base.close()


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["0001_a", "0002_mine", "0002_theirs"], "0002_theirs"),
        (["0001_a", "0003_c"], "0003_c"),
        (["0002_b"], "0002_b"),
        (["0001_a", "2_b"], "2_b"),
    ],
    ids=["twice", "gap", "no first", "no number"],
)
def test_migrations_are_counted_without_a_gap(tmp_path, names, found):
    """A number that stands twice after a merge, or is missing, is refused before any database is opened."""
    for name in names:
        (tmp_path / f"{name}.sql").write_text("CREATE TABLE a (x);")
    with pytest.raises(SettingError, match=found) as refusal:
        read_migrations(tmp_path)
    assert refusal.value.reason == "migrations-broken"


def test_a_migrations_hash_is_of_its_statements_alone(tmp_path):
    """A comment may be corrected; a column may not."""
    hashes = []
    for text in ("-- One.\nCREATE TABLE a (x);\n", "-- Two.\nCREATE  TABLE a (x);", "CREATE TABLE a (y);"):
        (tmp_path / "0001_a.sql").write_text(text)
        hashes.append(read_migrations(tmp_path)[0].hash)
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_second_sqlite_library_in_the_process_is_refused(made, monkeypatch):
    """Two libraries drop each other's locks; a process that has loaded another is not given the file."""
    monkeypatch.setitem(sys.modules, "apsw", types.ModuleType("apsw"))
    assert refused(made) == "second-sqlite"


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_store_is_refused_after_fork(made, runner):
    """A child that inherits the connections would break the file's locks: it can neither read, write nor close it."""
    store = SqliteStore(made, "data")
    child = os.fork()
    if child == 0:
        refusals = 0
        for call in (store.read, store.write):
            try:
                call(lambda tx: tx.one(sql.PeopleCount)).send(None)
            except RuntimeError as error:
                refusals += "after fork" in str(error)
        try:
            store.close().send(None)
        except StopIteration:
            refusals += 1
        os._exit(refusals)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    assert runner.run(store.write(lambda tx: tx.run("meta_put", name="a", value="b"))) == 1
    runner.run(store.close())


LOCK = """
import sys
from pathlib import Path
from kept.errors import BusyError
from kept.store.serving import lock_for_serving
try:
    with lock_for_serving(Path(sys.argv[1])):
        print("serving", flush=True)
        sys.stdin.read()
except BusyError as error:
    print(error.reason, flush=True)
"""


def test_a_second_process_is_told_that_one_is_serving(tmp_path):
    """The second start is refused while the first runs, and passes once it was killed."""
    path = tmp_path / "shop.db"

    def start():
        command = [sys.executable, "-c", LOCK, str(path)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 -- our own interpreter

    with start() as first:
        assert first.stdout.readline() == "serving\n"
        with start() as second:
            assert second.stdout.readline() == "already-running\n"
        with pytest.raises(BusyError), lock_for_serving(path):
            raise AssertionError
        first.kill()
    with lock_for_serving(path), pytest.raises(BusyError), lock_for_serving(path):
        raise AssertionError
    assert path.with_name("shop.db.lock").stat().st_mode & 0o777 == 0o600


def test_the_lock_needs_a_folder(tmp_path):
    """A wrong path is the operator's to correct."""
    with pytest.raises(SettingError) as caught, lock_for_serving(tmp_path / "none" / "shop.db"):
        raise AssertionError
    assert caught.value.reason == "database-folder"


def test_a_copy_opens_like_the_original(made, tmp_path, runner):
    """Nothing but the file is needed: a backup restored elsewhere opens."""
    copy = tmp_path / "copy.db"
    shutil.copy(made, copy)
    store = SqliteStore(copy, "data")
    assert store.check_integrity() == []
    runner.run(store.close())
