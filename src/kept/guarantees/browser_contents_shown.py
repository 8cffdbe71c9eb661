"""A page shows what this browser holds for the site, for what, with a button to delete it."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee

GUARANTEE = Guarantee(
    id="browser-contents-shown",
    sentence={
        "en": "A page shows what this browser holds for the site, for what, with a button to delete it.",
        "ja": "このブラウザが保持しているものと目的を示し、削除できるページがあります。",
    },
)
