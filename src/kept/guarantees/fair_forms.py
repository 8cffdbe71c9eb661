"""fair-forms: a built-in promise; its sentence stands below."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee, Known

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
    known=Known.BY_CONSTRUCTION,
    shown_by="tests/clauses/test_2_3_lawful_and_fair.py",
)
