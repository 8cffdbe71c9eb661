"""The promise board: every clause with its state, and what that rests on.

One vocabulary: kept, by people, only stated, not kept yet, permission unused. Of several parts the worst wins, and the
board says how many of them are kept. Promises and permissions are counted apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from kept.errors import KeptError
from kept.guarantees import ALL
from kept.guarantees.guarantee import Finding, Guarantee, Known, parse_finding
from kept.guarantees.what_happened import what_happened
from kept.policy.channel import CHANNELS
from kept.policy.coverage import Part, PartKind, parts
from kept.policy.model import Clause, Policy
from kept.policy.words import ClauseKind, ClauseState, Exit
from kept.services.engine.acts import USES
from kept.services.engine.engine import Engine
from kept.services.staff.attestations import Attested, attested
from kept.store import sql

EXITS_BUILT = CHANNELS | {
    *(Exit.SCREEN, Exit.APP, Exit.OWN_PAGE, Exit.TAKE_ALONG, Exit.PROVISION, Exit.PUBLICATION, Exit.LEGAL_BUNDLE),
    *(Exit.SEGMENT, Exit.STATISTICS),
}
BUILT = {("sources", "direct"), ("sources", "partner")}
BUILT_WORDS = frozenset(
    {"collection", "cookies", "addresses", "recipients", "disclosure", "segments", "statistics", "rights"}
)
"""Declarations this version operates; the others configure what is not built yet."""
NEUTRAL = frozenset({"purposes", "processors", "roles", "items", "keep"})
Values = Mapping[str, str | int | float]
ORDER = (
    ClauseState.NOT_KEPT_YET,
    ClauseState.PERMISSION_UNUSED,
    ClauseState.ONLY_STATED,
    ClauseState.BY_PEOPLE,
    ClauseState.KEPT,
)
PERMISSIONS = frozenset({ClauseKind.PERMISSION, ClauseKind.PERMISSION_AND_PROMISE})


@dataclass(frozen=True, slots=True)
class PartState:
    """One thing behind a clause.

    Args:
        part: What it is.
        state: Its state.
        said: What that rests on: an English sentence with its values in braces, which pages translate.
        values: The values by name.
        titles: What people call it, by language; for a guarantee, its sentence. Empty where it has only its id.
        known: For a guarantee, how it is known to hold.
    """

    part: Part
    state: ClauseState
    said: str
    values: Mapping[str, str | int | float]
    titles: Mapping[str, str]
    known: Known | None = None

    @property
    def detail(self) -> str:
        """What the state rests on, in English."""
        return self.said.format(**self.values) if self.values else self.said


@dataclass(frozen=True, slots=True)
class ClauseBoard:
    """One clause on the board."""

    clause: Clause
    state: ClauseState
    parts: tuple[PartState, ...]
    kept_parts: int
    uses: int
    refused: int
    last_at: float | None


@dataclass(frozen=True, slots=True)
class Board:
    """The whole board."""

    clauses: tuple[ClauseBoard, ...]
    promises: dict[ClauseState, int]
    permissions: dict[ClauseState, int]
    checked_at: float

    def of(self, clause: str) -> ClauseBoard:
        """Return one clause."""
        return next(one for one in self.clauses if one.clause.id == clause)


async def run_checks(engine: Engine) -> dict[str, Finding]:
    """Run the live check of every guarantee the policy names that is watched, and keep the results."""
    named = {one.id for one in engine.policy.policy.guarantees}
    found: dict[str, Finding] = {}
    for guarantee in ALL.values():
        if guarantee.id not in named or guarantee.check is None:
            continue
        try:
            found[guarantee.id] = await guarantee.check(engine)
        except KeptError as error:
            found[guarantee.id] = Finding(False, "the check failed: {reason}", {"reason": error.reason})
    found |= {one: finding for one, finding in (await what_happened(engine)).items() if one in found}
    at = engine.clock.now()
    await engine.data.write(
        lambda tx: tx.many(
            "live_check_put",
            [{"guarantee": one, "holds": int(f.holds), "detail": f.encode(), "at": at} for one, f in found.items()],
        )
    )
    return found


async def promise_board(engine: Engine, *, check: bool = True) -> Board:
    """Return the board.

    Args:
        engine: Open.
        check: Run the live checks now; otherwise their last results are shown.
    """
    policy = engine.policy.policy
    if check:
        findings = await run_checks(engine)
    else:
        checks = await engine.data.all(sql.LiveChecks)
        findings = {one.guarantee: parse_finding(bool(one.holds), one.detail) for one in checks}
    people = await attested(engine)
    uses: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    last: dict[str, float] = {}
    for row in await engine.data.all(sql.Tallies):
        if row.act not in USES:
            continue
        (refused if row.outcome == "refused" else uses)[row.clause] += row.count
        last[row.clause] = max(last.get(row.clause, 0.0), row.last_at)
    behind = parts(policy)
    advertising = Counter(one.purpose for one in await engine.data.all(sql.ContactsMarked))
    clauses = []
    for clause in policy.clauses.values():
        states = tuple(
            _marked(_part_state(policy, clause, part, findings, people), advertising) for part in behind[clause.id]
        )
        counted = [one for one in states if one.part.detail not in NEUTRAL] or list(states)
        state = min((one.state for one in counted), key=ORDER.index, default=ClauseState.NOT_KEPT_YET)
        clauses.append(
            ClauseBoard(
                clause,
                state,
                tuple(counted),
                sum(1 for one in counted if one.state in {ClauseState.KEPT, ClauseState.BY_PEOPLE}),
                uses[clause.id],
                refused[clause.id],
                last.get(clause.id),
            )
        )
    return Board(
        tuple(clauses),
        _count([one for one in clauses if one.clause.kind not in PERMISSIONS]),
        _count([one for one in clauses if one.clause.kind in PERMISSIONS]),
        engine.clock.now(),
    )


def _marked(state: PartState, advertising: Counter[str]) -> PartState:
    """Return the state of a part; a purpose for which somebody was sent advertising is not kept until that is settled."""
    if state.part.detail != "purposes" or not advertising[state.part.id]:
        return state
    n = advertising[state.part.id]
    found = Finding(False, "marked as advertising by who got it, and not settled yet: {n}", {"n": n})
    return replace(state, state=ClauseState.NOT_KEPT_YET, said=found.said, values=found.values)


def _count(clauses: list[ClauseBoard]) -> dict[ClauseState, int]:
    counted = Counter(one.state for one in clauses)
    return {state: counted[state] for state in reversed(ORDER)}


def _part_state(
    policy: Policy, clause: Clause, part: Part, findings: dict[str, Finding], people: dict[str, Attested]
) -> PartState:
    missing = ClauseState.PERMISSION_UNUSED if clause.kind in PERMISSIONS else ClauseState.NOT_KEPT_YET
    match part.kind:
        case PartKind.GUARANTEE:
            return PartState(part, *_guaranteed(ALL[part.id], findings.get(part.id), missing), ALL[part.id].known)
        case PartKind.ATTESTATION:
            return PartState(part, *_attested(part, people.get(part.id)), {})
        case PartKind.STATEMENT:
            return PartState(part, ClauseState.ONLY_STATED, "said, not enforced", {}, {})
        case _:
            return PartState(part, *_declared(policy, part, missing), _titles(policy, part))


def _guaranteed(
    guarantee: Guarantee, finding: Finding | None, missing: ClauseState
) -> tuple[ClauseState, str, Values, Mapping[str, str]]:
    if not guarantee.built:
        return missing, "not built yet", {}, guarantee.sentence
    finding = guarantee.standing() or finding
    if finding is None:
        return ClauseState.NOT_KEPT_YET, "not checked yet", {}, guarantee.sentence
    state = ClauseState.KEPT if finding.holds else ClauseState.NOT_KEPT_YET
    return state, finding.said, finding.values, guarantee.sentence


def _attested(part: Part, found: Attested | None) -> tuple[ClauseState, str, Values]:
    by = {"role": part.detail}
    if found is None:
        return ClauseState.NOT_KEPT_YET, "not attested yet by {role}", by
    if found.overdue:
        return ClauseState.NOT_KEPT_YET, "the attestation by {role} is overdue", by
    return ClauseState.BY_PEOPLE, "attested by {role}: {evidence}", {**by, "evidence": found.evidence}


def _declared(policy: Policy, part: Part, missing: ClauseState) -> tuple[ClauseState, str, Values]:
    if part.detail == "purposes":
        exits = policy.purposes[part.id].exits
        if not exits:
            return missing, "nothing uses it yet", {}
        built = sorted(one.value for one in exits & EXITS_BUILT)
        if not built:
            return missing, "none of its ways out is built yet", {}
        ways = {"exits": ", ".join(built)}
        if exits.isdisjoint(CHANNELS):
            return ClauseState.KEPT, "ways out, decided anew every time: {exits}", ways
        return ClauseState.KEPT, "ways out, decided anew every time; how often is not counted: {exits}", ways
    if part.detail == "joint-use":
        return (
            ClauseState.ONLY_STATED,
            "said in every notice it concerns; nothing is sent by it, and what the others do is theirs",
            {},
        )
    if part.detail in NEUTRAL | BUILT_WORDS or (part.detail, part.id) in BUILT:
        return ClauseState.KEPT, "declared, and nothing beyond it is done", {}
    return missing, "declared, not built yet", {}


def _titles(policy: Policy, part: Part) -> Mapping[str, str]:
    match part.detail:
        case "items":
            return policy.items[part.id].titles
        case "purposes":
            return policy.purposes[part.id].titles
        case "collection":
            return policy.points[part.id].titles
        case "recipients":
            return policy.recipients[part.id].names
        case "processors":
            return policy.processors[part.id].names
        case "roles":
            return policy.roles[part.id].titles
        case "attest":
            return next((one.titles for one in policy.attestations if one.id == part.id), {})
        case _:
            return {}
