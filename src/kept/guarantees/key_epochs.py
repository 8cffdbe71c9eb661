"""Key epochs are replaced in time and the old ones destroyed."""

from __future__ import annotations

from kept import limits
from kept.guarantees.guarantee import Finding
from kept.services.engine.engine import Engine
from kept.store import sql


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    rows = await engine.keys.all(sql.Epochs)
    begun = max((row.created_at for row in rows), default=0.0)
    limit = engine.policy.policy.promised("key-epochs", "at-most", limits.KEY_EPOCH_SECONDS)
    days = (engine.clock.now() - begun) / limits.DAY
    return Finding(
        days * limits.DAY <= limit,
        "the current key epoch is {days} days old, at most {most} are promised",
        {"days": round(max(days, 0)), "most": round(limit / limits.DAY)},
    )
