"""Break-glass: in an emergency a role is lent, for one person and one purpose, for a quarter of an hour.

Nobody approves it first: that is the point. But everybody who approves sees it at once, and the customer too; another
member of staff looks at it within days and says whether it was justified. Only the role of the gate's first step is
lent: purpose, notice, choices and exits decide as ever, so nothing opens that the lent role itself could not open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kept import limits
from kept.crypto.random import random_id
from kept.errors import ConflictError, DeniedError, InputError, KeptError, Mistakes
from kept.policy.words import Basis, Exit
from kept.services.cases import cases
from kept.services.engine.acts import GROUNDS, Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import About, Actor, about_person, entry_of, record
from kept.services.engine.sealed_record import open_persons_record, seal_persons_record
from kept.services.gate.person_search import find_person, forms_of
from kept.services.gate.refusals import record_refusal
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.individual_number import guard_individual_number

REASONS = ("danger-to-a-person", "account-misused", "goods-or-money-at-risk", "role-unreachable")
OUTCOMES = ("justified", "not-justified")
RECORD = "emergency-text"
GROUND = GROUNDS[Act.EMERGENCY_OPEN]
"""What an emergency rests on."""


@dataclass(frozen=True, slots=True)
class Emergency:
    """One emergency, as those who approve see it, and the person it is about.

    Args:
        case_id: Of the case it was opened with.
        number: The case's number.
        opened_by: Login.
        own_role: Role that has the right.
        lent_role: Role that was lent.
        purpose: Purpose it was lent for.
        reason: One of `REASONS`.
        opened_at: Unix seconds.
        ends_at: End of the time box, or of the emergency before it.
        reviewed_by: Login of who looked at it; empty until then.
        reviewed_at: Unix seconds; None until then.
        outcome: One of `OUTCOMES`; empty until then.
        items: What was opened, with the time.
        text: What the member of staff wrote; empty when it named nobody, or the person was erased since.
    """

    case_id: str
    number: int
    opened_by: str
    own_role: str
    lent_role: str
    purpose: str
    reason: str
    opened_at: float
    ends_at: float
    reviewed_by: str
    reviewed_at: float | None
    outcome: str
    items: tuple[tuple[str, float], ...]
    text: str

    def lent_to(self, session: StaffSession) -> Actor:
        """Return who acts in this emergency's case, in the role that was lent."""
        return session.acting(role=self.lent_role, purpose=self.purpose, case=str(self.number))


def lendable(engine: Engine, session: StaffSession) -> dict[str, str]:
    """Return the purposes an emergency may lend a member of staff, each with the role it is lent from.

    Args:
        engine: Open.
        session: Who acts.
    """
    policy = engine.policy.policy
    found: dict[str, str] = {}
    for role in policy.roles.values():
        if role.id in session.roles or not role.look_up:
            continue
        for one in role.purposes:
            purpose = policy.purposes.get(one)
            if purpose is None or purpose.basis is Basis.LAW or Exit.SCREEN not in purpose.exits:
                continue
            if not session.acts_for(engine, one):
                found.setdefault(one, role.id)
    return found


async def open_emergency(  # noqa: PLR0913 -- what an emergency names
    engine: Engine, session: StaffSession, *, purpose: str, why: str, text: str, criteria: Mapping[str, str]
) -> str:
    """Open an emergency about one person; return its case's id.

    Args:
        engine: Open.
        session: Signed in with both factors.
        purpose: A purpose of another role.
        why: One of `REASONS`.
        text: What happens, in the member of staff's words; sealed under the person's key, and the person can read it.
        criteria: Text by findable item, in any usual spelling.

    Raises:
        DeniedError: No right to it, no purpose an emergency lends, or one of theirs is open; recorded.
        InputError: Another reason, no text or too long a one, or several people fit.
        SubmissionError: No criterion, or one nobody is found by.
        NotFoundError: No person the lent role may see; the emergency is over, and still waits for its review.
    """
    own_role, lent = await _allowed(engine, session, purpose)
    wrong = Mistakes()
    _look_at_words(why, text, wrong)
    with wrong.of():
        forms_of(engine, criteria)
    wrong.insist()
    case_id, at = random_id(), engine.ready()

    async def begin(tx: Transaction) -> bool:
        if await tx.value(sql.EmergenciesOpenOf, opened_by=session.login, at=at):
            return False
        number = await cases.insert_case(
            tx, session, case_id, lent, purpose, at, limits.EMERGENCY_SECONDS, limits.EMERGENCY_RELEASES
        )
        await tx.run(
            "emergency_insert",
            case_id=case_id,
            number=number,
            opened_by=session.login,
            own_role=own_role,
            lent_role=lent,
            purpose=purpose,
            reason=why,
            opened_at=at,
            ends_at=at + limits.EMERGENCY_SECONDS,
        )
        actor = session.acting(role=lent, purpose=purpose, case=str(number))
        facts = (("own", own_role), ("reason", why))
        await insert_entries(tx, [entry_of(engine, actor, Act.EMERGENCY_OPEN, at=at, facts=facts)], at)
        return True

    if not await engine.data.write(begin):
        raise await _refused(
            engine, session, purpose, reason="emergency-open", needed="the review of the one that is open, or its end"
        )
    try:
        await _name_person(engine, session, case_id, text.strip(), criteria)
    except KeptError:
        await _end(engine, case_id)
        raise
    return case_id


