"""Whoever asks about their own information is answered by the day the policy names."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding
from kept.services.engine.engine import Engine
from kept.store import sql


async def check(engine: Engine) -> Finding:
    """Look whether every request that nobody has answered is still within its time."""
    overdue = await engine.data.value(sql.RightsOverdue, at=engine.clock.now())
    if overdue:
        return Finding(False, "{n} requests about people's own information are overdue", {"n": overdue})
    waiting = await engine.data.value(sql.RightsWaiting)
    return Finding(
        True, "{n} requests about people's own information wait for an answer, none of them overdue", {"n": waiting}
    )
