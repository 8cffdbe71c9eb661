"""Restoring: a backup is opened beside its place, looked at, and put there in one rename.

A kill leaves the new, or the old aside under a name that says so; restoring again finishes.

A restored D is older than K: K's newer states and tombstones win (`recovering`). Whatever was restored is marked: the no-log is
said again before it serves anybody, and where that is missing it serves the person alone (`upkeep/after_restore`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from kept.crypto.random import random_id
from kept.crypto.sealed_to import OpeningKey
from kept.errors import SettingError, StoreError
from kept.services.backups.backup import alone
from kept.services.backups.backup_file import BackupFile, unpack
from kept.services.engine.installation import Address
from kept.services.engine.restored_keys import DATA_RESTORED, RESTORED
from kept.store.copying import check_database, remove_database
from kept.store.sqlite import SqliteStore

PASSING = ".restoring"
DRILL = ".drill-"


@dataclass(frozen=True, slots=True)
class Placed:
    """A database put in its place.

    Args:
        part: `data` or `keys`.
        made_at: The moment it is of, unix seconds.
        aside: Name of what lay there before, moved aside; empty when nothing did.
    """

    part: str
    made_at: float
    aside: str


async def place(backup: BackupFile, key: OpeningKey, address: Address, *, over: bool) -> Placed:
    """Put a backup's database in its place; the installation is not open.

    Args:
        backup: Read and verified.
        key: The private half of the backup key.
        address: Where the installation lies.
        over: Whether a database that lies there is moved aside.

    Raises:
        SettingError: Something lies there, or a key file is missing that it needs.
        SealError: The backup does not open, or was changed.
        StoreError: There is no room.
    """
    said = backup.manifest
    target = address.data if said.part == "data" else address.keys
    missing = [one for one in said.key_files if not (address.key_folder / one).exists()]
    if said.part == "keys" and missing:
        raise SettingError(
            f"expected the key files this backup needs, found no {', '.join(missing)}",
            reason="backup-key-files",
            hint="put them back; when an epoch was destroyed nothing sealed under it opens again, and a newer backup is needed",
            rests_on="keys-apart",
        )
    if not over and any(one.exists() for one in _files(target)):
        raise SettingError(
            f"expected no database at {target.name}, found one",
            reason="restore-over",
            hint="--over moves it aside; or restore into another folder",
            rests_on="restore-drill",
        )
    passing = target.with_name(f".{target.name}{PASSING}")
    with alone(address.data):
        remove_database(passing)  # what a kill left
        try:
            await asyncio.get_running_loop().run_in_executor(None, unpack, backup, key, passing)
            if wrong := check_database(passing):
                raise StoreError(
                    f"expected a sound database, found: {wrong}", reason="database-corrupt", hint="take another backup"
                )
            await _mark(passing, said.part, said.made_at)
            aside = _move_aside(target)
            passing.replace(target)
            _sync_folder(target.parent)
        except OSError as error:
            raise StoreError(
                f"expected to put the database in its place: {error.strerror}",
                reason="store-unwritable",
                hint="look at the folder; nothing was lost",
                rests_on="durable-writes",
            ) from error
        finally:
            remove_database(passing)
    return Placed(said.part, said.made_at, aside)


async def _mark(path: Path, part: str, made_at: float) -> None:
    name = RESTORED if part == "keys" else DATA_RESTORED
    store = SqliteStore(path, part)
    try:
        await store.write(lambda tx: tx.run("restore_mark_put", name=name, value=repr(made_at)))
    finally:
        await store.close()


def _files(path: Path) -> list[Path]:
    return [path.with_name(path.name + ending) for ending in ("-wal", "-shm", "")]


def _move_aside(path: Path) -> str:
    """Move a database and its log aside, the log first: it must never be played onto the restored one."""
    there = [one for one in _files(path) if one.exists()]
    if not there:
        return ""
    mark = random_id()[:8]
    for one in there:
        one.rename(one.with_name(one.name.replace(path.name, f"{path.name}.aside-{mark}", 1)))
    _sync_folder(path.parent)
    return f"{path.name}.aside-{mark}"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def clear_left_over(address_of_data: Path, *databases: Path) -> None:
    """Remove what a killed backup, restore or drill left beside the databases, unless one is running.

    A copy of K left behind would hold the wrapped keys of people erased since.
    """
    left = [
        one
        for path in databases
        for ending in (".copy", PASSING, DRILL)
        for one in path.parent.glob(f".{escape(path.name)}{ending}*")
    ]
    if not left:
        return
    with contextlib.suppress(StoreError), alone(address_of_data):
        for one in left:
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one)
            else:
                one.unlink(missing_ok=True)
