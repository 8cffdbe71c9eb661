"""The restore drill: the newest backup is restored in a folder that is thrown away, and looked at as an installation.

First D alone, as if it had been lost: with K as it is today, nobody erased since may be readable and no withdrawn consent may
be back. Then both, as if everything had been lost: they open as after a power cut. The result is recorded, good or bad.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kept import limits
from kept.crypto.random import random_id
from kept.crypto.sealed_to import OpeningKey
from kept.crypto.signature import SigningKey, new_seed
from kept.errors import ErasedError, EvidenceError
from kept.ledger.tree import verify_consistency
from kept.services.backups.backup import alone, files_of, newest_pair, part_missing
from kept.services.backups.backup_file import BackupFile, unpack
from kept.services.backups.recovery import recover
from kept.services.backups.restore import DRILL
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine, Parts
from kept.services.engine.flush import insert_entries
from kept.services.engine.memories import LOG
from kept.services.engine.no_log import No
from kept.services.engine.people import each_person
from kept.services.engine.record import entry_of, operator
from kept.services.upkeep.ledger_verification import verify_ledger
from kept.store import sql
from kept.store.copying import check_database, copy_together
from kept.store.interface import Transaction
from kept.store.sqlite import SqliteStore
from kept.vault.provider import Provider


@dataclass(slots=True)
class Drill:
    """What a drill found: counts and closed words, no person.

    Args:
        made_at: The moment the newest data backup is of, unix seconds.
        entries: Entries in its tree.
        people: People in it that are still here.
        erased: People erased up to now; none of them is readable in it.
        restored: States put back from K, since they are newer there: choices made since among them.
        lost: Values newer than the backup: a real restore would lose them.
        epochs: Key epochs a value was opened under.
        returning: People erased since the backup of K was made whom the no-log does not name: they would be back if K were
            lost as well.
        problems: What does not hold; empty when the drill passed.
    """

    made_at: float
    entries: int = 0
    people: int = 0
    erased: int = 0
    restored: int = 0
    lost: int = 0
    epochs: tuple[int, ...] = ()
    returning: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether everything was as it must be."""
        return not self.problems

    def wrong(self, what: str) -> None:
        """Note a problem."""
        if len(self.problems) < limits.DRILL_FINDINGS:
            self.problems.append(what)


class _Untouched:
    """The key provider of the running installation, for an installation that is thrown away: it opens, and never makes or destroys."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self.unwrap = provider.unwrap
        self.wrap = provider.wrap
        self.state = provider.state

    def create(self, epoch: int) -> None:
        """Make nothing."""

    def destroy(self, epoch: int) -> None:
        """Destroy nothing."""


async def drill(engine: Engine, folder: Path, key: OpeningKey, *, by: str) -> Drill:
    """Restore the newest backup somewhere else, look at it, and record what was found.

    Args:
        engine: Open: the installation as it is today.
        folder: Folder of backups.
        key: The private half of the backup key, brought for this.
        by: Operator on the machine.

    Raises:
        SettingError: There is no backup of this installation in the folder.
        StoreError: There is no room.
    """
    store, _ = files_of(engine)
    public = engine.parts.signing_key.public
    data, keys = newest_pair(folder, public, engine.vault_id)
    await engine.sequencer.integrate()
    found = Drill(data.manifest.made_at)
    if await part_missing(engine, folder, data.manifest.made_at):
        found.wrong("a later backup was made, and one of its two parts is not in the folder")
    passing = store.path.with_name(f".{store.path.name}{DRILL}{random_id()}")
    with alone(store.path):
        passing.mkdir(mode=0o700)
        try:
            await _as_if_data_were_lost(engine, data, key, passing, found)
            await _as_if_all_were_lost(engine, data, keys, key, passing, found)
        except (EvidenceError, ErasedError) as error:
            found.wrong(f"{error.reason}: {error.message}")
        finally:
            shutil.rmtree(passing)
    await _record(engine, found, by)
    return found


async def _as_if_data_were_lost(engine: Engine, data: BackupFile, key: OpeningKey, passing: Path, found: Drill) -> None:
    await _unpack(data, key, passing / "one.db")
    await copy_together({passing / "one.keys.db": files_of(engine)[1]})
    async with _opened(engine, passing, "one", SigningKey(new_seed()), verify=False) as installation:
        await verify_ledger(installation, found.wrong)
        await _root_is_part_of_todays(engine, installation, data, found)
        done = await recover(installation, by="drill")
        found.restored, found.lost = done.states_restored, done.values_lost
        found.erased = await _nobody_erased_is_readable(installation, found)
        found.people = await _every_state_is_the_newest(installation, found)
        found.epochs = await _open_one_value_of_each_epoch(installation, found)


async def _as_if_all_were_lost(  # noqa: PLR0913 -- two backups
    engine: Engine, data: BackupFile, keys: BackupFile, key: OpeningKey, passing: Path, found: Drill
) -> None:
    await _unpack(data, key, passing / "all.db")
    await _unpack(keys, key, passing / "all.keys.db")
    async with _opened(engine, passing, "all", engine.parts.signing_key, verify=True) as installation:
        await _open_one_value_of_each_epoch(installation, found)
        then = {row.person_id for row in await installation.keys.all(sql.Tombstones)}
        now = {row.person_id for row in await engine.keys.all(sql.Tombstones)}
        reading = await engine.no_log.read()
        if reading.why:
            found.wrong(f"the no-log is not whole: {reading.why}")
        in_no_log = {one["person"] for one in reading.said if one["kind"] == No.ERASED}
        found.returning = sum(1 for one in now - then if engine.no_log.name_of(one) not in in_no_log)
        if found.returning:
            found.wrong("somebody erased since would be back: the no-log does not name them")


async def _unpack(backup: BackupFile, key: OpeningKey, target: Path) -> None:
    await asyncio.get_running_loop().run_in_executor(None, unpack, backup, key, target)
    if wrong := check_database(target):
        raise EvidenceError(f"expected a sound database in the backup, found: {wrong}", reason="backup-changed")


@asynccontextmanager
async def _opened(
    engine: Engine, passing: Path, stem: str, signing_key: SigningKey, *, verify: bool
) -> AsyncIterator[Engine]:
    """Open the restored installation: the running one's provider for opening only, and no file outside the folder."""
    parts: Parts = type(engine.parts)(
        data=SqliteStore(passing / f"{stem}.db", "data"),
        keys=SqliteStore(passing / f"{stem}.keys.db", "keys"),
        provider=_Untouched(engine.provider),
        signing_key=signing_key,
        guarantees=engine.parts.guarantees,
        clock=engine.clock,
        origin=engine.origin,
        outside=None,
        passwords=engine.passwords,
    )
    installation = await type(engine).start(parts, sequence=False, verify=verify)
    try:
        yield installation
    finally:
        await installation.close(integrate=False)


