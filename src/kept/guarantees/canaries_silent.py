"""Canary records alarm when they are released."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding
from kept.services.engine.engine import Engine
from kept.services.gate.canaries import standing_alarms


async def check(engine: Engine) -> Finding:
    """Look whether canaries are planted and no alarm waits for somebody to look into it."""
    planted = len(engine.canaries)
    if not planted:
        return Finding(False, "no canary planted yet: kept canary plant")
    standing = await standing_alarms(engine)
    return Finding(
        not standing, "{n} canaries planted, {m} alarms nobody has looked into", {"n": planted, "m": standing}
    )
