"""Rotation of key epochs: the next becomes current, every key is wrapped anew, the empty epoch is destroyed.

May be repeated from any point: what a kill interrupts goes on where it stopped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from kept import limits
from kept.errors import BusyError, ConflictError
from kept.services.engine import claims
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.keyring import INSTALLATION, hold_epoch
from kept.services.engine.record import entry_of, operator
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.sealed import wrap_binding


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did: the epoch now current, keys wrapped anew, epochs destroyed."""

    epoch: int
    rewrapped: int
    destroyed: tuple[int, ...]


async def epochs(engine: Engine) -> list[sql.Epochs]:
    """Return every epoch of the key of keys: its number, its state, and since when."""
    return await engine.keys.all(sql.Epochs)


async def rotate(engine: Engine, *, by: str) -> Rotated:
    """Make the next epoch current, wrap every key anew, destroy what is empty.

    Args:
        engine: Open; the only process that wraps keys.
        by: Who rotates: an operator's name on the machine.

    Raises:
        ConflictError: Somebody else has rotated meanwhile; nothing was changed.
    """
    at = engine.ready()
    before = await engine.keyring.open_current()
    epoch = before + 1
    facts = json.dumps({"by": by, "at": at})
    engine.provider.create(epoch)
    await engine.data.write(lambda tx: claims.take(tx, claims.ROTATE, str(epoch), engine.holder, at, facts))

    async def begin(tx: Transaction) -> None:
        if not await tx.run("current_epoch_move", epoch=epoch, expected=before):
            raise ConflictError(
                "expected the epoch this process knows to be current, found another",
                reason="epoch-moved",
                hint="somebody else rotated; look with `kept keys show`",
            )
        await tx.run("epoch_insert", epoch=epoch, state="current", created_at=at)
        await tx.run("epoch_state", epoch=before, state="old", destroyed_at=None)

    await engine.keys.write(begin)
    await engine.keyring.load()
    await record_rotation(engine, str(epoch), facts)
    return await finish_rotation(engine, by=by)


async def record_rotation(engine: Engine, subject: str, facts: str) -> None:
    """Record that an epoch became current, where K says so, and end the claim on it; where K does not, it never began.

    Args:
        engine: Open; it holds the claim, or had it.
        subject: The epoch.
        facts: What the claim noted.
    """
    noted = json.loads(facts)
    done = (await engine.keys.value(sql.CurrentEpochGet) or 0) >= int(subject)
    entry = entry_of(engine, operator(noted["by"]), Act.KEYS_ROTATE, at=noted["at"], facts=(("epoch", subject),))
    await claims.finish(engine.data, claims.ROTATE, subject, engine.holder, [entry] if done else [], noted["at"])


async def finish_rotation(engine: Engine, *, by: str) -> Rotated:
    """Wrap what still lies under an older epoch anew, and destroy the older epochs once they are empty.

    What is current is read from K, and its root opened, by this very process: a root is never destroyed on what was remembered.
    """
    current = await engine.keyring.open_current()
    rewrapped, destroyed = 0, []
    for row in await engine.keys.all(sql.Epochs):
        epoch = row.epoch
        if epoch >= current or row.state == "destroyed":
            continue
        rewrapped += await _rewrap_people(engine, epoch, current)
        rewrapped += await _rewrap_installation(engine, epoch, current)
        rewrapped += await _rewrap_statutory(engine, epoch, current)
        if await _destroy(engine, epoch, current, by):
            destroyed.append(epoch)
    return Rotated(current, rewrapped, tuple(destroyed))


