"""Acts that were claimed and not finished: each is held against what the other database, or the disk, says of it, and recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kept.errors import BusyError, ConflictError
from kept.services.engine import claims
from kept.services.engine.engine import Engine
from kept.services.upkeep.backup_record import record_backup, record_key
from kept.services.upkeep.key_rotation import record_destruction, record_rotation
from kept.store import sql
from kept.store.interface import Transaction

Recording = Callable[[Engine, str, str], Awaitable[None]]
RECORDING: dict[str, Recording] = {
    claims.ROTATE: record_rotation,
    claims.DESTROY: record_destruction,
    claims.BACKUP_KEY: record_key,
    claims.BACKUP: record_backup,
}
"""What records an act, given its subject and what its claim noted; an erasure is finished by its own file."""


async def finish_claimed(engine: Engine) -> int:
    """Take over every claim whose holder is gone or late, and record what was done under it; return how many there were.

    Args:
        engine: Open.
    """
    finished = 0
    for row in await engine.data.all(sql.Claims):
        recording = RECORDING.get(row.what)
        if recording is None or (row.what == claims.BACKUP and claims.lives(row.holder)):  # a backup may take hours
            continue
        at = engine.clock.now()
        if row.holder == engine.holder and row.until > at:
            continue  # this very process is at it

        async def take(tx: Transaction, one: sql.Claims = row, when: float = at) -> None:
            await claims.take(tx, one.what, one.subject, engine.holder, when)

        try:
            await engine.data.write(take)
        except (BusyError, ConflictError):
            continue  # its holder goes on with it, or somebody else was faster
        await recording(engine, row.subject, row.facts)
        finished += 1
    return finished
