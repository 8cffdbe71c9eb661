"""Copies of databases that are in use, all of one moment: what a power cut at that moment would have left, and no more.

While both writers stand still for the blink it takes, a snapshot of each is opened; the pages are copied from the
snapshots afterwards, and writing goes on meanwhile. A copy is rewritten before it is used, so that no page of a deleted
row is in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from kept.errors import StoreError
from kept.store.sqlite import SqliteStore
from kept.store.sqlite_error import store_error

NEVER_COPIED = ("projection_segment", "projection")
"""Tables left empty in a copy: a projection holds people nobody may bring back, and is built anew in minutes."""
_FAULTS = (sqlite3.Error, MemoryError, UnicodeDecodeError)


async def copy_together(copies: Mapping[Path, SqliteStore]) -> None:
    """Copy databases, each to a new file that is its own.

    Args:
        copies: By the file to make, the database it is a copy of.

    Raises:
        StoreError: One cannot be read, or there is no room; nothing is left.
    """
    await asyncio.get_running_loop().run_in_executor(None, _copy, dict(copies))


def _copy(copies: Mapping[Path, SqliteStore]) -> None:
    sources: dict[Path, sqlite3.Connection] = {}
    try:
        with contextlib.ExitStack() as still:
            for path, store in copies.items():
                sources[path] = sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)
                still.enter_context(store.paused())
            for source in sources.values():
                source.execute("BEGIN").fetchall()
                source.execute("SELECT COUNT(*) FROM sqlite_master").fetchall()  # the snapshot begins with a read
        for path, source in sources.items():
            _copy_one(source, path)
    except BaseException as error:
        for path in copies:
            remove_database(path)
        if isinstance(error, _FAULTS):
            raise store_error(error) from error
        raise
    finally:
        for source in sources.values():
            source.close()


def _copy_one(source: sqlite3.Connection, path: Path) -> None:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise StoreError(
            f"expected to make a copy beside the database: {error.strerror}",
            reason="store-unwritable",
            hint="look at the disk and the database's folder; nothing was changed",
            rests_on="durable-writes",
        ) from error
    target = sqlite3.connect(path, isolation_level=None)
    try:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE").fetchall()
        there = {
            str(row[0]) for row in target.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        }
        for table in NEVER_COPIED:
            if table in there:
                target.execute(f"DELETE FROM {table}").fetchall()  # noqa: S608 -- a name from the list above
        target.execute("VACUUM").fetchall()
    finally:
        target.close()


def check_database(path: Path) -> str:
    """Return what SQLite's own check finds wrong with a database file nobody has open; empty when nothing."""
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("PRAGMA integrity_check(1)").fetchall()
    except _FAULTS as error:
        return str(store_error(error))
    finally:
        connection.close()
    return "" if rows == [("ok",)] else str(rows[0][0])


def remove_database(path: Path) -> None:
    """Remove a database file and what SQLite keeps beside it; what is not there is no fault."""
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
