"""Canary records alarm when they are released."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kept.guarantees.guarantee import Finding, Guarantee
from kept.services.canaries import standing_alarms

if TYPE_CHECKING:
    from kept.services.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether canaries are planted and no alarm waits for somebody to look into it."""
    planted = len(engine.canaries)
    if not planted:
        return Finding(False, "no canary planted yet: kept canary plant")
    standing = await standing_alarms(engine)
    return Finding(
        not standing, "{n} canaries planted, {m} alarms nobody has looked into", {"n": planted, "m": standing}
    )


GUARANTEE = Guarantee(
    id="canaries-silent",
    sentence={
        "en": "Canary records alarm when they are released.",
        "ja": "おとりの記録は、持ち出されれば警報になります。",
    },
    enforced_at=("kept.services.gate.Gate.read", "kept.services.canaries.alarm"),
    check=check,
)
