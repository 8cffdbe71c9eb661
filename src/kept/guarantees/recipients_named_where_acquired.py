"""A third party is named, with items, purpose and means, on the page where the information is acquired."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee
from kept.policy import present
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    policy = engine.policy.policy
    unnamed = [
        f"{point.id}/{recipient}"
        for point in policy.points.values()
        for recipient in point.recipients
        for language in policy.languages
        for stage in point.stages
        if policy.recipients[recipient].names[language]
        not in present.build_notice(policy, point.id, stage, language).text
    ]
    return Finding(not unnamed, "recipients not named on their form: {n}", {"n": len(unnamed)})


GUARANTEE = Guarantee(
    id="recipients-named-where-acquired",
    sentence={
        "en": "A third party is named, with items, purpose and means, on the page where the information is acquired.",
        "ja": "第三者への提供先は、取得するページに、項目・目的・手段とともに明示します。",
    },
    enforced_at=("kept.policy.present.notice_text",),
    check=check,
)