async def _root_is_part_of_todays(engine: Engine, installation: Engine, data: BackupFile, found: Drill) -> None:
    """The restored tree has the root the manifest says, and today's log extends it (unless a new one was opened since)."""
    head = await installation.data.one(sql.HeadGet, name=LOG)
    size, root = (head.size, head.root) if head else (0, b"")
    found.entries = size
    if (size, root.hex()) != (data.manifest.ledger_size, data.manifest.ledger_root):
        found.wrong("the restored ledger is not the one the manifest names")
        return
    now = engine.sequencer.checkpoint
    if not size or now is None or data.manifest.log != int(await engine.meta("log_generation") or "1"):
        return
    if now.size < size:
        found.wrong("the restored ledger is longer than today's")
        return
    verify_consistency(size, now.size, await engine.sequencer.consistency(size, now.size), root, now.root)


async def _nobody_erased_is_readable(installation: Engine, found: Drill) -> int:
    erased = [row.person_id for row in await installation.keys.all(sql.Tombstones)]
    for person_id in erased:
        row = await installation.data.one(sql.StateG, person_id=person_id)
        keys, _ = await installation.keyring.of_person(person_id)
        if row is not None or keys is not None:
            found.wrong("somebody erased since is back")
    return len(erased)


async def _every_state_is_the_newest(installation: Engine, found: Drill) -> int:
    """Each person's choices are those K acknowledged last: a consent withdrawn since stays withdrawn."""
    people = 0
    async for person_id in each_person(installation.data):
        try:
            person = await installation.people.load(person_id)  # refuses a state older than K's copy
        except ErasedError:
            continue
        _, newest = await installation.keyring.of_person(person_id)
        people += 1
        if newest is not None and person.state.g < newest:
            found.wrong("somebody's state is older than what was acknowledged")
    return people


async def _open_one_value_of_each_epoch(installation: Engine, found: Drill) -> tuple[int, ...]:
    used = {row.epoch for row in await installation.keys.all(sql.Epochs) if row.destroyed_at is None}
    opened: set[int] = set()
    async for person_id in each_person(installation.data):
        wrapped = await installation.keys.all(sql.PersonKeys, person_id=person_id)
        epochs = {one.epoch for one in wrapped}
        if wrapped and not epochs <= opened and await _a_value_opens(installation, person_id):
            opened |= epochs
        if used <= opened:
            break
    if used - opened and await installation.data.value(sql.PeopleCount):
        for epoch in sorted(used - opened):
            if await _holds_people(installation, epoch):
                found.wrong(f"no value opens under key epoch {epoch}")
    return tuple(sorted(opened))


async def _a_value_opens(installation: Engine, person_id: bytes) -> bool:
    person = await installation.people.load(person_id, None)
    for slot in person.state.slots:
        try:
            installation.people.open_slot(person, slot)
        except EvidenceError as error:
            if error.reason != "value-missing":  # one given since the backup; counted as lost
                raise
        else:
            return True
    return False


async def _holds_people(installation: Engine, epoch: int) -> bool:
    """Whether a value is sealed under keys of an epoch at all: accounts without one item have none to open."""
    rows = await installation.keys.all(sql.PersonKeysOfEpoch, epoch=epoch, limit=limits.PEOPLE_PAGE)
    for row in rows:
        values = await installation.data.all(sql.ValueAll, person_id=row.person_id)
        if values:
            return True
    return False


async def _record(engine: Engine, found: Drill, by: str) -> None:
    at = engine.clock.now()
    counts = {
        "entries": found.entries, "people": found.people, "erased": found.erased, "restored": found.restored,
        "lost": found.lost, "returning": found.returning, "epochs": list(found.epochs), "problems": found.problems,
    }  # fmt: skip
    entry = entry_of(
        engine,
        operator(by),
        Act.RESTORE_DRILL,
        at=at,
        outcome=Outcome.DONE if found.holds else Outcome.FAILED,
        facts=(
            ("made-at", repr(found.made_at)),
            *((name, str(count)) for name, count in counts.items() if isinstance(count, int)),
            ("problems", str(len(found.problems))),
        ),
    )

    async def body(tx: Transaction) -> None:
        await tx.run(
            "drill_insert",
            drill_id=random_id(),
            at=at,
            made_at=found.made_at,
            holds=int(found.holds),
            result=json.dumps(counts),
        )
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def newest_drill(engine: Engine) -> tuple[float, float, bool, dict[str, object]] | None:
    """Return the newest drill: when, of which moment, whether it held, what was counted; None when there was none."""
    row = await engine.data.one(sql.DrillsNewest, limit=1)
    return (row.at, row.made_at, bool(row.holds), json.loads(row.result)) if row else None
