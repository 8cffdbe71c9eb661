"""Contradictions between clauses: what one allows another rules out.

Each clause becomes statements (clause, action, object, condition), of things that happen or of things that never do.
A *no* rules out every *yes* of the same action whose object and condition it subsumes; `*` subsumes everything.

Source: the triples and the subsumption of Andow et al., "PolicyLint", USENIX Security 2019, narrowed to what a
declaration can say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kept.policy.model import Policy
from kept.policy.words import Basis, Exit, PointKind


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing a clause says.

    Args:
        clause: Clause that says it.
        action: `provide`, `require`, `collect`, `use` or `receive`.
        thing: What it is about: an item id or `*`.
        condition: Under which circumstance; `*` for any.
        word: Vocabulary word of the declaration, to find its place; empty for a guarantee.
        id: Its id.
    """

    clause: str
    action: str
    thing: str
    condition: str
    word: str = ""
    id: str = ""


def contradictions(policy: Policy) -> Iterator[tuple[Statement, Statement]]:
    """Yield each (what is ruled out, what rules it out), once for each declaration and ruling clause."""
    said = [*_allowed(policy)]
    seen = set()
    for no in _ruled_out(policy):
        for yes in said:
            key = (no.clause, no.action, yes.word, yes.id)
            if key not in seen and _subsumes(no, yes):
                seen.add(key)
                yield yes, no


def _subsumes(general: Statement, special: Statement) -> bool:
    return (
        general.action == special.action
        and general.thing in ("*", special.thing)
        and general.condition in ("*", special.condition)
    )


def _ruled_out(policy: Policy) -> Iterator[Statement]:
    named = {use.id: use.clause for use in policy.guarantees}
    if "no-provision-without-consent" in named:
        for basis in Basis:
            if basis is not Basis.CONSENT:
                yield Statement(named["no-provision-without-consent"], "provide", "*", basis)
    if "nothing-required" in named:
        yield Statement(named["nothing-required"], "require", "*", "*")
    for item in policy.items.values():
        if not item.collected:
            yield Statement(item.clause, "collect", item.id, "*")
            yield Statement(item.clause, "use", item.id, "*")
    sources = {other.id: other.clause for other in policy.declarations if other.word == "sources"}
    if sources and "partner" not in sources:
        yield Statement(next(iter(sources.values())), "receive", "*", "partner")


def _allowed(policy: Policy) -> Iterator[Statement]:
    yield from _provided(policy)
    yield from _used(policy)
    yield from _asked(policy)


def _provided(policy: Policy) -> Iterator[Statement]:
    for recipient in policy.recipients.values():
        basis = policy.purposes[recipient.purpose].basis
        for item in recipient.items:
            yield Statement(recipient.clause, "provide", item, basis, "recipients", recipient.id)
    for other in policy.declarations:
        if other.word == "joint-use":
            items = other.body["items"]
            basis = policy.purposes[str(other.body["purpose"])].basis
            for item in items if isinstance(items, tuple) else ():
                yield Statement(other.clause, "provide", item, basis, "joint-use", other.id)


def _used(policy: Policy) -> Iterator[Statement]:
    for purpose in policy.purposes.values():
        for item in purpose.uses:
            yield Statement(purpose.clause, "use", item, purpose.basis, "purposes", purpose.id)
            if Exit.PROVISION in purpose.exits:
                yield Statement(purpose.clause, "provide", item, purpose.basis, "purposes", purpose.id)


def _asked(policy: Policy) -> Iterator[Statement]:
    for point in policy.points.values():
        for item in (item for items in point.stages.values() for item in items):
            yield Statement(point.clause, "collect", item, "*", "collection", point.id)
            if point.kind is PointKind.PARTNER:
                yield Statement(point.clause, "receive", item, "partner", "collection", point.id)
        for item in point.needed:
            yield Statement(point.clause, "require", item, "*", "collection", point.id)
