"""What a witness remembers: the last checkpoint it cosigned of each log, in a file each, durable before it is answered.

A file is named after the hash of the log's origin and holds the cosigned checkpoint as it was given out. One process at a
time: a lock file says so, and the kernel lets go of it whatever ends the process.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from kept.errors import BusyError, ConflictError, NoteError, SettingError
from kept.ledger.checkpoint import Checkpoint, parse_checkpoint_text
from kept.ledger.note import split_note

SUFFIX = ".checkpoint"


class Memory:
    """The folder of a witness; use it as a context.

    Args:
        folder: Made when it is missing.

    Raises:
        SettingError: It cannot be made or written.
        BusyError: Another witness works in it.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SettingError(
                f"expected to write in the folder {folder.name}: {error.strerror}",
                reason="witness-folder",
                hint="give a folder of yours",
            ) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise BusyError(
                "expected to be the only witness of this folder, found another",
                reason="witness-busy",
                hint="stop the other one; two witnesses never share a folder, nor a key",
            ) from None
        self._folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._lock)

    def note_of(self, origin: str) -> str:
        """Return the last cosigned checkpoint of a log as it was given out; empty when there was none.

        Raises:
            NoteError: The file is not one this witness wrote: nothing of that log is cosigned before a person has looked.
        """
        try:
            note = self._file(origin).read_bytes().decode()
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError:
            raise _damaged() from None
        if not note:
            raise _damaged()
        return note

    def checkpoint_of(self, origin: str) -> Checkpoint | None:
        """Return what the last cosigned checkpoint of a log says; None when there was none.

        Raises:
            NoteError: As `note_of`.
        """
        note = self.note_of(origin)
        if not note:
            return None
        try:
            checkpoint = parse_checkpoint_text(split_note(note)[0])
        except NoteError:
            raise _damaged() from None
        if checkpoint.origin != origin:
            raise _damaged()
        return checkpoint

    def remember(self, checkpoint: Checkpoint, note: str, *, expected_size: int) -> None:
        """Remember a cosigned checkpoint in the place of the last one; durable when this returns.

        Args:
            checkpoint: What it says.
            note: It, with the signatures that are given out.
            expected_size: Size of the one it was seen to extend; 0 for none.

        Raises:
            ConflictError: The last one has another size by now.
        """
        last = self.checkpoint_of(checkpoint.origin)
        if (last.size if last else 0) != expected_size:
            raise ConflictError("another request was faster", reason="witness-moved")
        file = self._file(checkpoint.origin)
        passing = file.with_suffix(".new")
        with passing.open("wb") as out:
            out.write(note.encode())
            out.flush()
            os.fsync(out.fileno())
        passing.replace(file)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _file(self, origin: str) -> Path:
        return self._folder / (origin_hash(origin) + SUFFIX)


def origin_hash(origin: str) -> str:
    """Return the name under which the checkpoint of a log is kept and served."""
    return hashlib.sha256(origin.encode()).hexdigest()


def _damaged() -> NoteError:
    return NoteError(
        "expected the checkpoint this witness cosigned last, found a file that is none",
        reason="witness-memory",
        hint="put the file back from a copy; without it the witness would cosign a second history",
    )
