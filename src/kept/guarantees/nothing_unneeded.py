"""Every item asked for serves a purpose presented; an extra field is refused, not dropped."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee, Known

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
    known=Known.BY_POLICY_CHECK,
    shown_by="point-item-unneeded",
)
