"""Staff act for the purposes of their role, in a case, for one person, for a limited time."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    roles = engine.policy.policy.roles
    return Finding(
        bool(roles), "{n} roles; a purpose is a right of the role, never a word that is typed", {"n": len(roles)}
    )


GUARANTEE = Guarantee(
    id="purpose-bound-roles",
    sentence={
        "en": "Staff act for the purposes of their role, in a case, for one person, for a limited time.",
        "ja": "担当者は、役割に定めた目的のために、案件ごとに、お一人ずつ、限られた時間だけ扱えます。",
    },
    enforced_at=(
        "kept.services.cases.cases.open_case",
        "kept.policy.reference.decide",
    ),
    check=check,
)
