"""A disclosure the law requires covers what the request names and nothing beyond it."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee

GUARANTEE = Guarantee(
    id="disclosure-within-request",
    sentence={
        "en": "A disclosure the law requires covers what the request names and nothing beyond it.",
        "ja": "法令に基づく開示は、求められた範囲に限ります。",
    },
)
