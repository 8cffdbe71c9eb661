"""one-gate: a built-in promise; its sentence stands below."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee, Known

GUARANTEE = Guarantee(
    id="one-gate",
    sentence={
        "en": "Personal information leaves the vault only through the gate, which decides, opens, records and only then returns.",
        "ja": "個人情報は、判断し、開き、記録してからでなければ渡さない「ゲート」だけを通って出ます。",
    },
    enforced_at=(
        "kept.services.gate.gate.read",
        "kept.services.my_data.own_data.own_data",
    ),
    known=Known.BY_CONSTRUCTION,
    shown_by="tests/clauses/test_0_1_good_faith.py",
)
