"""The promise board: every clause with its state, and what that rests on.

One vocabulary: kept, by people, only stated, not kept yet, permission unused. Of several parts the worst wins, and the
board says how many of them are kept. Promises and permissions are counted apart.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kept.errors import KeptError
from kept.guarantees import ALL
from kept.guarantees.guarantee import Finding
from kept.policy.coverage import Part, PartKind, parts
from kept.policy.words import ClauseKind, ClauseState, Exit
from kept.services.acts import Act
from kept.services.attesting import Attested, attested

if TYPE_CHECKING:
    from kept.policy.model import Clause, Policy
    from kept.services.engine import Engine

EXITS_BUILT = frozenset(
    {
        Exit.SCREEN,
        Exit.APP,
        Exit.OWN_PAGE,
        Exit.TAKE_ALONG,
        Exit.PROVISION,
        Exit.PUBLICATION,
        Exit.LEGAL_BUNDLE,
        Exit.STATISTICS,
    }
)
BUILT = {("sources", "direct"), ("sources", "partner")}
BUILT_WORDS = frozenset({"collection", "cookies", "addresses", "recipients", "disclosure", "statistics"})
"""Declarations this version operates; the others configure what is not built yet."""
NEUTRAL = frozenset({"purposes", "processors", "roles", "items", "keep"})
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
    """One thing behind a clause, with its state and what that rests on, in English and by reason."""

    part: Part
    state: ClauseState
    detail: str
    sentences: dict[str, str]


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
    """Run the live check of every built guarantee the policy names, and keep the results."""
    named = {one.id for one in engine.policy.policy.guarantees}
    found: dict[str, Finding] = {}
    for guarantee in ALL.values():
        if guarantee.id not in named or guarantee.check is None:
            continue
        try:
            found[guarantee.id] = await guarantee.check(engine)
        except KeptError as error:
            found[guarantee.id] = Finding(False, f"the check failed: {error.reason}")
    at = engine.clock.now()
    await engine.data.write(
        lambda tx: tx.many(
            "live_check_put",
            [{"guarantee": one, "holds": int(f.holds), "detail": f.detail, "at": at} for one, f in found.items()],
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
        rows = await engine.data.read(lambda tx: tx.all("live_checks"))
        findings = {str(row[0]): Finding(bool(row[1]), str(row[2])) for row in rows}
    people = await attested(engine)
    uses: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    last: dict[str, float] = {}
    for _, clause, act, outcome, count, last_at in await engine.data.read(lambda tx: tx.all("tallies")):
        if act == Act.VALUE_COUNT.value:
            continue  # how many people a projection holds is a true count, and the policy page shows these
        (refused if outcome == "refused" else uses)[clause] += int(count)
        last[clause] = max(last.get(clause, 0.0), float(last_at))
    behind = parts(policy)
    clauses = []
    for clause in policy.clauses.values():
        states = tuple(_part_state(policy, clause, part, findings, people) for part in behind[clause.id])
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


def _count(clauses: list[ClauseBoard]) -> dict[ClauseState, int]:
    counted = Counter(one.state for one in clauses)
    return {state: counted[state] for state in reversed(ORDER)}


def _part_state(
    policy: Policy, clause: Clause, part: Part, findings: dict[str, Finding], people: dict[str, Attested]
) -> PartState:
    missing = ClauseState.PERMISSION_UNUSED if clause.kind in PERMISSIONS else ClauseState.NOT_KEPT_YET
    match part.kind:
        case PartKind.GUARANTEE:
            guarantee = ALL[part.id]
            sentences = dict(guarantee.sentence)
            finding = findings.get(part.id)
            if not guarantee.built:
                return PartState(part, missing, "not built yet", sentences)
            if finding is None:
                return PartState(part, ClauseState.NOT_KEPT_YET, "not checked yet", sentences)
            if not finding.holds:
                return PartState(part, ClauseState.NOT_KEPT_YET, finding.detail, sentences)
            return PartState(part, ClauseState.KEPT, finding.detail, sentences)
        case PartKind.ATTESTATION:
            found = people.get(part.id)
            if found is None:
                return PartState(part, ClauseState.NOT_KEPT_YET, f"not attested yet by {part.detail}", {})
            if found.overdue:
                return PartState(part, ClauseState.NOT_KEPT_YET, f"attestation by {part.detail} is overdue", {})
            return PartState(part, ClauseState.BY_PEOPLE, f"attested by {part.detail}: {found.evidence}", {})
        case PartKind.STATEMENT:
            return PartState(part, ClauseState.ONLY_STATED, "said, not enforced", {})
        case _:
            return PartState(part, *_declared(policy, part, missing), {})


def _declared(policy: Policy, part: Part, missing: ClauseState) -> tuple[ClauseState, str]:
    if part.detail == "purposes":
        exits = policy.purposes[part.id].exits
        if not exits:
            return missing, "nothing uses it yet"
        built = sorted(one.value for one in exits & EXITS_BUILT)
        if not built:
            return missing, "none of its ways out is built yet"
        return ClauseState.KEPT, f"ways out in use: {', '.join(built)}"
    if part.detail in NEUTRAL | BUILT_WORDS or (part.detail, part.id) in BUILT:
        return ClauseState.KEPT, "declared, and in use"
    return missing, "declared, not built yet"
