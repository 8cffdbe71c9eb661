"""Attempts to sign in are limited, and an unknown account costs and says the same as a wrong password."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee, Known

GUARANTEE = Guarantee(
    id="sign-in-protection",
    sentence={
        "en": "Attempts to sign in are limited, and an unknown account costs and says the same as a wrong password.",
        "ja": "サインインの試行は制限され、存在しないアカウントでも同じ手間と同じ答えです。",
    },
    enforced_at=(
        "kept.services.accounts.rate_limits.Limits.count",
        "kept.crypto.password.Passwords.verify_password",
    ),
    known=Known.BY_CONSTRUCTION,
    shown_by="tests/clauses/test_2_7_entirely_optional.py",
)
