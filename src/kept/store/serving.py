"""One process serves a database: a second one is told so instead of sharing it unseen.

SQLite itself would let two processes write in turns; but each would hold its own policy, keys and clock in memory.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from kept.errors import BusyError, SettingError


@contextlib.contextmanager
def lock_for_serving(path: Path, *, existing: bool = False) -> Iterator[None]:
    """Hold the right to serve the database *path* until the block ends or the process does.

    The kernel keeps the lock, so a killed process leaves none behind; the file `<path>.lock` stays and means nothing by
    itself.

    Args:
        path: The database file; its folder exists.
        existing: Whether there must be a database: a look at none leaves nothing behind.

    Raises:
        BusyError: Another process (or another place in this one) serves it (reason `already-running`).
        SettingError: There must be a database and is none (reason `database-missing`).
        SettingError: The lock file cannot be made (reason `database-folder`).
    """
    if existing and not path.exists():
        raise SettingError(
            f"expected a database {path.name}, found none",
            reason="database-missing",
            rests_on="durable-writes",
            hint="run `kept init`, or check the address of the store",
        )
    try:
        handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SettingError(
            f"expected a folder to lock {path.name} in: {error.strerror}",
            reason="database-folder",
            hint="make the folder, and let the service write in it",
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(
                f"expected to serve {path.name} alone, found one process serving it already",
                reason="already-running",
                rests_on="durable-writes",
                hint="use the one that runs, or stop it first",
            ) from error
        yield
    finally:
        os.close(handle)  # closing lets go of the lock
