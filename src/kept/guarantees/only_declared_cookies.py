"""No undeclared or unconsented cookie leaves the service or reaches it."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee

GUARANTEE = Guarantee(
    id="only-declared-cookies",
    sentence={
        "en": "No undeclared or unconsented cookie leaves the service or reaches it.",
        "ja": "宣言していない、または同意のないクッキーは、出ることも届くこともありません。",
    },
)
