"""Whether the no-log still lies where it was handed to: what a place lost is handed to it again, and that it was lost is recorded."""

from __future__ import annotations

from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.record import SYSTEM, record


async def look_at_no_log(engine: Engine) -> list[str]:
    """Look at every place that can be seen from here; return the names of those that had lost lines.

    Args:
        engine: Open.

    Raises:
        StoreError: The ledger cannot be written.
    """
    lost = await engine.no_log.look()
    if lost:
        facts = (("places", " ".join(lost)),)
        await record(engine, SYSTEM, Act.NO_LOG_LOST, outcome=Outcome.FAILED, facts=facts)
        await engine.no_log.deliver()
    return lost
