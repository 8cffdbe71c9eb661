"""Citations: which clause of the policy in force an act, an answer or an error rests on.

The engine knows no clause number. It names a *ground*: one of its built-in promises (`one-gate`), or a declaration
(`cookies`, `collection:registration`), and the policy says which clause carries it. Grounds are a closed list:

- the id of a built-in promise;
- a word of `WORDS`: the first clause that declares anything of it;
- `word:id` for one declaration, where the id comes from the policy itself (`purposes:contact`);
- `collection:KIND`, `cookies:DUTY`, `purposes:DUTY`, `sources:direct`, `sources:partner`, `statistics:person`,
  `statistics:visit`, `purposes:message` (one that leaves by a channel): for one declaration, by what it is for and
  whatever a policy calls it.

Several grounds in one text, divided by spaces, are alternatives: the first that the policy has is cited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from kept.errors import KeptError
from kept.policy.channel import CHANNELS
from kept.policy.duties import cookie_for, purpose_for
from kept.policy.model import Policy
from kept.policy.words import CookieDuty, PointKind, PurposeDuty

E = TypeVar("E", bound=KeptError)

WORDS: Mapping[str, frozenset[str]] = {
    "items": frozenset(),
    "purposes": frozenset({*CookieDuty, *PurposeDuty, "message"}),
    "collection": frozenset(PointKind),
    "segments": frozenset(),
    "sources": frozenset({"direct", "partner"}),
    "cookies": frozenset(CookieDuty),
    "addresses": frozenset(),
    "recipients": frozenset(),
    "processors": frozenset(),
    "joint-use": frozenset(),
    "keep": frozenset(),
    "statistics": frozenset({"person", "visit"}),
    "disclosure": frozenset(),
    "rights": frozenset(),
    "roles": frozenset(),
    "attest": frozenset(),
}
"""Declarations a ground may name, each with what may stand behind the colon in the engine's own code."""


def clause_of(policy: Policy, ground: str) -> str:
    """Return the first clause that carries *ground*, such as `4.6`; empty when none does.

    Args:
        policy: In force, or the one an answer was given under.
        ground: One ground, or several alternatives divided by spaces.
    """
    known: dict[str, str] | None = policy.remembered.get("grounds")
    if known is None:
        known = policy.remembered["grounds"] = _carried(policy)
    if ground not in known and " " in ground:
        known[ground] = next((known[one] for one in ground.split() if one in known), "")
    return known.get(ground, "")


def cite(policy: Policy, error: E) -> E:
    """Give an error the clause of the ground it rests on, if it has no clause yet; return it.

    Args:
        policy: In force.
        error: Anything raised; one without ground stays as it is.
    """
    if error.rests_on and not error.clause and (clause := clause_of(policy, error.rests_on)):
        error.clause = f"§{clause}"
    return error


def _carried(policy: Policy) -> dict[str, str]:
    order = {clause: number for number, clause in enumerate(policy.clauses)}
    found: dict[str, str] = {}
    for ground, clause in sorted(_grounds(policy), key=lambda pair: order.get(pair[1], 0)):
        found.setdefault(ground, clause)
    for ground, clause in _by_use(policy):
        found.setdefault(ground, clause)
    return {ground: clause for ground, clause in found.items() if clause}


def _grounds(policy: Policy) -> Iterator[tuple[str, str]]:
    for use in policy.guarantees:
        yield use.id, use.clause
    tables = (
        ("items", policy.items),
        ("purposes", policy.purposes),
        ("collection", policy.points),
        ("recipients", policy.recipients),
        ("processors", policy.processors),
        ("cookies", policy.cookies),
        ("roles", policy.roles),
        ("attest", {one.id: one for one in policy.attestations}),
    )
    for word, table in tables:
        for name, declared in table.items():
            yield word, declared.clause
            yield f"{word}:{name}", declared.clause
    for other in policy.declarations:
        yield other.word, other.clause
        yield f"{other.word}:{other.id}", other.clause


def _by_use(policy: Policy) -> Iterator[tuple[str, str]]:
    for point in policy.points.values():
        yield f"collection:{point.kind}", point.clause
        yield "keep", point.clause
    for other in policy.declarations:
        if other.word == "statistics":
            yield f"statistics:{other.body['about']}", other.clause
    for purpose_sent in policy.purposes.values():
        if not purpose_sent.exits.isdisjoint(CHANNELS):
            yield "purposes:message", purpose_sent.clause
    for duty in CookieDuty:
        cookie = cookie_for(policy, duty)
        yield f"cookies:{duty}", cookie.clause if cookie else ""
    for each in (*CookieDuty, *PurposeDuty):
        purpose = purpose_for(policy, each)
        yield f"purposes:{each}", purpose.clause if purpose else ""
