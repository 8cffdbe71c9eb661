"""A third party is named, with items, purpose and means, on the page where the information is acquired."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee, Known

GUARANTEE = Guarantee(
    id="recipients-named-where-acquired",
    sentence={
        "en": "A third party is named, with items, purpose and means, on the page where the information is acquired.",
        "ja": "第三者への提供先は、取得するページに、項目・目的・手段とともに明示します。",
    },
    enforced_at=("kept.policy.present.notice_text",),
    known=Known.BY_POLICY_CHECK,
    shown_by="recipient-not-named",
)
