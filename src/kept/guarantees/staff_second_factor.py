"""Staff sign in with a password and a second factor."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee, Known

GUARANTEE = Guarantee(
    id="staff-second-factor",
    sentence={
        "en": "Staff sign in with a password and a second factor.",
        "ja": "担当者のサインインには、パスワードと第二の要素が必要です。",
    },
    enforced_at=("kept.services.staff.sessions.sign_in",),
    known=Known.BY_CONSTRUCTION,
    shown_by="tests/clauses/test_5_2_unauthorised_access.py",
)
