"""Key epochs are replaced in time and the old ones destroyed."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee
from kept.policy.vocabulary import ParameterKind
from kept.services.engine.engine import Engine
from kept.store import sql


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    rows = await engine.keys.all(sql.Epochs)
    begun = max((row.created_at for row in rows), default=0.0)
    use = next((one for one in engine.policy.policy.guarantees if one.id == "key-epochs"), None)
    most = use.parameters.get("at-most") if use else None
    limit = float(most) if isinstance(most, int | float) else 30 * 86400.0
    days = (engine.clock.now() - begun) / 86400
    return Finding(
        days * 86400 <= limit,
        "the current key epoch is {days} days old, at most {most} are promised",
        {"days": round(max(days, 0)), "most": round(limit / 86400)},
    )


GUARANTEE = Guarantee(
    id="key-epochs",
    sentence={
        "en": "Key epochs are replaced in time and the old ones destroyed.",
        "ja": "鍵の世代を期限内に更新し、古い世代を破棄します。",
    },
    enforced_at=("kept.services.upkeep.key_rotation.rotate",),
    check=check,
    parameters={"at-most": ParameterKind.DURATION},
)
