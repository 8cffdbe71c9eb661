"""The file provider: the root of each key epoch, and the ledger's signing key, one file each in a folder of their own.

No backup includes this folder. Files are 0600 and ours alone; a file others can read is refused, a wrong, truncated or
exchanged one is recognised before it is used.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kept import limits
from kept.crypto.aead import cipher, open_sealed, seal
from kept.crypto.digest import same, sha256
from kept.crypto.random import random_bytes, random_id
from kept.crypto.signature import SigningKey, new_seed
from kept.errors import ClosedError, SettingError
from kept.machine import DESCRIPTORS, OURS_TO_FIX, refused
from kept.services.engine.private_folder import make_private_folder
from kept.vault.provider import missing_epoch

KEY_BYTES = 32
CHECK_BYTES = 8
_LINES = re.compile(r"kept-key v1 (\S+)\n([0-9a-f]{64}) ([0-9a-f]{16})\n", re.ASCII)


def _check(kind: str, key: bytes) -> bytes:
    return sha256(b"kept/key-file/v1\x00" + kind.encode() + b"\x00" + key)[:CHECK_BYTES]


def write_key(path: Path, kind: str, key: bytes) -> None:
    """Write a key file: whole and durable, or not there; never over an existing one.

    The bytes are synced under a passing name and then linked to *path*, so that a crash leaves no half file behind.

    Args:
        path: The file to make.
        kind: What the key is, part of its check.
        key: 32 bytes.

    Raises:
        SettingError: The file exists or cannot be made.
    """
    passing = path.with_name(f".{path.name}.{random_id()}")
    try:
        handle = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(f"kept-key v1 {kind}\n{key.hex()} {_check(kind, key).hex()}\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(passing, path)
        finally:
            passing.unlink()
        _sync_folder(path.parent)
    except OSError as error:
        if error.errno in DESCRIPTORS:
            raise refused(error, f"the key file {path.name}") from None
        raise SettingError(
            f"cannot make the key file {path.name}: {error.strerror}",
            reason="key-file-unwritable",
            hint="the key folder must exist, be ours, have space and allow hard links; an existing key is never replaced",
            rests_on="keys-apart",
        ) from None


def read_key(path: Path, kind: str) -> bytes:
    """Read a key file.

    Args:
        path: The file.
        kind: What the key must be.

    Returns:
        32 bytes.

    Raises:
        ClosedError: It is not there.
        StoreError: The machine does not give it: no descriptor is left, or no right.
        SettingError: Others can read it, it is not ours, or it is not a whole key file of this kind.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise ClosedError(
            f"expected the key file {path.name}, found none",
            reason="key-file-missing",
            hint="put it back from where you keep key files; data backups never hold it",
            rests_on="keys-apart",
        ) from None
    except OSError as error:
        if error.errno in OURS_TO_FIX:  # says nothing about what is in the file
            raise refused(error, f"the key file {path.name}") from None
        raise _wrong(path, kind, f"a file that does not open: {error.strerror}") from None
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise _wrong(path, kind, "no plain file")
        if status.st_mode & 0o077 or status.st_uid != os.geteuid():
            raise SettingError(
                f"expected the key file {path.name} to be readable by its owner alone, found it open to others",
                reason="key-file-open",
                hint=f"run: chmod 600 {path.name}  (and make it the service's own)",
                rests_on="keys-apart",
            )
        text = file.read(limits.KEY_FILE_BYTES).decode("ascii", errors="replace")
    found = _LINES.fullmatch(text)
    if not found or found[1] != kind or _check(kind, bytes.fromhex(found[2])).hex() != found[3]:
        raise _wrong(path, kind, "something else")
    return bytes.fromhex(found[2])


