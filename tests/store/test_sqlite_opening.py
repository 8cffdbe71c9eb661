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
from kept.store.queries import schema_version
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
    assert runner.run(store.read(lambda tx: tx.one("meta_get", name="1"))) == ("1",)
    assert runner.run(store.read(lambda tx: tx.one("meta_get", name="2"))) == ("2",)
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


def test_a_newer_schema_is_refused(made):
    """An older version of Kept does not write into what it does not know."""
    base = sqlite3.connect(made)
    base.execute("PRAGMA user_version = 99")
    base.close()
    assert refused(made) == "database-newer"


def test_an_older_schema_is_migrated(tmp_path, runner):
    """A file at schema 0 gets every migration since, and its number."""
    path = tmp_path / "shop.db"
    base = sqlite3.connect(path)
    base.execute(f"PRAGMA application_id = {0x4B455044}")
    base.close()
    store = SqliteStore(path, "data", create=True)
    assert runner.run(store.write(lambda tx: tx.run("meta_put", name="a", value="b"))) == 1
    assert store._reader.execute("PRAGMA user_version").fetchone() == (schema_version("data"),)
    runner.run(store.close())


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path):
    """All of a migration or nothing: what stands in its way is told, and the number does not move."""
    path = tmp_path / "shop.db"
    base = sqlite3.connect(path)
    base.executescript(f"PRAGMA application_id = {0x4B455044}; CREATE TABLE tally (mine);")
    base.close()
    assert refused(path) == "database-corrupt"
    base = sqlite3.connect(path)
    assert base.execute("SELECT name FROM sqlite_master").fetchall() == [("tally",)]
    assert base.execute("PRAGMA user_version").fetchone() == (0,)
    base.close()


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
                call(lambda tx: tx.one("people_count")).send(None)
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
from kept.store.queries import schema_version
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
