"""Whoever has something of a person who took their consent back is told to give it up, and confirms it by its day."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding
from kept.services.engine.engine import Engine
from kept.services.third_parties.recalls import open_recalls


async def check(engine: Engine) -> Finding:
    """Look whether every recall that is not confirmed is still within its time."""
    waiting, now = await open_recalls(engine), engine.clock.now()
    overdue = sum(one.people for one in waiting if one.due_at < now)
    if overdue:
        return Finding(False, "{n} recalls are overdue: no recipient confirmed them", {"n": overdue})
    return Finding(
        True, "{n} recalls wait for a confirmation, none of them overdue", {"n": sum(one.people for one in waiting)}
    )
