"""Every item asked for serves a purpose presented; an extra field is refused, not dropped."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    policy = engine.policy.policy
    unused = [
        f"{point.id}/{item}"
        for point in policy.points.values()
        for items in point.stages.values()
        for item in items
        if not any(policy.purposes[one].may_use(item) for one in point.purposes)
    ]
    return Finding(not unused, "items asked for that no presented purpose uses: {n}", {"n": len(unused)})


GUARANTEE = Guarantee(
    id="nothing-unneeded",
    sentence={
        "en": "Every item asked for serves a purpose presented; an extra field is refused, not dropped.",
        "ja": "お尋ねする項目はすべて示した目的に使われ、余分な欄は受け取らずお断りします。",
    },
    enforced_at=(
        "kept.policy.check",
        "kept.services.forms.collection.submit",
    ),
    check=check,
)
