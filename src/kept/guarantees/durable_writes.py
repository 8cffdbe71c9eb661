"""Nothing acknowledged is lost by a kill, a full disk or a failed transaction."""

from __future__ import annotations

from kept import limits
from kept.guarantees.guarantee import Finding
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    oldest = await engine.sequencer.oldest_waiting_since()
    waits = engine.clock.now() - oldest if oldest else 0.0
    return Finding(
        waits < limits.ENTRY_WAITING_SECONDS,
        "the oldest entry not integrated has waited {seconds} s",
        {"seconds": round(waits, 1)},
    )
