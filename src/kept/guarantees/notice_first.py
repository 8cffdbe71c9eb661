"""The notice stands on the form before the fields; its words are recorded by hash, version and language."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee, Known

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
    known=Known.BY_CONSTRUCTION,
    shown_by="tests/clauses/test_2_6_understood_before.py",
)
