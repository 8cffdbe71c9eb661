"""A policy put together from what was read: every declaration in every language, sections and clauses, and its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from kept.policy import declare
from kept.policy.day import UNDECLARED
from kept.policy.model import Block, Clause, Declaration, Policy, Section
from kept.policy.reading import Found, Reading
from kept.policy.title import Titles
from kept.policy.translate import Translation
from kept.policy.words import ClauseKind

T = TypeVar("T")
ZONE = "time-zone"
"""Word of the controller for the zone whose days count."""

KEPT_WORDS = (
    "segments", "sources", "addresses", "joint-use", "external-transmissions", "keep", "statistics", "disclosure",
    "rights",
)  # fmt: skip
"""Words kept as plain `Declaration`s."""
SAID_WORDS = frozenset({"joint-use", "external-transmissions"})
"""Those a translation says in its own words."""


def assemble(
    reading: Reading, front: Mapping[str, Any], translations: list[Translation], effective_at: float, files_hash: str
) -> Policy:
    """Put a policy together.

    Args:
        reading: What its files declare; no error was found.
        front: The first file's front matter.
        translations: Every complete language, the policy's own first.
        effective_at: Begin of the day it may come into force, unix seconds.
        files_hash: As `policy_hash` gives it.
    """
    titles = Titles(translations)
    publish = front.get("publish", {})

    def every(word: str, make: Callable[[str, Found, Titles], T]) -> dict[str, T]:
        return {name: make(name, found, titles) for name, found in reading.all(word)}

    recipients = every("recipients", declare.recipient)
    return Policy(
        id=front["policy"],
        version=front["version"],
        effective=front["effective"],
        effective_at=effective_at,
        language=front["language"],
        languages=tuple(translation.language for translation in translations),
        hash=files_hash,
        controller={word: text for word, text in front["controller"].items() if word != ZONE},
        time_zone=front["controller"].get(ZONE, UNDECLARED),
        law=front.get("law", ()),
        publish_states=publish.get("states", False),
        publish_counts=publish.get("counts", False),
        sections=_sections(translations),
        clauses=_clauses(translations, reading),
        items=every("items", declare.item),
        purposes=declare.with_recipients(every("purposes", declare.purpose), recipients),
        points=every("collection", declare.point(reading.found.get(("keep", "")))),
        recipients=recipients,
        processors=every("processors", declare.processor),
        cookies=every("cookies", declare.cookie),
        roles=every("roles", declare.role),
        guarantees=tuple(reading.guarantees),
        attestations=tuple(every("attest", declare.attestation).values()),
        declarations=_declarations(reading, titles),
        titles={translation.language: translation.document.title for translation in translations},
        controllers={each.language: each.front["controller"] for each in translations if "controller" in each.front},
    )


def policy_hash(files: Mapping[str, bytes], first_name: str) -> str:
    """Return the hash of all files: hex SHA-256 over length-framed names and bytes, the first file first."""
    digest = hashlib.sha256(b"kept/policy/v1\x00")
    for name in sorted(files, key=lambda name: (name != first_name, name)):
        for part in (name.encode(), files[name]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def _declarations(reading: Reading, titles: Titles) -> tuple[Declaration, ...]:
    kept = []
    for (word, name), found in reading.found.items():
        if word in KEPT_WORDS:
            said = titles.bodies(word, name, found.plain) if word in SAID_WORDS else {}
            if word == "rights":
                said = {one: titles.of("refusals", one, own) for one, own in found.plain.get("refuse", {}).items()}
            kept.append(Declaration(word, name, found.plain, found.clause, found.place.line, said))
    return tuple(kept)


def _sections(translations: list[Translation]) -> tuple[Section, ...]:
    sections = []
    for number, part in enumerate(translations[0].document.parts):
        twins = {
            translation.language: next((other for other in translation.document.parts if other.id == part.id), None)
            for translation in translations
        }
        blocks = []
        texts_before = 0
        for paragraph in part.paragraphs:
            texts = {}
            for language, twin in twins.items():
                candidates = twin.paragraphs if twin else []
                if paragraph.clauses:
                    same = [each for each in candidates if set(each.clauses) == set(paragraph.clauses)]
                else:
                    same = [each for each in candidates if not each.clauses][texts_before : texts_before + 1]
                if same:
                    texts[language] = same[0].text
            texts_before += not paragraph.clauses
            blocks.append(Block(paragraph.kind, paragraph.clauses, texts))
        titles = {language: twin.title for language, twin in twins.items() if twin}
        sections.append(Section(part.id or str(number), titles, part.place.line, tuple(blocks)))
    return tuple(sections)


def _clauses(translations: list[Translation], reading: Reading) -> dict[str, Clause]:
    texts: dict[str, dict[str, str]] = {}
    sections: dict[str, str] = {}
    inline: set[str] = set()
    for translation in translations:
        for part in translation.document.parts:
            for paragraph in part.paragraphs:
                if paragraph.end_id:
                    texts.setdefault(paragraph.end_id, {})[translation.language] = paragraph.text
                    sections.setdefault(paragraph.end_id, part.id)
                for clause, phrase in paragraph.phrases:
                    texts.setdefault(clause, {})[translation.language] = phrase
                    sections.setdefault(clause, part.id)
                    inline.add(clause)
    return {
        clause: Clause(
            id=clause,
            kind=reading.kinds.get(clause, ClauseKind.PROMISE),
            interpreted=clause in reading.interpreted,
            section=sections[clause],
            texts=texts[clause],
            line=place.line,
            states=reading.states.get(clause, ""),
            inline=clause in inline,
        )
        for clause, place in translations[0].document.clauses.items()
    }
