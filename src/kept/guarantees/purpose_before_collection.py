"""No form without purposes; a submission without proof of the notice shown is refused."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee, Known

GUARANTEE = Guarantee(
    id="purpose-before-collection",
    sentence={
        "en": "No form without purposes; a submission without proof of the notice shown is refused.",
        "ja": "利用目的のないフォームはなく、表示した通知の証明がない送信はお断りします。",
    },
    enforced_at=(
        "kept.services.forms.collection.submit",
        "kept.crypto.token.parse_token",
    ),
    known=Known.BY_POLICY_CHECK,
    shown_by="point-without-purpose",
)
