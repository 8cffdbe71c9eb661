"""Consent and stop lists are decided again in the transaction that sends."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee

GUARANTEE = Guarantee(
    id="consent-checked-when-sent",
    sentence={
        "en": "Consent and stop lists are decided again in the transaction that sends.",
        "ja": "同意と配信停止は、送信する処理の中であらためて確かめます。",
    },
)
