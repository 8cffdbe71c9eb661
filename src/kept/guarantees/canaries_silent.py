"""Canary records alarm when they are released."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee

GUARANTEE = Guarantee(
    id="canaries-silent",
    sentence={
        "en": "Canary records alarm when they are released.",
        "ja": "おとりの記録は、持ち出されれば警報になります。",
    },
)
