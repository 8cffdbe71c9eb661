"""What SQLite's errors mean to a caller: every `sqlite3.Error` leaves the store as one of ours.

Told apart by SQLite's result code, not by its English (https://www.sqlite.org/rescode.html).
"""

from __future__ import annotations

import sqlite3

from kept.errors import ConflictError, StoreError
from kept.machine import out_of_memory
from kept.store.interface import same_key

_CORRUPT = ("database-corrupt", "stop, keep the files, run `kept verify`, then restore a backup")
_UNWRITABLE = ("store-unwritable", "look at the disk and the database files; nothing acknowledged was lost")
_MEANING: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: ("disk-full", "free space on the disk; nothing acknowledged was lost"),
    sqlite3.SQLITE_READONLY: ("read-only", "give the service write access to its database folder"),
    sqlite3.SQLITE_PERM: ("read-only", "give the service write access to its database folder"),
    sqlite3.SQLITE_BUSY: ("store-busy", "another process writes to this database; stop it or try again"),
    sqlite3.SQLITE_LOCKED: ("store-busy", "another process writes to this database; stop it or try again"),
    sqlite3.SQLITE_CORRUPT: _CORRUPT,
    sqlite3.SQLITE_NOTADB: _CORRUPT,
    # A schema table or column that is gone, a text that is no UTF-8: the file is not what we wrote.
    sqlite3.SQLITE_ERROR: _CORRUPT,
    sqlite3.SQLITE_FORMAT: _CORRUPT,
    sqlite3.SQLITE_TOOBIG: _CORRUPT,
}
_CORRUPT_EXTENDED = {sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS, sqlite3.SQLITE_IOERR_DATA}
_SAME_KEY = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID}


def store_error(error: Exception) -> StoreError | ConflictError | RuntimeError:
    """Return what leaves the store in place of *error*.

    Args:
        error: What `sqlite3` raised over it: its errors, or what a damaged length or name becomes.

    Returns:
        `ConflictError` for a key that is taken, `RuntimeError` for a bug in the calling code (a parameter that is
        missing, of no type a column holds, or None where a column needs a value), else `StoreError` with the reason
        `disk-full`, `read-only`, `store-busy`, `out-of-memory`, `database-corrupt` or `store-unwritable`.
    """
    code = getattr(error, "sqlite_errorcode", None)
    if code in _SAME_KEY:
        return same_key()
    if isinstance(error, sqlite3.IntegrityError):
        return RuntimeError(f"a statement broke the schema: {error}")
    if code is None and isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError):
        return RuntimeError(f"a statement was run wrongly: {error}")
    if isinstance(error, MemoryError) or (isinstance(code, int) and code & 0xFF == sqlite3.SQLITE_NOMEM):
        return out_of_memory()
    if not isinstance(code, int):  # Python could not decode what the file holds; its words would quote it
        reason, hint = _CORRUPT
        return StoreError(
            "expected a sound database, found undecodable bytes", reason=reason, hint=hint, rests_on="durable-writes"
        )
    reason, hint = _CORRUPT if code in _CORRUPT_EXTENDED else _MEANING.get(code & 0xFF, _UNWRITABLE)
    return StoreError(
        f"expected a sound database, it answered: {error}", reason=reason, hint=hint, rests_on="durable-writes"
    )
