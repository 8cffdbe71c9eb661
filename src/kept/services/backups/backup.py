"""Backups of D and of K: of one moment, apart, sealed to a key whose other half is not on this machine.

A backup of D never contains K, and neither contains a key file: the manifest names those a restore needs. Copies are made
beside their database, sealed into the folder, and removed.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kept import limits
from kept.crypto.random import random_id
from kept.crypto.sealed_to import KEY_BYTES, seal_to
from kept.errors import BusyError, KeptError, MalformedError, NoteError, SettingError
from kept.services.backups.backup_file import (
    ENDING,
    PARTS,
    BackupFile,
    Manifest,
    backup_files,
    clear_unfinished,
    hash_of,
    read_backup,
    write_backup,
)
from kept.services.engine import claims
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.memories import LOG
from kept.services.engine.record import entry_of, operator
from kept.services.upkeep.backup_record import FOLDER, KEY, backup_key, record_backup, record_key, seal_of
from kept.store import sql
from kept.store.copying import copy_together, remove_database
from kept.store.interface import Transaction
from kept.store.sqlite import SqliteStore


async def register_backup_key(engine: Engine, public: bytes, *, by: str) -> None:
    """Register the public half of the key backups are sealed to, in place of an earlier one.

    Args:
        engine: Open.
        public: 32 bytes, from outside.
        by: Operator on the machine.

    Raises:
        MalformedError: It is no key.
    """
    if len(public) != KEY_BYTES:
        raise MalformedError(
            "expected an X25519 public key of 32 bytes, found another",
            reason="backup-key-malformed",
            hint="give what `kept backup new-key` printed",
            rests_on="restore-drill",
        )
    seal_to(public, b"", b"")
    if await backup_key(engine) == public:
        return
    at, subject = engine.ready(), public.hex()
    facts = json.dumps({"by": by, "at": at})
    await engine.data.write(lambda tx: claims.take(tx, claims.BACKUP_KEY, subject, engine.holder, at, facts))
    await engine.keys.write(lambda tx: tx.run("meta_put", name=KEY, value=f"{subject} {seal_of(engine, public)}"))
    await record_key(engine, subject, facts)


async def make_backups(engine: Engine, folder: Path, *, by: str) -> list[BackupFile]:
    """Back up D and K as they are at one moment.

    Args:
        engine: Open.
        folder: Folder of backups; D's go to `data/` in it, K's to `keys/`, which may lie on different disks.
        by: Operator on the machine, or `system`.

    Raises:
        SettingError: No backup key is registered, or the installation lies in no files.
        StoreError: There is no room, or the folder cannot be written; recorded.
    """
    data, keys = files_of(engine)
    public = await backup_key(engine)
    if not public:
        raise SettingError(
            "expected a backup key, found none registered",
            reason="backup-key-missing",
            hint="`kept backup new-key FILE` on another machine, then `kept backup create FOLDER --public KEY` here",
            rests_on="restore-drill",
        )
    engine.ready()
    copies = {store.path.with_name(f".{store.path.name}.copy"): store for store in (data, keys)}
    with alone(data.path):
        try:
            for path in copies:
                remove_database(path)  # what a kill left of an earlier one
            clear_unfinished(folder, engine.vault_id)
            at = engine.clock.now()
            await copy_together(copies)
            planned = await _plan(engine, folder, dict(zip(PARTS, copies, strict=True)), public, at)
            facts = json.dumps({"by": by, "at": at, "parts": [_noted(*one) for one in planned.values()]})
            subject = planned["data"][0].id
            await engine.data.write(lambda tx: claims.take(tx, claims.BACKUP, subject, engine.holder, at, facts))
            try:
                made = await _seal_copies(engine, planned, dict(zip(PARTS, copies, strict=True)))
            finally:
                await record_backup(engine, subject, facts)
        except KeptError as error:
            await _record_failure(engine, by, error)
            raise
        finally:
            for path in copies:
                remove_database(path)
    return made


Planned = dict[str, tuple[Manifest, Path]]
"""By part, what its manifest will say, and where it will lie."""


async def _plan(engine: Engine, folder: Path, copies: dict[str, Path], public: bytes, at: float) -> Planned:
    said = await _look(copies)
    moment = datetime.fromtimestamp(at, tz=UTC).strftime("%Y%m%dT%H%M%SZ")
    planned, place = {}, _absolute(folder)
    for part, path in copies.items():
        size, digest = hash_of(path)
        manifest = Manifest(
            id=random_id(),
            part=part,
            vault=engine.vault_id,
            made_at=at,
            size=size,
            hash=digest,
            sealed_to=public.hex(),
            **said,
        )
        planned[part] = manifest, place / part / f"{part}-{moment}-{manifest.id[:8]}{ENDING}"
    return planned


def _absolute(folder: Path) -> Path:
    return folder.absolute()


def _noted(manifest: Manifest, path: Path) -> dict[str, Any]:
    said = {name: getattr(manifest, name) for name in ("id", "part", "made_at", "size", "hash", "ledger_size")}
    return {**said, "path": str(path)}


async def _seal_copies(engine: Engine, planned: Planned, copies: dict[str, Path]) -> list[BackupFile]:
    made = []
    for part, (manifest, path) in planned.items():
        file = await asyncio.get_running_loop().run_in_executor(
            None, write_backup, path.parent, path.name, copies[part], manifest, engine.parts.signing_key
        )
        made.append(read_backup(file, engine.parts.signing_key.public))
    return made


async def _look(copies: dict[str, Path]) -> dict[str, Any]:
    """What the manifest says of the moment, read from the copies themselves."""
    data, keys = (SqliteStore(copies[part], part) for part in PARTS)

    async def of_data(tx: Transaction) -> tuple[sql.HeadGet | None, str, int, int]:
        return (
            await tx.one(sql.HeadGet, name=LOG),
            await tx.value(sql.MetaGet, name="active_policy") or "",
            await tx.value(sql.PeopleCount),
            int(await tx.value(sql.MetaGet, name="log_generation") or 1),
        )

    try:
        head, policy, people, log = await data.read(of_data)
        epochs = await keys.all(sql.Epochs)
    finally:
        await data.close()
        await keys.close()
    return {
        "policy": policy,
        "log": log,
        "ledger_size": head.size if head else 0,
        "ledger_root": head.root.hex() if head else "",
        "people": people,
        "epochs": tuple(row.epoch for row in epochs if row.destroyed_at is None),
    }


async def _record_failure(engine: Engine, by: str, error: KeptError) -> None:
    facts = (("reason", error.reason),)
    entry = entry_of(engine, operator(by), Act.BACKUP_MAKE, outcome=Outcome.FAILED, facts=facts)
    with contextlib.suppress(KeptError):  # a full disk may not take the entry either: the error itself is told
        await engine.data.write(lambda tx: insert_entries(tx, [entry], engine.clock.now()))


def newest_pair(folder: Path, public: bytes, vault: str) -> tuple[BackupFile, BackupFile]:
    """Return the newest backups of D and of K that are of one moment, by what their manifests say.

    A part alone, as a kill between the two leaves one, is passed over: nothing can be restored from it as if all were lost.

    Args:
        folder: Folder of backups.
        public: Public half of the ledger's signing key.
        vault: Id of the vault.

    Raises:
        SettingError: There is no pair of this installation.
    """
    pairs = [(at, parts) for at, parts in _moments(folder, public, vault).items() if len(parts) == len(PARTS)]
    if not pairs:
        raise SettingError(
            f"expected a backup of both databases of this installation, found none in {folder.name}",
            reason="backup-missing",
            hint="`kept backup create FOLDER` makes one",
            rests_on="restore-drill",
        )
    newest = max(pairs, key=lambda pair: pair[0])[1]
    return newest["data"], newest["keys"]


async def part_missing(engine: Engine, folder: Path, since: float) -> bool:
    """Whether a backup later than *since* (unix seconds) that was recorded as made lacks its other part in the folder."""
    moments = _moments(folder, engine.parts.signing_key.public, engine.vault_id)
    for at, parts in moments.items():
        if at > since and len(parts) < len(PARTS):
            newest = await engine.data.one(sql.BackupNewest, part=next(iter(parts)))
            if newest is not None and newest.at >= at:  # what a kill left half was never recorded
                return True
    return False


def _moments(folder: Path, public: bytes, vault: str) -> dict[float, dict[str, BackupFile]]:
    found: dict[float, dict[str, BackupFile]] = {}
    for one in readable(folder, public):
        if one.manifest.vault == vault:
            found.setdefault(one.manifest.made_at, {})[one.manifest.part] = one
    return found


def readable(folder: Path, public: bytes) -> list[BackupFile]:
    """Return the backups of a folder that this installation made; files that are none are passed over."""
    found = []
    for path in backup_files(folder):
        with contextlib.suppress(MalformedError, NoteError):
            found.append(read_backup(path, public))
    return found


# -------------------------------------------------------------------- in time


def promised(engine: Engine) -> float:
    """Return how old the newest backup may be by the policy in force, seconds."""
    return engine.policy.policy.promised("backups", "at-most", limits.DAY)


async def newest_at(engine: Engine) -> float | None:
    """Return when the older of the two parts was last backed up, unix seconds; None when one never was."""
    rows = [await engine.data.one(sql.BackupNewest, part=part) for part in PARTS]
    found = [row.at for row in rows if row is not None]
    return min(found) if len(found) == len(PARTS) else None


async def newest_gone(engine: Engine) -> str:
    """Return the name of a newest backup that does not lie, whole, where it was made; empty where both do.

    The chunks are not opened: their key is on another machine, and a drill opens them.
    """
    folder = Path(await engine.meta(FOLDER))
    rows = {part: await engine.data.one(sql.BackupNewest, part=part) for part in PARTS}
    for part, row in rows.items():
        if row is None:
            continue
        path = folder / part / row.file
        try:
            found = read_backup(path, engine.parts.signing_key.public)
        except KeptError:
            return row.file
        if found.manifest.hash != row.hash or path.stat().st_size <= row.size:
            return row.file
    return ""


def keep_backups(engine: Engine, folder: Path) -> None:
    """Make a backup whenever the last is nearly as old as promised, while the engine is open.

    What goes wrong is recorded and tried again; the board breaks the promise when it is overdue.
    """

    async def look() -> None:
        last = await newest_at(engine)
        if last is None or engine.clock.now() - last > limits.BACKUP_EARLY_SHARE * promised(engine):
            await make_backups(engine, folder, by="system")

    engine.every(limits.BACKUP_RETRY_SECONDS, look)


# -------------------------------------------------------------------- small things


@contextlib.contextmanager
def alone(database: Path) -> Iterator[None]:
    """Hold the right to make or try backups of an installation: two at once would clear each other's copies away.

    Raises:
        BusyError: Another process does.
    """
    handle = os.open(f"{database}.backup.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(
                "expected to back up alone, found a backup or a drill running",
                reason="backup-running",
                hint="wait until it is done",
            ) from error
        yield
    finally:
        os.close(handle)


def files_of(engine: Engine) -> tuple[SqliteStore, SqliteStore]:
    """Return D and K of an installation that lies in files.

    Raises:
        SettingError: It does not lie in files.
    """
    data, keys = engine.data, engine.keys
    if not isinstance(data, SqliteStore) or not isinstance(keys, SqliteStore):
        raise SettingError(
            "expected an installation in files, found another",
            reason="backup-no-files",
            hint="open it from files",
        )
    return data, keys
