"""Joint use: items that several companies use together for one purpose, named on every notice and on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kept.policy.model import Policy


@dataclass(frozen=True, slots=True)
class JointUse:
    """One declaration of `joint-use`.

    Args:
        id: Its word.
        partners: The other companies, as people read them.
        items: What is used together.
        purpose: What for.
        responsible: Who answers for it.
        clause: Clause that declares it.
    """

    id: str
    partners: tuple[str, ...]
    items: tuple[str, ...]
    purpose: str
    responsible: str
    clause: str


def joint_uses(policy: Policy, language: str) -> tuple[JointUse, ...]:
    """Return every joint use a policy declares, in the order of the text, in the words of *language* where it has some."""
    found = []
    for one in policy.declarations:
        if one.word == "joint-use":
            body: Any = one.said.get(language, one.body)
            found.append(
                JointUse(one.id, body["with"], body["items"], body["purpose"], body["responsible"], one.clause)
            )
    return tuple(found)
