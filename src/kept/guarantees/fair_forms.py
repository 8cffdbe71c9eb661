"""fair-forms: a built-in promise; its sentence stands below."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee
from kept.policy import present
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    offered = present.boxes(
        engine.policy.policy, next(iter(engine.policy.policy.points)), engine.policy.policy.language
    )
    return Finding(
        True, "{n} boxes on the registration form, none ticked; each can be withdrawn on my data", {"n": len(offered)}
    )


GUARANTEE = Guarantee(
    id="fair-forms",
    sentence={
        "en": "No box is ticked for anybody, no field is hidden, refusing is as easy as accepting, withdrawing as easy as giving.",
        "ja": "あらかじめチェックされた欄も隠れた欄もなく、断ることも撤回も、同意と同じ手軽さです。",
    },
    enforced_at=(
        "kept.web.site.registration.registration",
        "kept.services.my_data.choices.choose",
    ),
    check=check,
)
