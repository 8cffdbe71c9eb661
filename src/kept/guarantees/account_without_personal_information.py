"""An account exists with a passkey or an issued login name and not one personal item typed."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee, Known

GUARANTEE = Guarantee(
    id="account-without-personal-information",
    sentence={
        "en": "An account exists with a passkey or an issued login name and not one personal item typed.",
        "ja": "パスキーまたは発行したログイン名だけで、個人情報を一つも入力せずに会員になれます。",
    },
    enforced_at=("kept.services.accounts.accounts.open_account",),
    known=Known.BY_CONSTRUCTION,
    shown_by="tests/clauses/test_2_7_entirely_optional.py",
)
