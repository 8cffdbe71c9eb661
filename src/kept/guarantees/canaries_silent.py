"""Canary records alarm when they are released."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee, Known
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


GUARANTEE = Guarantee(
    id="canaries-silent",
    sentence={
        "en": "Canary records alarm when they are released.",
        "ja": "おとりの記録は、持ち出されれば警報になります。",
    },
    enforced_at=("kept.services.gate.gate.read", "kept.services.gate.canaries.alarm"),
    known=Known.WATCHED,
    check=check,
    shown_by="tests/clauses/test_5_5_canaries.py::test_opening_one_is_an_alarm_in_the_entrys_own_transaction",
)
