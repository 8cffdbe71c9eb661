"""The laws a policy may name in its front matter: they stand on the page, and in its data form under their DPV term.

Source: the terms are those of the legal extensions of DPV 2.3.
"""

from __future__ import annotations

LAWS: dict[str, dict[str, str]] = {
    "jp-appi": {
        "term": "legal-jp:law-APPI",
        "en": "Act on the Protection of Personal Information (Japan)",
        "ja": "個人情報の保護に関する法律",
    },
    "eu-gdpr": {
        "term": "legal-eu:law-GDPR",
        "en": "General Data Protection Regulation (European Union)",
        "ja": "EU一般データ保護規則（GDPR）",
    },
    "gb-gdpr": {
        "term": "legal-gb:law-GDPR",
        "en": "General Data Protection Regulation (United Kingdom)",
        "ja": "英国一般データ保護規則（UK GDPR）",
    },
}
"""By id: its DPV term, and its title by language."""

_EEA = frozenset("at be bg hr cy cz dk ee fi fr de gr hu ie is it li lv lt lu mt nl no pl pt ro sk si es se".split())
HOME: dict[str, frozenset[str]] = {"jp-appi": frozenset({"jp"}), "eu-gdpr": _EEA, "gb-gdpr": frozenset({"gb"})}
"""Countries that are not abroad under a law: whoever else receives something is said to be so, with what protects it there.

Source: APPI Art. 28 with the enforcement rules Art. 15-18; GDPR Art. 44 (the European Economic Area) and its form in the United
Kingdom. Countries a decision holds to be equivalent are abroad here as well: a policy that says more is no worse.
"""

APPI_CONTROLLER = ("address", "representative", "complaints", "requests", "security")
"""What stands under `controller` where the policy names the law `jp-appi`; `fee` too, where there is one.

Source: APPI Art. 32 (1) with the Cabinet Order Art. 10, as in force on 2025-06-01.
"""


def is_abroad(country: str, laws: tuple[str, ...]) -> bool:
    """Whether a country lies abroad under one of *laws*; False where no law is named."""
    return any(country not in HOME[law] for law in laws)
