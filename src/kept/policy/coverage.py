"""What is behind each clause, as test tools report what is behind each line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kept.policy.model import Policy
from kept.policy.words import ClauseKind


class PartKind(StrEnum):
    """The four things that can stand behind a clause."""

    DECLARATION = "declaration"
    GUARANTEE = "guarantee"
    ATTESTATION = "attestation"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing behind a clause.

    Args:
        kind: What sort of thing.
        id: Guarantee, attestation, or the declared id; the value of `states` for a statement.
        clause: Clause it stands behind.
        detail: For a declaration its word (`items`, `purposes`, `collection`, `cookies`, …); for an attestation the
            role; empty otherwise.
    """

    kind: PartKind
    id: str
    clause: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the text has something behind it.

    Args:
        clauses: Number of clauses.
        covered: Number of clauses with at least one part.
        promises: Number of promises (permission-and-promise among them).
        promises_covered: Number of promises with at least one part that can keep them.
        only_stated: Promises with nothing behind them but `states`: said, and kept by nothing.
        bare: Clauses with nothing behind them, in the order of the text.
        parts: What is behind each clause.
    """

    clauses: int
    covered: int
    promises: int
    promises_covered: int
    only_stated: tuple[str, ...]
    bare: tuple[str, ...]
    parts: Mapping[str, tuple[Part, ...]]


PROMISES = frozenset({ClauseKind.PROMISE, ClauseKind.PERMISSION_AND_PROMISE})


def parts(policy: Policy) -> Mapping[str, tuple[Part, ...]]:
    """Return what is behind each clause, in the order of the text; an empty tuple where nothing is."""
    behind: dict[str, list[Part]] = {clause: [] for clause in policy.clauses}
    declared = (
        ("items", policy.items),
        ("purposes", policy.purposes),
        ("collection", policy.points),
        ("recipients", policy.recipients),
        ("processors", policy.processors),
        ("cookies", policy.cookies),
        ("roles", policy.roles),
    )
    for word, table in declared:
        for name, value in table.items():
            behind[value.clause].append(Part(PartKind.DECLARATION, name, value.clause, word))
    for other in policy.declarations:
        behind[other.clause].append(Part(PartKind.DECLARATION, other.id or other.word, other.clause, other.word))
    for guarantee in policy.guarantees:
        behind[guarantee.clause].append(Part(PartKind.GUARANTEE, guarantee.id, guarantee.clause))
    for attested in policy.attestations:
        behind[attested.clause].append(Part(PartKind.ATTESTATION, attested.id, attested.clause, attested.by))
    for clause in policy.clauses.values():
        if clause.states:
            behind[clause.id].append(Part(PartKind.STATEMENT, clause.states, clause.id))
    return {clause: tuple(found) for clause, found in behind.items()}


def coverage(policy: Policy) -> Coverage:
    """Return the clause coverage of *policy*."""
    behind = parts(policy)
    promises = [clause.id for clause in policy.clauses.values() if clause.kind in PROMISES]
    kept = [one for one in promises if any(part.kind is not PartKind.STATEMENT for part in behind[one])]
    return Coverage(
        clauses=len(behind),
        covered=sum(1 for found in behind.values() if found),
        promises=len(promises),
        promises_covered=len(kept),
        only_stated=tuple(one for one in promises if behind[one] and one not in kept),
        bare=tuple(clause for clause, found in behind.items() if not found),
        parts=behind,
    )
