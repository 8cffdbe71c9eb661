"""No form without purposes; a submission without proof of the notice shown is refused."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    points = engine.policy.policy.points.values()
    without = [point.id for point in points if not point.purposes]
    return Finding(not without, "{n} collection points, {m} without a purpose", {"n": len(points), "m": len(without)})


GUARANTEE = Guarantee(
    id="purpose-before-collection",
    sentence={
        "en": "No form without purposes; a submission without proof of the notice shown is refused.",
        "ja": "利用目的のないフォームはなく、表示した通知の証明がない送信はお断りします。",
    },
    enforced_at=(
        "kept.services.forms.collection.submit",
        "kept.crypto.token.parse_token",
    ),
    check=check,
)
