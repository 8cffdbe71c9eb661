"""No undeclared or unconsented cookie leaves the service or reaches it."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee, Known

GUARANTEE = Guarantee(
    id="only-declared-cookies",
    sentence={
        "en": "No undeclared or unconsented cookie leaves the service or reaches it.",
        "ja": "宣言していない、または同意のないクッキーは、出ることも届くこともありません。",
    },
    enforced_at=("kept.cookies.asgi.CookieGate", "kept.web.app.build_app"),
    known=Known.BY_CONSTRUCTION,
    shown_by="tests/clauses/test_3_7_never_for_anything_else.py",
)
