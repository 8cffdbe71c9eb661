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
