"""Staff act for the purposes of their role, in a case, for one person, for a limited time."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee, Known

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
    known=Known.BY_CONSTRUCTION,
    shown_by="tests/clauses/test_5_2_unauthorised_access.py",
)
