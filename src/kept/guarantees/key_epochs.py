"""Key epochs are replaced in time and the old ones destroyed."""

from __future__ import annotations

from kept import limits
from kept.guarantees.guarantee import Finding, Guarantee, Known
from kept.policy.vocabulary import ParameterKind
from kept.services.engine.engine import Engine
from kept.store import sql


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    rows = await engine.keys.all(sql.Epochs)
    begun = max((row.created_at for row in rows), default=0.0)
    use = next((one for one in engine.policy.policy.guarantees if one.id == "key-epochs"), None)
    most = use.parameters.get("at-most") if use else None
    limit = float(most) if isinstance(most, int | float) else limits.KEY_EPOCH_SECONDS
    days = (engine.clock.now() - begun) / limits.DAY
    return Finding(
        days * limits.DAY <= limit,
        "the current key epoch is {days} days old, at most {most} are promised",
        {"days": round(max(days, 0)), "most": round(limit / limits.DAY)},
    )


GUARANTEE = Guarantee(
    id="key-epochs",
    sentence={
        "en": "Key epochs are replaced in time and the old ones destroyed.",
        "ja": "鍵の世代を期限内に更新し、古い世代を破棄します。",
    },
    enforced_at=("kept.services.upkeep.key_rotation.rotate",),
    known=Known.WATCHED,
    check=check,
    shown_by="tests/unit/guarantees/test_watched.py::test_a_key_epoch_that_is_too_old",
    parameters={"at-most": ParameterKind.DURATION},
)
