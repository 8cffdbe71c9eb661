"""What was read of a policy's files so far: every declaration as written, with its clause and its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kept.policy.findings import Place, Report
from kept.policy.markdown import Document
from kept.policy.model import GuaranteeUse, Policy
from kept.policy.words import ClauseKind


@dataclass(frozen=True, slots=True)
class Found:
    """One declaration as read: its plain values, its clause and its place."""

    plain: Any
    clause: str
    place: Place


@dataclass(slots=True)
class Reading:
    """What was read so far, and where it stands.

    Args:
        report: Everything found wrong.
        found: Declarations by (word, id).
        named: Every (word, id) that was written, even where its body is wrong: one mistake is reported once.
        policy: The policy; None while an error prevents it.
    """

    report: Report
    found: dict[tuple[str, str], Found] = field(default_factory=dict)
    named: set[tuple[str, str]] = field(default_factory=set)
    kinds: dict[str, ClauseKind] = field(default_factory=dict)
    interpreted: set[str] = field(default_factory=set)
    states: dict[str, str] = field(default_factory=dict)
    guarantees: list[GuaranteeUse] = field(default_factory=list)
    words: dict[str, dict[str, Any]] = field(default_factory=dict)
    policy: Policy | None = None
    first: Document | None = None

    def all(self, word: str) -> Iterator[tuple[str, Found]]:
        """Every declaration under *word*, in the order of the text."""
        for (group, name), found in self.found.items():
            if group == word:
                yield name, found

    def place(self, word: str, name: str) -> Place:
        """Where (*word*, *name*) was declared."""
        found = self.found.get((word, name))
        return found.place if found else Place()
