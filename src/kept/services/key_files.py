"""The file provider: the root of each key epoch, and the ledger's signing key, one file each in a folder of their own.

No backup includes this folder. Files are 0600 and ours alone; a file others can read is refused, a wrong or truncated
one is recognised before it is used.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from kept.crypto.aead import open_sealed, seal
from kept.crypto.digest import sha256
from kept.crypto.random import random_bytes
from kept.crypto.signature import SigningKey, new_seed
from kept.errors import ClosedError, SettingError
from kept.vault.provider import missing_epoch

KEY_BYTES = 32
CHECK_BYTES = 8


def _check(kind: str, key: bytes) -> bytes:
    return sha256(b"kept/key-file/v1\x00" + kind.encode() + b"\x00" + key)[:CHECK_BYTES]


def write_key(path: Path, kind: str, key: bytes) -> None:
    """Write a key file, durable before this returns; never over an existing one.

    Args:
        path: The file to make.
        kind: What the key is, part of its check.
        key: 32 bytes.

    Raises:
        SettingError: The file exists or cannot be made.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(f"kept-key v1 {kind}\n{key.hex()} {_check(kind, key).hex()}\n")
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except OSError as error:
        raise SettingError(
            f"cannot make the key file {path.name}: {error.strerror}",
            reason="key-file-unwritable",
            hint="the key folder must exist, be ours and have space",
            clause="§5.5",
        ) from None


def read_key(path: Path, kind: str) -> bytes:
    """Read a key file.

    Raises:
        ClosedError: It is not there.
        SettingError: Others can read it, or it is not a key file of this kind.
    """
    try:
        status = path.stat()
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise ClosedError(
            f"expected the key file {path.name}, found none",
            reason="key-file-missing",
            hint="put it back from where you keep key files; data backups never hold it",
            clause="§5.5",
        ) from None
    except (OSError, UnicodeDecodeError):
        text = ""
        status = path.stat()
    if status.st_mode & 0o077 or status.st_uid != os.geteuid():
        raise SettingError(
            f"expected the key file {path.name} to be readable by its owner alone, found it open to others",
            reason="key-file-open",
            hint=f"run: chmod 600 {path.name}  (and make it the service's own)",
            clause="§5.5",
        )
    found = re.fullmatch(r"kept-key v1 (\S+)\n([0-9a-f]{64}) ([0-9a-f]{16})\n", text)
    if not found or found[1] != kind or _check(kind, bytes.fromhex(found[2])).hex() != found[3]:
        raise SettingError(
            f"expected {path.name} to hold a {kind} key, found something else",
            reason="key-file-wrong",
            hint="put the right key file back; nothing was changed",
            clause="§5.5",
        )
    return bytes.fromhex(found[2])


class KeyFiles:
    """Key roots in files.

    Args:
        folder: Folder of the key files, 0700; made when it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._roots: dict[int, bytes] = {}

    def create(self, epoch: int) -> None:
        """Make the root of *epoch*; does nothing when it exists."""
        if not self._path(epoch).exists():
            write_key(self._path(epoch), f"epoch-{epoch}", random_bytes(KEY_BYTES))

    def wrap(self, epoch: int, key: bytes, associated: bytes) -> bytes:
        """Wrap a 32-byte key, bound to *associated*."""
        return seal(self._root(epoch), key, associated)

    def unwrap(self, epoch: int, wrapped: bytes, associated: bytes) -> bytes:
        """Unwrap a key; see `Provider.unwrap`."""
        return open_sealed(self._root(epoch), wrapped, associated)

    def destroy(self, epoch: int) -> None:
        """Overwrite and remove the root of *epoch*. What the disk itself keeps is outside our reach (LIMITATIONS)."""
        path = self._path(epoch)
        self._roots.pop(epoch, None)
        if path.exists():
            with path.open("r+b") as file:
                file.write(b"\x00" * path.stat().st_size)
                file.flush()
                os.fsync(file.fileno())
            path.unlink()

    def state(self, epoch: int) -> str:
        """Look at the file again: `usable`, or `missing`; a changed file is read anew."""
        if not self._path(epoch).exists():
            self._roots.pop(epoch, None)
            return "missing"
        self._roots[epoch] = read_key(self._path(epoch), f"epoch-{epoch}")
        return "usable"

    def signing_key(self, *, create: bool = False) -> SigningKey:
        """Return the ledger's signing key.

        Args:
            create: Make one when there is none.
        """
        path = self.folder / "ledger.key"
        if create and not path.exists():
            write_key(path, "ledger", new_seed())
        return SigningKey(read_key(path, "ledger"))

    def _path(self, epoch: int) -> Path:
        return self.folder / f"epoch-{epoch:06d}.key"

    def _root(self, epoch: int) -> bytes:
        root = self._roots.get(epoch)
        if root is None:
            if not self._path(epoch).exists():
                raise missing_epoch(epoch)
            root = self._roots[epoch] = read_key(self._path(epoch), f"epoch-{epoch}")
        return root
