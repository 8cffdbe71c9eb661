"""`kept explain`: what a clause, item, purpose or role says, what is behind it and where it is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kept.errors import InputError
from kept.policy import phrase
from kept.policy.coverage import parts
from kept.policy.findings import Report
from kept.policy.model import Policy
from kept.policy.words import Exit


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of an explanation: a label, its values, and the clauses they follow from."""

    label: str
    values: tuple[str, ...]
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """An explanation.

    Args:
        kind: `clause`, `item`, `purpose` or `role`.
        id: What was asked about.
        title: Its title, or the sentence of a clause.
        clause: Clause that declares it.
        facts: What there is to say, in order.
    """

    kind: str
    id: str
    title: str
    clause: str
    facts: tuple[Fact, ...]

    def __str__(self) -> str:
        lines = [f"{self.kind} {self.id} (§{self.clause})", f"  {self.title}"]
        for fact in self.facts:
            where = f"  [{', '.join('§' + clause for clause in fact.clauses)}]" if fact.clauses else ""
            lines.append(f"  {fact.label}: {', '.join(fact.values) or 'none'}{where}")
        return "\n".join(lines)


def explain(policy: Policy, name: str) -> Explanation:
    """Explain a clause (`4.6` or `§4.6`), an item, a purpose or a role by its id.

    Where one word names several of them, a purpose comes before an item, an item before a role.

    Raises:
        InputError: The policy has nothing of that name; the hint is the nearest.
    """
    word = name.removeprefix("§")
    if word in policy.clauses:
        return _clause(policy, word)
    if word in policy.purposes:
        return _purpose(policy, word)
    if word in policy.items:
        return _item(policy, word)
    if word in policy.roles:
        return _role(policy, word)
    known = [*policy.clauses, *policy.purposes, *policy.items, *policy.roles]
    raise InputError(
        f"expected a clause, item, purpose or role, found `{word[:64]}`",
        reason="explain-unknown",
        hint=Report().nearest(word, known),
    )


def _clause(policy: Policy, word: str) -> Explanation:
    clause = policy.clauses[word]
    reading = "interpreted" if clause.interpreted else "literal"
    facts = [Fact("kind", (clause.kind.value,)), Fact("reading", (reading,))]
    facts += [Fact(part.kind.value, (f"{part.detail} {part.id}".strip(),)) for part in parts(policy)[word]]
    return Explanation("clause", word, clause.texts[policy.language], word, tuple(facts))


def _purpose(policy: Policy, word: str) -> Explanation:
    purpose = policy.purposes[word]
    points = [point for point in policy.points.values() if word in point.purposes]
    roles = [role for role in policy.roles.values() if word in role.purposes]
    recipients = [one for one in policy.recipients.values() if one.purpose == word]
    processors = [one for one in policy.processors.values() if word in one.for_purposes]
    cookies = [one for one in policy.cookies.values() if one.purpose == word]
    uses = ("every item",) if purpose.uses == ("*",) else purpose.uses
    facts = (
        Fact("basis", (purpose.basis.value,), (purpose.clause,)),
        Fact("uses", uses, (purpose.clause,)),
        Fact("leaves by", tuple(way.value for way in Exit if way in purpose.exits), (purpose.clause,)),
        Fact("asked at", tuple(point.id for point in points), _clauses(points)),
        Fact("kept", tuple(f"{p.id}: {phrase.retention(p.retention, 'en')}" for p in points), _clauses(points)),
        Fact("roles", tuple(role.id for role in roles), _clauses(roles)),
        Fact("recipients", tuple(one.id for one in recipients), _clauses(recipients)),
        Fact("processors", tuple(one.id for one in processors), _clauses(processors)),
        Fact("cookies", tuple(one.name for one in cookies), _clauses(cookies)),
        Fact("revision", (purpose.revision[:16],)),
    )
    return Explanation("purpose", word, purpose.titles[policy.language], purpose.clause, facts)


def _item(policy: Policy, word: str) -> Explanation:
    item = policy.items[word]
    points = [p for p in policy.points.values() if any(word in items for items in p.stages.values())]
    purposes = [purpose for purpose in policy.purposes.values() if purpose.may_use(word)]
    recipients = [one for one in policy.recipients.values() if word in one.items]
    processors = [one for one in policy.processors.values() if word in one.uses]
    held = [cookie for cookie in policy.cookies.values() if word in cookie.holds]
    collected = tuple(p.id for p in points) if item.collected else ("never",)
    facts = (
        Fact("type", (item.type.value,), (item.clause,)),
        Fact("identifies", (item.identifies,), (item.clause,)),
        Fact("options", item.options),
        Fact("collected at", collected, _clauses(points)),
        Fact("kept", tuple(f"{p.id}: {phrase.retention(p.retention, 'en')}" for p in points), _clauses(points)),
        Fact("used for", tuple(f"{p.id} ({p.basis.value})" for p in purposes), _clauses(purposes)),
        Fact("recipients", tuple(one.id for one in recipients), _clauses(recipients)),
        Fact("processors", tuple(one.id for one in processors), _clauses(processors)),
        Fact("held in cookies", tuple(one.name for one in held), _clauses(held)),
    )
    return Explanation("item", word, item.titles[policy.language], item.clause, facts)


def _role(policy: Policy, word: str) -> Explanation:
    role = policy.roles[word]
    purposes = [policy.purposes[purpose] for purpose in role.purposes]
    items = dict.fromkeys(
        item.id for item in policy.items.values() if item.collected and any(p.may_use(item.id) for p in purposes)
    )
    facts = (
        Fact("purposes", role.purposes, _clauses(purposes)),
        Fact("items", tuple(items), _clauses(purposes)),
        Fact("acts", tuple(sorted(role.may)), (role.clause,)),
        Fact("may look people up", ("yes" if role.look_up else "no",), (role.clause,)),
        Fact("attests", tuple(a.id for a in policy.attestations if a.by == word)),
    )
    return Explanation("role", word, role.titles[policy.language], role.clause, facts)


class _Declared(Protocol):
    @property
    def clause(self) -> str: ...


def _clauses(declared: Sequence[_Declared]) -> tuple[str, ...]:
    return tuple(sorted({one.clause for one in declared}))
