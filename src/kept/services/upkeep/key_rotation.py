"""Rotation of key epochs: the next becomes current, every key is wrapped anew, the empty epoch is destroyed.

May be repeated from any point: what a kill interrupts goes on where it stopped.
"""

from __future__ import annotations

from dataclasses import dataclass

from kept import limits
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.keyring import INSTALLATION
from kept.services.engine.record import operator, record
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
    """
    at = engine.ready()
    epoch = engine.keyring.epoch + 1
    engine.provider.create(epoch)

    async def begin(tx: Transaction) -> None:
        known = {row.epoch for row in await tx.all(sql.Epochs)}
        if epoch not in known:
            await tx.run("epoch_insert", epoch=epoch, state="current", created_at=at)
        await tx.run("epoch_state", epoch=epoch - 1, state="old", destroyed_at=None)
        await tx.run("current_epoch_put", epoch=epoch)

    await engine.keys.write(begin)
    await engine.keyring.load()
    await record(engine, operator(by), Act.KEYS_ROTATE, facts=(("epoch", str(epoch)),))
    return await finish_rotation(engine, by=by)


async def finish_rotation(engine: Engine, *, by: str) -> Rotated:
    """Wrap what still lies under an older epoch anew, and destroy the older epochs once they are empty."""
    current = engine.keyring.epoch
    rewrapped, destroyed = 0, []
    for row in await engine.keys.all(sql.Epochs):
        epoch = row.epoch
        if epoch == current or row.state == "destroyed":
            continue
        rewrapped += await _rewrap_people(engine, epoch, current)
        rewrapped += await _rewrap_installation(engine, epoch, current)
        rewrapped += await _rewrap_statutory(engine, epoch, current)
        people = await engine.keys.value(sql.PersonKeysCount, epoch=epoch)
        if people or await engine.keys.value(sql.StatutoryCount, epoch=epoch):
            continue
        at = engine.clock.now()
        await engine.keys.scrubbed()
        engine.provider.destroy(epoch)

        async def end(tx: Transaction, one: int = epoch, when: float = at) -> None:
            await tx.run("epoch_state", epoch=one, state="destroyed", destroyed_at=when)
            for tombstone in await tx.all(sql.Tombstones):
                if tombstone.epoch <= one:
                    await tx.run("tombstone_level", person_id=tombstone.person_id, level="epoch destroyed")

        await engine.keys.write(end)
        await record(engine, operator(by), Act.EPOCH_DESTROY, facts=(("epoch", str(epoch)),))
        destroyed.append(epoch)
    return Rotated(current, rewrapped, tuple(destroyed))


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
        await engine.keys.write(lambda tx, them=fresh: tx.many("person_key_rewrap", them))  # type: ignore[misc]
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
        await engine.keys.write(lambda tx, them=fresh: tx.many("statutory_rewrap", them))  # type: ignore[misc]
        total += len(fresh)
    return total


async def _rewrap_installation(engine: Engine, epoch: int, current: int) -> int:
    rows = [row for row in await engine.keys.all(sql.SystemKeys) if row.epoch == epoch]
    fresh = []
    for name, _, wrapped in rows:
        key = engine.provider.unwrap(epoch, wrapped, wrap_binding(INSTALLATION, name, "installation", epoch))
        again = engine.provider.wrap(current, key, wrap_binding(INSTALLATION, name, "installation", current))
        fresh.append({"name": name, "epoch": current, "wrapped": again, "old_epoch": epoch})
    await engine.keys.write(lambda tx: tx.many("system_key_rewrap", fresh))
    return len(fresh)
