"""An account exists with a passkey or an issued login name and not one personal item typed."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee
from kept.services.engine.engine import Engine
from kept.store import sql


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    people = await engine.data.value(sql.PeopleCount)
    return Finding(True, "{n} accounts; opening one asks for no item", {"n": people})


GUARANTEE = Guarantee(
    id="account-without-personal-information",
    sentence={
        "en": "An account exists with a passkey or an issued login name and not one personal item typed.",
        "ja": "パスキーまたは発行したログイン名だけで、個人情報を一つも入力せずに会員になれます。",
    },
    enforced_at=("kept.services.accounts.accounts.open_account",),
    check=check,
)
