"""The notice stands on the form before the fields; its words are recorded by hash, version and language."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee
from kept.policy import present
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    policy = engine.policy.policy
    built = [
        present.build_notice(policy, point.id, stage, language).id
        for point in policy.points.values()
        for stage in point.stages
        for language in policy.languages
    ]
    return Finding(True, "{n} notices in {m} languages can be shown", {"n": len(built), "m": len(policy.languages)})


GUARANTEE = Guarantee(
    id="notice-first",
    sentence={
        "en": "The notice stands on the form before the fields; its words are recorded by hash, version and language.",
        "ja": "通知は入力欄より先に示し、その文言をハッシュ・版・言語とともに記録します。",
    },
    enforced_at=(
        "kept.policy.present.build_notice",
        "kept.services.forms.collection.present_form",
    ),
    check=check,
)
