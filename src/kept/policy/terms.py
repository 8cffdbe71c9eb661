"""Terms of other vocabularies a policy may name: a closed list of each, so that a mistyped one is a finding.

Facts, taken over on 2026-11-28:

- `PERSONAL_DATA`, `PURPOSES`: W3C Data Privacy Vocabulary 2.3 (state of 2026-02-28), the terms of the extension `pd` and
  of the module *purposes*, without properties.
- `DATA_CATEGORIES`, `DATA_USES`: fideslang, the default taxonomy of 3.1.4 (state of 2025-12-17).
- `COUNTRIES`: ISO 3166-1 alpha-2, the officially assigned codes in small letters (as of CLDR 47).
"""

from __future__ import annotations

import re
from importlib.resources import files

_LISTS = {
    name: frozenset(words.split())
    for name, words in re.findall(
        r"^\[(\w+)\]\n([^\[]+)", files("kept.policy").joinpath("terms.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
}

PERSONAL_DATA = _LISTS["PERSONAL_DATA"]
"""Categories of personal data, without their prefix `pd:`."""

PURPOSES = _LISTS["PURPOSES"]
"""Purposes, without their prefix `dpv:`."""

DATA_CATEGORIES = _LISTS["DATA_CATEGORIES"]
"""Categories of data of fideslang."""

DATA_USES = _LISTS["DATA_USES"]
"""Uses of data of fideslang."""

COUNTRIES = _LISTS["COUNTRIES"]
"""Countries."""
