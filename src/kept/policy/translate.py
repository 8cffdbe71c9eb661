"""Translations: which are complete and fresh, and the words they bring.

A translation names the version and the hash of the first file; missing or stale means no form in that language.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kept.policy.findings import Place, Report
from kept.policy.markdown import Document

Words = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Translation:
    """One language of the policy: its document, its words, its front matter."""

    language: str
    document: Document
    words: Words
    front: Mapping[str, Any]


def file_hash(content: bytes) -> str:
    """Return what a translation names as `hash`: hex SHA-256 of the first file's bytes."""
    return hashlib.sha256(content).hexdigest()


def accept_translation(translation: bytes, first: bytes, version: int) -> bytes:
    """Return *translation* naming *first* and its version: somebody has read both and found them to say the same."""
    front, mark, rest = translation.decode("utf-8").partition("\n---")
    front = re.sub(r"(?m)^(\s+hash:\s*)[^\n]*$", rf"\g<1>{file_hash(first)}", front, count=1)
    front = re.sub(r"(?m)^(\s+version:\s*)[0-9]+\s*$", rf"\g<1>{version}", front, count=1)
    return (front + mark + rest).encode()


def is_fresh(translation: Translation, first: Document, first_hash: str, version: int, report: Report) -> bool:
    """Whether *translation* belongs to this very first file, with the same clauses; findings say why not."""
    place = Place(translation.document.file, 1, 1)
    named = translation.front["translates"]
    if named["hash"] != first_hash or named["version"] != version:
        message = f"expected a translation of version {version} as it stands, found one of an earlier text"
        hint = "read the changes, translate them, then `kept accept` with the first file"
        report.error(place, "translation-stale", message, hint=hint, clause="")
        return False
    return _same_clauses(translation, first, place, report)


def _same_clauses(translation: Translation, first: Document, place: Place, report: Report) -> bool:
    ours = [*first.clauses, *(part.id for part in first.parts)]
    theirs = [*translation.document.clauses, *(part.id for part in translation.document.parts)]
    missing = [clause for clause in ours if clause not in theirs]
    extra = [clause for clause in theirs if clause not in ours]
    for clause in missing:
        message = f"expected every clause in `{translation.language}`, found no `{clause}`"
        report.error(place, "translation-clause", message, clause=clause)
    for clause in extra:
        where = translation.document.clauses.get(clause, place)
        message = f"expected only clauses of the first file, found `{clause}`"
        report.error(where, "translation-clause", message, clause=clause)
    return not missing and not extra


def has_words(translation: Translation, needed: Iterable[tuple[str, str, str]], report: Report) -> bool:
    """Whether *translation* names everything people read.

    Args:
        translation: The translation.
        needed: (group of `words`, id, option id or empty) of everything that needs a word.
        report: Where missing words go, one finding for each group.
    """
    missing: dict[str, list[str]] = {}
    for group, word, option in needed:
        entry = translation.words.get(group, {}).get(word)
        if entry is None or (option and option not in entry):
            missing.setdefault(group, []).append(f"{word}.{option}" if option else word)
    for group, words in missing.items():
        shown = ", ".join(words[:8]) + (", …" if len(words) > 8 else "")  # noqa: PLR2004 -- a line's worth
        message = f"expected a word in `{translation.language}` for each of {group}, found none for {shown}"
        report.error(Place(translation.document.file, 1, 1), "translation-word", message, clause="")
    return not missing