async def review(engine: Engine, session: StaffSession, case_id: str, outcome: str) -> None:
    """Say, as another member of staff, whether an emergency was justified; whatever is left of it ends with that.

    Args:
        engine: Open.
        session: With the right `approve`, and not who opened it.
        case_id: From outside.
        outcome: One of `OUTCOMES`.

    Raises:
        DeniedError: The right is missing, or the same person opened it.
        InputError: No such emergency, or another outcome.
        ConflictError: It was reviewed before.
    """
    session.require(engine, "approve")
    found = await emergency_of(engine, case_id)
    if outcome not in OUTCOMES:
        raise InputError(
            f"expected one of {', '.join(OUTCOMES)}, found something else",
            reason="emergency-outcome",
            rests_on=GROUND,
        )
    if found.opened_by == session.login:
        error = DeniedError(
            "expected another member of staff, found the one who opened the emergency",
            step=1,
            needed="another member of staff with the right `approve`",
            reason="second-approver",
            rests_on=GROUND,
        )
        whom = await _about(engine, case_id)
        raise await record_refusal(engine, found.lent_to(session), error, whom, act=Act.EMERGENCY_REVIEW)
    at = engine.ready()
    facts = (("outcome", outcome), ("opened-by", engine.actor_of(found.opened_by)))
    entry = entry_of(
        engine, found.lent_to(session), Act.EMERGENCY_REVIEW, await _about(engine, case_id), at=at, facts=facts
    )

    async def body(tx: Transaction) -> bool:
        if not await tx.run(
            "emergency_review", case_id=case_id, reviewed_by=session.login, reviewed_at=at, outcome=outcome
        ):
            return False
        await _revoke(tx, case_id, at)
        await insert_entries(tx, [entry], at)
        return True

    if not await engine.data.write(body):
        raise ConflictError(
            "expected an emergency that waits for its review, found one that had it",
            reason="emergency-reviewed",
            hint="look at it again",
            rests_on=GROUND,
        )


async def emergency_of(engine: Engine, case_id: str) -> Emergency:
    """Return one emergency.

    Raises:
        InputError: There is none of that id.
    """
    row = await engine.data.one(sql.EmergencyGet, case_id=case_id)
    if row is None:
        raise InputError(
            "expected an emergency, found none of that number",
            reason="emergency-unknown",
            rests_on=GROUND,
        )
    return await _whole(engine, row)


async def all_emergencies(engine: Engine, limit: int = 50) -> list[Emergency]:
    """Return the newest emergencies, newest first."""
    rows = await engine.data.all(sql.Emergencies, limit=limit)
    return [await _whole(engine, row) for row in rows]


async def emergencies_for(engine: Engine, session: StaffSession) -> list[Emergency]:
    """Return the newest emergencies a member of staff may see: those who approve see all, the others their own."""
    every = session.may(engine, "approve")
    return [one for one in await all_emergencies(engine) if every or one.opened_by == session.login]


async def emergencies_about(engine: Engine, person_id: bytes) -> list[Emergency]:
    """Return the emergencies about a person, newest first.

    Args:
        engine: Open.
        person_id: 16 bytes.
    """
    rows = await engine.data.all(sql.EmergenciesOfPerson, person_id=person_id)
    found = [await emergency_of(engine, row.case_id) for row in rows]
    return sorted(found, key=lambda one: -one.number)


async def waiting_for_review(engine: Engine) -> list[float]:
    """Return when each emergency was opened that nobody else has looked at, oldest first."""
    return await engine.data.values(sql.EmergenciesUnreviewed)


def review_seconds(engine: Engine) -> float:
    """Return how long the policy gives a review."""
    return engine.policy.policy.promised("break-glass-reviewed", "within", limits.EMERGENCY_REVIEW_SECONDS)


# -------------------------------------------------------------------- small things


