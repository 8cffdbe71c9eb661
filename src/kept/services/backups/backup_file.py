"""The file of a backup: a signed manifest, then the database in sealed chunks only the backup key's other half opens.

    manifest, one line of JSON    what it is a copy of, how large, its hash, the policy and ledger it holds
    signature, one line of hex    by the ledger's signing key, over the manifest
    chunks                        AES-256-GCM under a random key, which the manifest holds sealed to the backup key

Each chunk is bound to the manifest, to its number and to whether it is the last: none can be left out, doubled, moved or
taken from another backup.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from glob import escape
from pathlib import Path
from typing import Any, BinaryIO

from kept import limits
from kept.crypto.aead import NONCE_BYTES, TAG_BYTES, open_sealed, seal
from kept.crypto.digest import framed, sha256
from kept.crypto.random import random_bytes, random_id
from kept.crypto.sealed_to import OpeningKey, seal_to
from kept.crypto.signature import SigningKey, verify_signature
from kept.errors import MalformedError, NoteError, SealError, SettingError, StoreError
from kept.services.engine.private_folder import make_private_folder

FORMAT = "kept backup v1"
LABEL = b"kept/backup/v1"
ENDING = ".kept-backup"
CHUNK_BYTES = 1 << 20
SEALED_CHUNK_BYTES = CHUNK_BYTES + NONCE_BYTES + TAG_BYTES
KEY_BYTES = 32
PARTS = ("data", "keys")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself, in the clear: no person, and nothing that opens anything.

    Args:
        id: Random id, hex.
        part: `data` or `keys`.
        vault: Id of the vault.
        made_at: The moment it is a copy of, unix seconds.
        size: Bytes of the database.
        hash: SHA-256 of the database, hex.
        policy: Hash of the policy in force, hex; empty when there is none.
        log: Generation of the log.
        ledger_size: Entries in the tree.
        ledger_root: Root of the tree, hex.
        people: People in it.
        epochs: Key epochs whose key files a restore of the part needs, besides `ledger.key`.
        sealed_to: Public half of the backup key, hex.
    """

    id: str
    part: str
    vault: str
    made_at: float
    size: int
    hash: str
    policy: str
    log: int
    ledger_size: int
    ledger_root: str
    people: int
    epochs: tuple[int, ...]
    sealed_to: str

    @property
    def key_files(self) -> tuple[str, ...]:
        """Names of the key files a restore needs; they are in no backup."""
        return ("ledger.key", *(f"epoch-{epoch:06d}.key" for epoch in self.epochs))


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A backup as it lies: its manifest, and what is needed to open its chunks."""

    path: Path
    manifest: Manifest
    line: bytes
    sealed_key: bytes
    starts_at: int


def write_backup(folder: Path, name: str, source: Path, manifest: Manifest, key: SigningKey) -> Path:
    """Write a backup: whole and durable under its name, or not there.

    Args:
        folder: Where it shall lie; made when it is missing.
        name: File name.
        source: The copy of the database.
        manifest: What it says; *size* and *hash* are those of *source*.
        key: The ledger's signing key.

    Raises:
        StoreError: The folder cannot be written, or is full; nothing is left of it.
    """
    content_key = random_bytes(KEY_BYTES)
    sealed_key = seal_to(bytes.fromhex(manifest.sealed_to), content_key, _info(manifest))
    line = _line(manifest, sealed_key)
    passing = folder / f"{_passing(manifest.vault)}{name}.{random_id()}"
    try:
        make_private_folder(folder)
        try:
            handle = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file, source.open("rb") as plain:
                file.write(line + b"\n" + key.sign(framed(LABEL, line)).hex().encode() + b"\n")
                for number, chunk, last in _chunks(plain, manifest.size):
                    file.write(seal(content_key, chunk, _binding(line, number, last=last)))
                file.flush()
                os.fsync(file.fileno())
            passing.replace(folder / name)
            _sync_folder(folder)
        finally:
            passing.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(error) from error
    return folder / name


def read_backup(path: Path, public: bytes) -> BackupFile:
    """Read a backup's manifest and verify who made it; its chunks are opened by `unpack`.

    Args:
        path: The file, from outside.
        public: Public half of the ledger's signing key.

    Raises:
        SettingError: There is no such file.
        MalformedError: It is no backup.
        NoteError: It was not made by this installation.
    """
    try:
        if not path.is_file():  # a pipe would keep us waiting
            raise FileNotFoundError(errno.ENOENT, "no file")
        with path.open("rb") as file:
            line, signature = file.readline(limits.BACKUP_LINE_BYTES), file.readline(limits.BACKUP_LINE_BYTES)
            starts_at = file.tell()
    except OSError as error:
        raise SettingError(
            f"expected to read {path.name}: {error.strerror}", reason="backup-file", hint="check the path"
        ) from error
    try:
        verify_signature(public, bytes.fromhex(signature.decode("ascii").strip()), framed(LABEL, line[:-1]))
        said: dict[str, Any] = {FORMAT: json.loads(line)}[json.loads(line)["format"]]  # another format is a KeyError
        manifest = Manifest(
            **{name: said[name] for name in Manifest.__slots__ if name != "epochs"}, epochs=tuple(said["epochs"])
        )
        sealed_key = base64.b64decode(said["key"], validate=True)
    except NoteError as error:
        raise NoteError(
            "expected a backup made by this installation, found one it did not sign",
            reason="backup-foreign",
            hint="give the key folder of the installation the backup was made of",
            rests_on="restore-drill",
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedError(
            f"expected a backup, found {path.name} to be another file",
            reason="backup-malformed",
            hint="give a file made by `kept backup create`",
            rests_on="restore-drill",
        ) from error
    return BackupFile(path, manifest, line[:-1], sealed_key, starts_at)


def unpack(backup: BackupFile, key: OpeningKey, target: Path) -> None:
    """Write the database a backup holds to a new file, durable, whole and of the manifest's hash.

    Args:
        backup: Read and verified.
        key: The private half of the backup key.
        target: File to make.

    Raises:
        SealError: It was sealed to another key, was cut short, or was changed.
        StoreError: There is no room.
    """
    try:
        content_key = key.open(backup.sealed_key, _info(backup.manifest))
    except SealError as error:
        raise SealError(
            "expected a backup sealed to this key, found one that does not open",
            reason="backup-key",
            hint=f"it was sealed to the key {backup.manifest.sealed_to[:16]}…",
            rests_on="restore-drill",
        ) from error
    found = hashlib.sha256()
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file, backup.path.open("rb") as sealed:
            sealed.seek(backup.starts_at)
            for number, chunk, last in _sealed_chunks(sealed):
                plain = open_sealed(content_key, chunk, _binding(backup.line, number, last=last))
                found.update(plain)
                file.write(plain)
            file.flush()
            os.fsync(file.fileno())
    except (OSError, SealError) as error:
        target.unlink(missing_ok=True)
        if isinstance(error, SealError):
            raise _changed() from error
        raise _unwritable(error) from error
    if found.hexdigest() != backup.manifest.hash:
        target.unlink(missing_ok=True)
        raise _changed()


def hash_of(path: Path) -> tuple[int, str]:
    """Return size and SHA-256, hex, of a file."""
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def backup_files(folder: Path) -> list[Path]:
    """Return the files of a folder of backups that are named like one, of both parts, oldest name first.

    Links, folders and pipes of that name are not looked into: they are nothing that was made here.
    """
    return sorted(
        (
            one
            for part in PARTS
            for one in (folder / part).glob(f"*{ENDING}")
            if not one.name.startswith(".") and one.is_file() and not one.is_symlink()
        ),
        key=lambda one: one.name,
    )


def clear_unfinished(folder: Path, vault: str) -> None:
    """Remove what a kill left of a backup that was being written; only the holder of `alone` may.

    Args:
        folder: Folder of backups; several installations may share it.
        vault: Whose remains they are.
    """
    for part in PARTS:
        for one in (folder / part).glob(f"{escape(_passing(vault))}*"):
            one.unlink(missing_ok=True)


def _passing(vault: str) -> str:
    return f".{vault[:16]}-"


def _line(manifest: Manifest, sealed_key: bytes) -> bytes:
    return json.dumps(
        {"format": FORMAT, **asdict(manifest), "key": base64.b64encode(sealed_key).decode()}, separators=(",", ":")
    ).encode()


def _info(manifest: Manifest) -> bytes:
    return framed(LABEL, manifest.vault.encode(), manifest.part.encode(), manifest.id.encode())


def _binding(line: bytes, number: int, *, last: bool) -> bytes:
    return framed(LABEL, sha256(line), number.to_bytes(8, "big"), b"last" if last else b"more")


def _chunks(plain: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    number, left = 0, size
    while True:
        chunk = plain.read(CHUNK_BYTES)
        left -= len(chunk)
        yield number, chunk, left <= 0
        if left <= 0 or not chunk:
            return
        number += 1


def _sealed_chunks(sealed: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    number, chunk = 0, sealed.read(SEALED_CHUNK_BYTES)
    while True:
        following = sealed.read(SEALED_CHUNK_BYTES)
        yield number, chunk, not following
        if not following:
            return
        number, chunk = number + 1, following


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _changed() -> SealError:
    return SealError(
        "expected a whole backup, found one cut short or changed",
        reason="backup-changed",
        hint="take another backup; this one is not to be trusted",
        rests_on="restore-drill",
    )


def _unwritable(error: OSError) -> StoreError:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    return StoreError(
        f"expected to write a backup: {error.strerror}",
        reason="disk-full" if full else "backup-unwritable",
        hint="free space where backups go" if full else "let the service write in the folder of backups",
        rests_on="durable-writes",
    )
