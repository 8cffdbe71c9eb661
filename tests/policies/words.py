"""The built-in promises the sample policies name, as the policy language sees them."""

from __future__ import annotations

from kept.policy.vocabulary import GuaranteeWord, ParameterKind

_PARAMETERS = {
    "break-glass-reviewed": {"within": ParameterKind.DURATION},
    "browser-scan": {"every": ParameterKind.DURATION, "publish": ParameterKind.FLAG},
    "provision-register": {"form": ParameterKind.TEXT, "keep": ParameterKind.DURATION},
    "ledger-consistent": {"checkpoint": ParameterKind.DURATION, "witness": ParameterKind.DURATION},
    "restore-drill": {"every": ParameterKind.DURATION},
    "key-epochs": {"at-most": ParameterKind.DURATION},
    "backups": {"at-most": ParameterKind.DURATION},
}
_IDS = [
    "one-gate",
    "declared-items-only",
    "purpose-before-collection",
    "nothing-unneeded",
    "fair-forms",
    "notice-first",
    "nothing-required",
    "account-without-personal-information",
    "break-glass-reviewed",
    "browser-contents-shown",
    "cookie-value-for-its-purpose",
    "only-declared-cookies",
    "browser-scan",
    "bound-to-notice",
    "consent-checked-when-sent",
    "says-why-you-got-it",
    "no-provision-without-consent",
    "provision-register",
    "recipients-named-where-acquired",
    "released-statistics-only",
    "disclosure-within-request",
    "purpose-bound-roles",
    "staff-second-factor",
    "sign-in-protection",
    "sealed-values",
    "ledger-consistent",
    "restore-drill",
    "keys-apart",
    "key-epochs",
    "canaries-silent",
    "clean-logs",
    "durable-writes",
    "backups",
]

_OPTIONAL = {"ledger-consistent": frozenset({"witness"}), "provision-register": frozenset({"keep"})}

GUARANTEES = {word: GuaranteeWord(word, _PARAMETERS.get(word, {}), _OPTIONAL.get(word, frozenset())) for word in _IDS}
