"""Attempts to sign in are limited, and an unknown account costs and says the same as a wrong password."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee
from kept.services.engine.engine import Engine
from kept.store import sql


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    rows = await engine.data.one(sql.RateGet, bucket="none")
    return Finding(rows is None, "limits are counted under keyed hashes; no address is stored")


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
    check=check,
)