class KeyFiles:
    """Key roots in files.

    Args:
        folder: Folder of the key files, 0700; made when it is missing.

    Raises:
        SettingError: The folder cannot be made, is not ours, or others can write in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._roots: dict[int, bytes] = {}
        self._ciphers: dict[int, AESGCM] = {}
        try:
            make_private_folder(folder)
        except OSError as error:
            raise SettingError(
                f"cannot make the key folder {folder.name}: {error.strerror}",
                reason="key-folder-unusable",
                hint="name a folder of the service's own",
                rests_on="keys-apart",
            ) from None
        self._require_alone()

    def _require_alone(self) -> None:
        """Insist that nobody else puts keys into the folder or takes them out of it."""
        status = self.folder.stat()
        if status.st_mode & 0o022 or status.st_uid != os.geteuid():
            raise SettingError(
                f"expected the key folder {self.folder.name} to be its owner's alone, found it open to others",
                reason="key-folder-open",
                hint=f"run: chmod 700 {self.folder.name}  (and make it the service's own)",
                rests_on="keys-apart",
            )

    def create(self, epoch: int) -> None:
        """Make the root of *epoch*; does nothing when it exists."""
        if not self._path(epoch).exists():
            write_key(self._path(epoch), f"epoch-{epoch}", random_bytes(KEY_BYTES))

    def wrap(self, epoch: int, key: bytes, associated: bytes) -> bytes:
        """Wrap a 32-byte key, bound to *associated*."""
        return seal(self._cipher(epoch), key, associated)

    def unwrap(self, epoch: int, wrapped: bytes, associated: bytes) -> bytes:
        """Unwrap a key; see `Provider.unwrap`."""
        return open_sealed(self._cipher(epoch), wrapped, associated)

    def destroy(self, epoch: int) -> None:
        """Overwrite and remove the root of *epoch*, and what a crash left of making it.

        What the disk itself keeps is outside our reach (`docs/LIMITATIONS.md`).

        Raises:
            SettingError: It could not be overwritten or removed: the epoch is not destroyed.
        """
        path = self._path(epoch)
        self._forget(epoch)
        try:
            for one in (path, *self.folder.glob(f".{path.name}.*")):
                if one.exists():
                    _overwrite(one)
                    one.unlink()
            _sync_folder(self.folder)
        except OSError as error:
            raise SettingError(
                f"cannot destroy the key file {path.name}: {error.strerror}",
                reason="key-file-unwritable",
                hint="the key folder must be ours; the epoch counts as destroyed only when the file is gone",
                rests_on="keys-apart",
            ) from None

    def state(self, epoch: int) -> str:
        """Look at the file again.

        Returns:
            `usable`, or `missing`.

        Raises:
            SettingError: The file or its folder is open to others, it is damaged, or holds another root than the one in
                use: keys wrapped under it from now on would be lost with it.
        """
        path = self._path(epoch)
        held = self._forget(epoch)
        if not path.exists():
            return "missing"
        self._require_alone()
        root = read_key(path, f"epoch-{epoch}")
        if held is not None and not same(held, root):
            self._roots[epoch] = held
            raise _wrong(path, f"epoch-{epoch}", "another one than is in use")
        self._roots[epoch] = root
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

    def _forget(self, epoch: int) -> bytes | None:
        """Hold the root of *epoch* no longer; return it."""
        self._ciphers.pop(epoch, None)
        return self._roots.pop(epoch, None)

    def _cipher(self, epoch: int) -> AESGCM:
        """Return what wraps under the root of *epoch*; made once, it goes with the root."""
        if epoch not in self._ciphers:
            self._ciphers[epoch] = cipher(self._root(epoch))
        return self._ciphers[epoch]

    def _root(self, epoch: int) -> bytes:
        root = self._roots.get(epoch)
        if root is None:
            if not self._path(epoch).exists():
                raise missing_epoch(epoch)
            self._require_alone()
            root = self._roots[epoch] = read_key(self._path(epoch), f"epoch-{epoch}")
        return root


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\x00" * path.stat().st_size)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _wrong(path: Path, kind: str, found: str) -> SettingError:
    return SettingError(
        f"expected {path.name} to hold a {kind} key, found {found}",
        reason="key-file-wrong",
        hint="put the right key file back; nothing was changed",
        rests_on="keys-apart",
    )