async def _allowed(engine: Engine, session: StaffSession, purpose: str) -> tuple[str, str]:
    """Return the role with the right and the role that is lent; whatever stands against it is recorded."""
    try:
        own_role = session.require(engine, "break-glass")
    except DeniedError as error:
        raise await _refused(engine, session, purpose, reason="right", needed=error.needed) from None
    if purpose not in engine.policy.policy.purposes:
        raise await _refused(engine, session, "", reason="purpose", needed="a purpose the policy declares", step=2)
    if session.acts_for(engine, purpose):
        raise await _refused(
            engine, session, purpose, reason="emergency-own", needed="a case: the purpose is one of their own roles'"
        )
    lent = lendable(engine, session).get(purpose)
    if lent is None:
        raise await _refused(
            engine,
            session,
            purpose,
            reason="emergency-purpose",
            needed="a purpose another role looks up single people for, not by law",
        )
    return own_role, lent


def _look_at_words(why: str, text: str, wrong: Mistakes) -> None:
    if why not in REASONS:
        wrong.add(_unfit("reason"))
    if not text.strip() or len(text) > limits.EMERGENCY_TEXT_CHARACTERS:
        wrong.add(_unfit("text"))
    with wrong.of("text"):
        guard_individual_number(text, "text")


def _unfit(field: str) -> InputError:
    return InputError(
        f"expected a known reason and 1 to {limits.EMERGENCY_TEXT_CHARACTERS} characters on what happens, found something else",
        field=field,
        reason="emergency-words",
        hint="say in a sentence what happens; the customer can read it",
        rests_on=GROUND,
    )


async def _name_person(
    engine: Engine, session: StaffSession, case_id: str, text: str, criteria: Mapping[str, str]
) -> None:
    case = await cases.case_of(engine, session, case_id)
    person_id = await find_person(engine, case.mandate, criteria)
    keys, _ = await engine.keyring.of_person(person_id)
    if keys is None:
        raise ConflictError("the person was erased meanwhile", reason="erased")
    found = await emergency_of(engine, case_id)
    at = engine.ready()
    key_id, sealed = seal_persons_record(engine, keys, RECORD, case_id, text.encode())
    facts = (("own", found.own_role), ("reason", found.reason))
    whom = await about_person(engine, person_id)
    entry = entry_of(engine, found.lent_to(session), Act.EMERGENCY_NAME, whom, at=at, facts=facts)

    async def body(tx: Transaction) -> None:
        if await tx.one(sql.CasePersonGet, case_id=case_id) is not None:
            raise ConflictError("the case was bound in another window", reason="case-bound", hint="look at it again")
        await tx.run("case_person_insert", person_id=person_id, case_id=case_id, bound_at=at)
        await tx.run("emergency_person_insert", person_id=person_id, case_id=case_id, key_id=key_id, sealed=sealed)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def _end(engine: Engine, case_id: str) -> None:
    at = engine.clock.now()
    await engine.data.write(lambda tx: _revoke(tx, case_id, at))


async def _revoke(tx: Transaction, case_id: str, at: float) -> None:
    await tx.run("emergency_end", case_id=case_id, at=at)
    await tx.run("case_close", case_id=case_id, at=at)
    await tx.run("mandates_revoke_case", case_id=case_id, at=at)


async def _about(engine: Engine, case_id: str) -> About | None:
    """Return whom an emergency named; None when nobody, or they were erased since."""
    row = await engine.data.one(sql.EmergencyPersonGet, case_id=case_id)
    found = await about_person(engine, row.person_id) if row else None
    return found if found is not None and found.keys is not None else None


async def _whole(engine: Engine, row: sql.EmergencyGet | sql.Emergencies) -> Emergency:
    case_id, text = row.case_id, ""

    async def body(tx: Transaction) -> tuple[sql.EmergencyPersonGet | None, list[sql.EmergencyItems]]:
        return (
            await tx.one(sql.EmergencyPersonGet, case_id=case_id),
            await tx.all(sql.EmergencyItems, case_id=case_id),
        )

    person, items = await engine.data.read(body)
    if person is not None:
        keys, _ = await engine.keyring.of_person(person.person_id)
        if keys is not None:
            text = open_persons_record(engine, keys, RECORD, case_id, person.key_id, person.sealed).decode()
    return Emergency(
        case_id, row.number, row.opened_by, row.own_role, row.lent_role, row.purpose, row.reason, row.opened_at, row.ends_at,
        row.reviewed_by or "", row.reviewed_at, row.outcome,
        tuple((one.item, one.at) for one in items), text,
    )  # fmt: skip


async def _refused(  # noqa: PLR0913 -- what a refusal says
    engine: Engine, session: StaffSession, purpose: str, *, reason: str, needed: str, step: int = 1
) -> DeniedError:
    """Record that an emergency was refused; return the error."""
    actor = session.acting(purpose=purpose if purpose in engine.policy.policy.purposes else "")
    entry_id = await record(engine, actor, Act.EMERGENCY_OPEN, outcome=Outcome.REFUSED, facts=(("reason", reason),))
    return DeniedError(
        "expected an emergency that lends a role, found one that does not",
        step=step,
        needed=needed,
        entry_id=entry_id,
        reason=reason,
        rests_on=GROUND,
    )
