"""Encrypted backups are made in time."""

from __future__ import annotations

from kept import limits
from kept.guarantees.guarantee import Finding
from kept.services.backups.backup import newest_at, newest_gone, promised
from kept.services.engine.engine import Engine
from kept.services.upkeep.backup_record import backup_key


async def check(engine: Engine) -> Finding:
    """Look whether both databases were backed up within the promised time, to a key that is registered, and both still lie there."""
    last = await newest_at(engine)
    if last is None:
        return Finding(False, "no backup of both databases yet: kept backup create")
    if not await backup_key(engine):
        return Finding(False, "the backup key was changed by hand: register it again")
    if gone := await newest_gone(engine):
        return Finding(False, "the newest backup does not lie, whole, where it was made: {file}", {"file": gone})
    hours, most = (engine.clock.now() - last) / limits.HOUR, promised(engine) / limits.HOUR
    return Finding(
        hours <= most,
        "the last backup of both databases is {hours} hours old, at most {most} promised",
        {"hours": round(hours), "most": round(most)},
    )
