"""Backups are tested by restoring, and never bring erased people or withdrawn consent back."""

from __future__ import annotations

from kept import limits
from kept.guarantees.guarantee import Finding
from kept.services.backups.drill import newest_drill
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the newest restore drill is young enough and found nothing wrong."""
    most = engine.policy.policy.promised("restore-drill", "every", limits.DRILL_EVERY_DAYS * limits.DAY) / limits.DAY
    last = await newest_drill(engine)
    if last is None:
        return Finding(False, "no restore drill yet: kept backup drill")
    at, _, holds, counted = last
    if not holds:
        return Finding(False, "the last restore drill found the backup not sound")
    days = (engine.clock.now() - at) / limits.DAY
    return Finding(
        days <= most,
        "the last restore drill, {days} days ago, opened {people} people and brought nobody back; every {most} days promised",
        {"days": round(days), "people": str(counted.get("people", 0)), "most": round(most)},
    )
