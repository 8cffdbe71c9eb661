"""A cookie's value is readable only by the code of its own purpose."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee, Known

GUARANTEE = Guarantee(
    id="cookie-value-for-its-purpose",
    sentence={
        "en": "A cookie's value is readable only by the code of its own purpose.",
        "ja": "クッキーの値は、その目的のためのコードだけが読めます。",
    },
    enforced_at=("kept.cookies.rules.Jar.value",),
    known=Known.BY_CONSTRUCTION,
    shown_by="tests/clauses/test_3_6_only_as_needed.py",
)
