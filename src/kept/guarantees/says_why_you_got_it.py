"""Every message answers why the person got it."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee

GUARANTEE = Guarantee(
    id="says-why-you-got-it",
    sentence={
        "en": "Every message answers why the person got it.",
        "ja": "お届けするすべてのご案内に、届いた理由を示します。",
    },
)