async def _destroy(engine: Engine, epoch: int, current: int, by: str) -> bool:
    """Destroy an epoch's root when K says, in one transaction, that nothing is wrapped under it and nothing will be."""

    async def may_end(tx: Transaction) -> bool:
        await hold_epoch(tx, current)  # whoever would wrap under the old one is refused by the same row
        counts = (sql.PersonKeysCount, sql.StatutoryCount, sql.SystemKeysCount)
        if any([await tx.value(one, epoch=epoch) for one in counts]):
            return False
        await tx.run("epoch_state", epoch=epoch, state="ending", destroyed_at=None)
        return True

    if not await engine.keys.write(may_end):
        return False
    if await engine.keyring.open_current() != current:
        return False
    at, subject = engine.clock.now(), str(epoch)
    facts = json.dumps({"by": by, "at": at})
    try:
        await engine.data.write(lambda tx: claims.take(tx, claims.DESTROY, subject, engine.holder, at, facts))
    except BusyError:
        return False  # somebody else destroys it
    await engine.keys.scrubbed()
    engine.provider.destroy(epoch)

    async def end(tx: Transaction) -> None:
        await tx.run("epoch_state", epoch=epoch, state="destroyed", destroyed_at=at)
        for tombstone in await tx.all(sql.Tombstones):
            if tombstone.epoch <= epoch:
                await tx.run("tombstone_level", person_id=tombstone.person_id, level="epoch destroyed")

    await engine.keys.write(end)
    await record_destruction(engine, subject, facts)
    return True


async def record_destruction(engine: Engine, subject: str, facts: str) -> None:
    """Record that an epoch was destroyed, where K says so, and end the claim on it; where K does not, it is gone on with.

    Args:
        engine: Open; it holds the claim, or had it.
        subject: The epoch.
        facts: What the claim noted.
    """
    noted = json.loads(facts)
    states = {row.epoch: row.state for row in await engine.keys.all(sql.Epochs)}
    entry = entry_of(engine, operator(noted["by"]), Act.EPOCH_DESTROY, at=noted["at"], facts=(("epoch", subject),))
    done = states.get(int(subject)) == "destroyed"
    await claims.finish(engine.data, claims.DESTROY, subject, engine.holder, [entry] if done else [], noted["at"])


async def _rewrap_people(engine: Engine, epoch: int, current: int) -> int:
    total = 0
    while rows := await engine.keys.all(sql.PersonKeysOfEpoch, epoch=epoch, limit=limits.PEOPLE_PAGE):
        fresh = []
        for row in rows:
            owner = row.person_id
            key = engine.provider.unwrap(epoch, row.wrapped, wrap_binding(owner, row.key_id, row.kind, epoch))
            again = engine.provider.wrap(current, key, wrap_binding(owner, row.key_id, row.kind, current))
            fresh.append(
                {"person_id": owner, "key_id": row.key_id, "epoch": current, "wrapped": again, "old_epoch": epoch}
            )
        await _rewrap(engine, "person_key_rewrap", fresh, current)
        total += len(fresh)
    return total


async def _rewrap_statutory(engine: Engine, epoch: int, current: int) -> int:
    """Wrap anew what stays of erased people's keys."""
    total = 0
    while rows := await engine.keys.all(sql.StatutoryOfEpoch, epoch=epoch, limit=limits.PEOPLE_PAGE):
        fresh = []
        for key_id, person_id, wrapped in rows:
            owner = person_id
            key = engine.provider.unwrap(epoch, wrapped, wrap_binding(owner, key_id, "statutory", epoch))
            again = engine.provider.wrap(current, key, wrap_binding(owner, key_id, "statutory", current))
            fresh.append({"key_id": key_id, "epoch": current, "wrapped": again, "old_epoch": epoch})
        await _rewrap(engine, "statutory_rewrap", fresh, current)
        total += len(fresh)
    return total


async def _rewrap_installation(engine: Engine, epoch: int, current: int) -> int:
    rows = [row for row in await engine.keys.all(sql.SystemKeys) if row.epoch == epoch]
    fresh = []
    for name, _, wrapped in rows:
        key = engine.provider.unwrap(epoch, wrapped, wrap_binding(INSTALLATION, name, "installation", epoch))
        again = engine.provider.wrap(current, key, wrap_binding(INSTALLATION, name, "installation", current))
        fresh.append({"name": name, "epoch": current, "wrapped": again, "old_epoch": epoch})
    await _rewrap(engine, "system_key_rewrap", fresh, current)
    return len(fresh)


async def _rewrap(engine: Engine, statement: str, rows: list[dict[str, object]], current: int) -> None:
    """Write keys wrapped anew, as long as the epoch they are wrapped under is the current one."""

    async def body(tx: Transaction) -> None:
        await hold_epoch(tx, current)
        await tx.many(statement, rows)

    await engine.keys.write(body)
