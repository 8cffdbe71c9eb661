"""Figures leave only through the statistics desk."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee

GUARANTEE = Guarantee(
    id="released-statistics-only",
    sentence={
        "en": "Figures leave only through the statistics desk.",
        "ja": "数値は統計デスクを通してのみ公表します。",
    },
)
