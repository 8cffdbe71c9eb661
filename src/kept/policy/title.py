"""What things are called: the words of every language of a policy, looked up by what they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kept.policy.prefecture import OPTION_TITLES
from kept.policy.translate import Translation


class Titles:
    """Looks words up in every language of the policy.

    Args:
        translations: Every language, the policy's own first.
    """

    def __init__(self, translations: Sequence[Translation]) -> None:
        self._translations = translations
        self._own = translations[0].language

    def of(self, group: str, name: str, own: str = "") -> dict[str, str]:
        """Titles by language; the own language falls back to *own*, then to the id made readable."""
        titles = {self._own: own or name.replace("_", " ").replace("-", " ").capitalize()}
        for translation in self._translations:
            entry = translation.words.get(group, {}).get(name)
            if isinstance(entry, str):
                titles[translation.language] = entry
            elif entry is not None:
                titles[translation.language] = entry["title"]
        return titles

    def descriptions(self, name: str, own: str) -> dict[str, str]:
        """Descriptions of a purpose by language."""
        found = {self._own: own} if own else {}
        for translation in self._translations:
            entry = translation.words.get("purposes", {}).get(name)
            if isinstance(entry, Mapping) and "description" in entry:
                found[translation.language] = entry["description"]
        return found

    def options(self, item: str, of: Any) -> dict[str, dict[str, str]]:
        """Titles of options by option, then language."""
        if isinstance(of, str):
            titles = {option: dict(names) for option, names in OPTION_TITLES[of].items()}
        else:
            titles = {option: {self._own: option.replace("-", " ").replace("_", " ").capitalize()} for option in of}
        for translation in self._translations:
            for option, title in translation.words.get("options", {}).get(item, {}).items():
                if option in titles:
                    titles[option][translation.language] = title
        return titles

    def bodies(self, group: str, name: str, own: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """What is declared of one thing, by language: the own words, with those a translation gives in their place."""
        found = {self._own: dict(own)} if own else {}
        for translation in self._translations:
            entry = translation.words.get(group, {}).get(name)
            if isinstance(entry, Mapping) and own:
                found[translation.language] = {**own, **entry}
        return found

    def needed(self, point: str, reasons: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """Reasons for needed items by item, then language."""
        found = {item: {self._own: reason} for item, reason in reasons.items()}
        for translation in self._translations:
            for item, reason in translation.words.get("needed", {}).get(point, {}).items():
                if item in found:
                    found[item][translation.language] = reason
        return found
