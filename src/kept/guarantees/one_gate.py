"""one-gate: a built-in promise; its sentence stands below."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee
from kept.services.engine.engine import Engine
from kept.services.gate.history import newest_entries


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    newest = await newest_entries(engine, 1)
    engine.ready()
    if not newest:
        return Finding(True, "the gate is open; nothing recorded yet")
    return Finding(True, "the gate is open; last entry {entry}", {"entry": newest[0].entry_id[:12]})


GUARANTEE = Guarantee(
    id="one-gate",
    sentence={
        "en": "Personal information leaves the vault only through the gate, which decides, opens, records and only then returns.",
        "ja": "個人情報は、判断し、開き、記録してからでなければ渡さない「ゲート」だけを通って出ます。",
    },
    enforced_at=(
        "kept.services.gate.gate.Gate.read",
        "kept.services.my_data.own_data.own_data",
    ),
    check=check,
)
