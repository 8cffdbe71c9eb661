"""Nothing goes to a third party without the person's consent."""

from __future__ import annotations

from kept.guarantees.guarantee import Guarantee, Known

GUARANTEE = Guarantee(
    id="no-provision-without-consent",
    sentence={
        "en": "Nothing goes to a third party without the person's consent.",
        "ja": "ご本人の同意なく、第三者に提供しません。",
    },
    enforced_at=("kept.policy.reference.decide", "kept.services.third_parties.provisions.provide"),
    known=Known.BY_CONSTRUCTION,
    shown_by="tests/clauses/test_4_6_third_party_consent.py",
)
