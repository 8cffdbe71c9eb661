"""Lines in a file, on whatever disk or mount it lies: appended, made durable, and taken back where they do not fit."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from kept import limits
from kept.errors import StoreError

T = TypeVar("T")


class FilePlace:
    """A file of lines.

    Args:
        path: Where it lies; it is made by the first line, its folder is not.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    reads = True

    @property
    def name(self) -> str:
        """What `kept status` calls it."""
        return f"file:{self.path.name}"

    async def append(self, lines: Sequence[bytes]) -> None:
        """Put lines at the end, and make them durable.

        Raises:
            StoreError: The disk is full, or the file cannot be written; it is as it was.
        """
        await _apart(lambda: self._append(lines), "write")

    async def last(self) -> bytes:
        """Return the last whole line; empty when there is none.

        Raises:
            StoreError: The file cannot be read.
        """
        return await _apart(self._last, "read")

    async def read(self) -> list[bytes]:
        """Return every line.

        Raises:
            StoreError: The file cannot be read.
        """
        return await _apart(lambda: self.path.read_bytes().splitlines() if self.path.exists() else [], "read")

    def _append(self, lines: Sequence[bytes]) -> None:
        fresh = not self.path.exists()
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)  # so that what one takes back is never what another has put there since
            size = os.fstat(handle).st_size
            torn = (
                size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            )  # a kill cut the last line: it comes again, whole
            left = (b"\n" if torn else b"") + b"".join(line + b"\n" for line in lines)
            try:
                while left:
                    left = left[os.write(handle, left) :]
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, size)
                raise
        finally:
            os.close(handle)
        if fresh:
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _last(self) -> bytes:
        if not self.path.exists():
            return b""
        with self.path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - limits.NO_LOG_LAST_BYTES))
            whole, _, _ = file.read().rpartition(b"\n")
        return whole.rpartition(b"\n")[2]


async def _apart(act: Callable[[], T], what: str) -> T:
    """Do it on another thread: a disk may take its time."""
    try:
        return await asyncio.get_running_loop().run_in_executor(None, act)
    except OSError as error:
        raise StoreError(
            f"expected to {what} the no-log: {error.strerror}",
            reason="no-log-full" if what == "write" and error.errno in _FULL else f"no-log-{_PAST[what]}",
            hint="look at the disk or mount it lies on; what waits is handed over as soon as it can be",
            rests_on="restore-drill",
        ) from error


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PAST = {"write": "unwritable", "read": "unreadable"}
