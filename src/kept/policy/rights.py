"""What a person may ask at the rights desk: of each kind what it names and how grave it is; fees and grounds to refuse it.

Source: APPI Art. 32 to 35, 37 and 38, text in force since 2024-04-01: purposes of use (Art. 32 (2)), disclosure (33), records
of provision (33 (5)), correction, addition and removal (34), stop of use and of provision, and erasure (35).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kept.policy.model import Policy
from kept.policy.words import TOLD, RightsKind

ITEM_KINDS = (RightsKind.CORRECTION, RightsKind.ADDITION, RightsKind.REMOVAL)
"""Those that name an item."""
VALUE_KINDS = (RightsKind.CORRECTION, RightsKind.ADDITION)
"""Those that bring a value."""
PURPOSE_KINDS = (RightsKind.STOP_USE, RightsKind.STOP_PROVISION, RightsKind.WITHDRAWAL, RightsKind.OBJECTION)
"""Those that name a purpose. Each is a no, which anybody's letter may bring: the person sees it and can take it back."""
GRAVE = frozenset({RightsKind.DISCLOSURE, RightsKind.PROVISION_RECORDS, RightsKind.ERASURE, *ITEM_KINDS})
"""Those that tell or lose something if an impostor asks: two members of staff look."""

KIND_TITLES: Mapping[str, Mapping[str, str]] = {
    RightsKind.DISCLOSURE: {"en": "a copy of everything", "ja": "すべての情報の開示"},
    RightsKind.PURPOSES: {"en": "the purposes of use", "ja": "利用目的の通知"},
    RightsKind.PROVISION_RECORDS: {"en": "the records of provision to third parties", "ja": "第三者提供記録の開示"},
    RightsKind.CORRECTION: {"en": "correction", "ja": "訂正"},
    RightsKind.ADDITION: {"en": "addition", "ja": "追加"},
    RightsKind.REMOVAL: {"en": "removal", "ja": "削除"},
    RightsKind.STOP_USE: {"en": "stop of a use", "ja": "利用の停止"},
    RightsKind.STOP_PROVISION: {"en": "stop of provision to third parties", "ja": "第三者への提供の停止"},
    RightsKind.WITHDRAWAL: {"en": "withdrawal of a consent", "ja": "同意の撤回"},
    RightsKind.OBJECTION: {"en": "objection to a use", "ja": "利用への異議"},
    RightsKind.ERASURE: {"en": "erasure", "ja": "消去"},
}
"""What each kind is called, by language."""


def fee_of(policy: Policy, kinds: Iterable[str]) -> str:
    """Return the fee for a request, such as `300 JPY`; empty where the policy declares none for what it asks.

    Args:
        policy: In force.
        kinds: What the request asks for; the fee is taken once.
    """
    fee: Any = _declared(policy).get("fee")
    if fee is None or not set(fee["for"]) & set(kinds) & set(TOLD):
        return ""
    return f"{fee['amount']:g} {fee['currency']}"


def refusals_of(policy: Policy) -> Mapping[str, Mapping[str, str]]:
    """Return the grounds on which a request may be refused, by id: each by language. Empty where the policy declares none."""
    return next((one.said for one in policy.declarations if one.word == "rights"), {})


def _declared(policy: Policy) -> Mapping[str, Any]:
    return next((one.body for one in policy.declarations if one.word == "rights"), {})
