"""A page shows what this browser holds for the site, for what, with a button to delete it."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee, Known

GUARANTEE = Guarantee(
    id="browser-contents-shown",
    sentence={
        "en": "A page shows what this browser holds for the site, for what, with a button to delete it.",
        "ja": "このブラウザが保持しているものと目的を示し、削除できるページがあります。",
    },
    enforced_at=("kept.web.site.cookies.centre",),
    known=Known.BY_CONSTRUCTION,
    shown_by="tests/clauses/test_3_3_on_your_computer.py",
)
