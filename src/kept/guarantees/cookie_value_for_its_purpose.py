"""A cookie's value is readable only by the code of its own purpose."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee

GUARANTEE = Guarantee(
    id="cookie-value-for-its-purpose",
    sentence={
        "en": "A cookie's value is readable only by the code of its own purpose.",
        "ja": "クッキーの値は、その目的のためのコードだけが読めます。",
    },
)
