"""Every item can be left empty and the service still answers."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    needed = [f"{point.id}/{item}" for point in engine.policy.policy.points.values() for item in point.needed]
    return Finding(not needed, "items required anywhere: {n}", {"n": len(needed)})


GUARANTEE = Guarantee(
    id="nothing-required",
    sentence={
        "en": "Every item can be left empty and the service still answers.",
        "ja": "どの項目も空欄のままでよく、それでもサービスをご利用いただけます。",
    },
    enforced_at=("kept.services.forms.collection.submit",),
    check=check,
)
