"""Every item can be left empty and the service still answers."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee, Known

GUARANTEE = Guarantee(
    id="nothing-required",
    sentence={
        "en": "Every item can be left empty and the service still answers.",
        "ja": "どの項目も空欄のままでよく、それでもサービスをご利用いただけます。",
    },
    enforced_at=("kept.services.forms.collection.submit",),
    known=Known.BY_POLICY_CHECK,
    shown_by="needed-but-optional",
)
