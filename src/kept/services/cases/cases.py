"""Cases: staff act for one purpose of their role, for one person, for a limited time.

A case holds one person, bound by its first hit. Within it, reasons for a refusal are shown.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from kept import limits
from kept.crypto.random import random_id
from kept.errors import ConflictError, DeniedError, ErasedError, InputError
from kept.policy.decision import Allowed, Decision, Mandate, Refused
from kept.policy.needs import RESTS_ON
from kept.policy.words import Exit
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import Actor, about, about_person, entry_of, record
from kept.services.engine.record import holder_of as actor_under
from kept.services.gate import gate
from kept.services.gate.person_search import asks_for_rights, find_person
from kept.services.gate.refusals import record_refusal
from kept.services.gate.released import Card
from kept.services.staff.bulk_approval import ONE_PERSON, insert_mandate
from kept.services.staff.mandates import staff_mandate
from kept.services.staff.parties import PartyKind, title_of
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

NOT_GIVEN = frozenset({3, 4})
"""Steps that refuse what a purpose does not use, and what is not there: alike, so that neither tells which it is."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case, as its screen shows it."""

    id: str
    number: int
    purpose: str
    role: str
    opened_at: float
    expires_at: float
    closed: bool
    person_id: bytes
    mandate: Mandate
    emergency: bool = False

    @property
    def actor(self) -> Actor:
        """Who acts in it, as an entry says it."""
        return actor_under(self.mandate)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case, as the list of one's cases shows it; its fields are those of `Case`."""

    id: str
    number: int
    purpose: str
    opened_at: float
    expires_at: float
    closed: bool


Begun = Callable[[Transaction, str, int], Awaitable[object]]
"""Further statements of the transaction that opens a case; given its id and number."""


async def open_case(  # noqa: PLR0913 -- what a case begins with
    engine: Engine,
    session: StaffSession,
    purpose: str,
    *,
    seconds: float = limits.CASE_SECONDS,
    asked: bool = False,
    also: Begun | None = None,
) -> Case:
    """Open a case for one purpose of the staff member's own roles.

    One that answers people about their own information begins with what somebody asked: the rights desk opens it.

    Args:
        engine: Open.
        session: Signed in with both factors.
        purpose: A purpose; only one of their roles' own is accepted.
        seconds: Time box.
        asked: Whether the rights desk opens it, for a request it records.
        also: Further statements of its transaction; what they raise leaves no case.

    Raises:
        DeniedError: No role of theirs has this purpose (or it is not declared), or nobody asked; recorded.
    """
    at = engine.ready()
    policy = engine.policy.policy
    role = session.role_for(engine, purpose)
    if not role or purpose not in policy.purposes or not policy.roles[role].look_up:
        raise await _not_theirs(engine, session, purpose)
    if asks_for_rights(engine, purpose) and not asked:
        raise await _nobody_asked(engine, session, purpose)
    case_id = random_id()

    async def body(tx: Transaction) -> None:
        number = await insert_case(tx, session, case_id, role, purpose, at, seconds, limits.CASE_RELEASES)
        actor = session.acting(role=role, purpose=purpose, case=str(number))
        await insert_entries(tx, [entry_of(engine, actor, Act.CASE_OPEN, at=at, rests_on=f"purposes:{purpose}")], at)
        if also is not None:
            await also(tx, case_id, number)

    await engine.data.write(body)
    return await case_of(engine, session, case_id)


async def _not_theirs(engine: Engine, session: StaffSession, purpose: str) -> DeniedError:
    """Record that a case was refused: the purpose is another role's, or nobody's; return the error."""
    declared = engine.policy.policy.purposes.get(purpose)
    reason = "role" if declared else "purpose"
    ground = RESTS_ON[reason]
    actor = session.acting(purpose=declared.id if declared else "")
    entry_id = await record(
        engine, actor, Act.CASE_OPEN, outcome=Outcome.REFUSED, rests_on=ground, facts=(("reason", reason),)
    )
    return DeniedError(
        f"expected a purpose of {', '.join(session.roles)}, found {declared.id if declared else 'none the policy declares'}",
        step=1 if declared else 2,
        needed="a role whose purposes include this one" if declared else "a purpose the policy declares",
        entry_id=entry_id,
        reason=reason,
        rests_on=ground,
    )


async def _nobody_asked(engine: Engine, session: StaffSession, purpose: str) -> DeniedError:
    """Record that a case was refused, since it would answer nobody; return the error."""
    ground, facts = f"purposes:{purpose}", (("reason", "rights-case"),)
    entry_id = await record(
        engine, session.acting(purpose=purpose), Act.CASE_OPEN, outcome=Outcome.REFUSED, rests_on=ground, facts=facts
    )
    return DeniedError(
        "expected a request that somebody made, found a case without one",
        step=2,
        needed="a request: record at the rights desk what they ask, which opens its case",
        entry_id=entry_id,
        reason="rights-case",
        rests_on=ground,
    )


async def insert_case(  # noqa: PLR0913 -- what a case is made of
    tx: Transaction,
    session: StaffSession,
    case_id: str,
    role: str,
    purpose: str,
    at: float,
    seconds: float,
    releases: int,
) -> int:
    """Insert a case and its mandate, within *tx*; return its number. Each argument is a column of one of the two.

    Args:
        tx: A write transaction of D.
        session: Who acts.
        case_id: Fresh.
        role: Role acted in; the caller has checked that they may.
        purpose: A purpose of that role.
        at: Now, unix seconds.
        seconds: Time box.
        releases: How many releases it is good for.
    """
    number = await tx.value(sql.CaseNext) + 1
    await tx.run(
        "case_insert",
        case_id=case_id,
        number=number,
        staff_id=session.staff_id,
        role=role,
        purpose=purpose,
        opened_at=at,
        expires_at=at + seconds,
    )
    mandate = staff_mandate(
        session,
        role,
        purpose,
        expires_at=at + seconds,
        volume=releases,
        case=str(number),
    )
    await insert_mandate(tx, mandate, case_id=case_id, kind=ONE_PERSON)
    return number


async def case_of(engine: Engine, session: StaffSession, case_id: str) -> Case:
    """Return one of the staff member's own cases.

    Raises:
        InputError: No such case of theirs.
    """

    async def body(tx: Transaction) -> Case | None:
        row = await tx.one(sql.CaseGet, case_id=case_id)
        mandate = await tx.one(sql.MandateOfCase, case_id=case_id)
        if row is None or mandate is None or row.staff_id != session.staff_id:
            return None
        holder = await tx.one(sql.CasePersonGet, case_id=case_id)
        lent = await tx.one(sql.EmergencyGet, case_id=case_id)
        person_id = bytes(holder[0]) if holder else b""
        return Case(
            case_id, row.number, row.purpose, row.role, row.opened_at, row.expires_at, row.closed_at is not None, person_id,
            Mandate(
                id=mandate.mandate_id, kind="staff", actor=session.actor, role=row.role, purpose=row.purpose, case=str(row.number),
                person_id=person_id, signed_in_at=mandate.signed_in_at, expires_at=mandate.expires_at,
                revoked=mandate.revoked_at is not None, volume_left=mandate.volume_left,
            ), lent is not None,
        )  # fmt: skip

    found = await engine.data.read(body)
    if found is None:
        raise InputError("expected one of your cases, found none", reason="case-unknown", hint="open a case")
    return found


async def loaded(engine: Engine, session: StaffSession, case: Case | str) -> Case:
    """Return a case that is loaded already, or load it by its id: see `case_of`."""
    return case if isinstance(case, Case) else await case_of(engine, session, case)


async def holder_of(engine: Engine, case: Case, slots: tuple[str, ...] = ()) -> Person | None:
    """Return the person a case holds, with the sealed values of *slots*; None where it holds nobody, or somebody erased since."""
    try:
        return await engine.people.load(case.person_id, slots) if case.person_id else None
    except ErasedError:
        return None


async def acting_about(engine: Engine, session: StaffSession, case: Case, act: Act) -> Person:
    """Return the person an act in a case is about, where a read of anything of theirs could pass at all.

    An act that opens nothing passes what a read passes: the case is open and no emergency, and what the person gave is not
    kept from its purpose. Its own transaction charges the case's mandate (`staff.mandates.charge`), as a read is charged.

    Args:
        engine: Open.
        session: Whose case it is.
        case: Theirs.
        act: What is done, for the entry of a refusal.

    Raises:
        DeniedError: The case is over or an emergency, or everything the person gave is refused to it; recorded.
        InputError: The case holds nobody.
    """
    await require_open(engine, case, act)
    person = await holder_of(engine, case)
    if person is None:
        raise nobody_in_it()
    answers = (await items_of_case(engine, session, case, person)).values()
    stands = [one for one in answers if isinstance(one, Refused) and one.step not in NOT_GIVEN]
    no = (
        lends_the_screen(engine) if case.emergency else stands[0] if stands and len(stands) == _given(answers) else None
    )
    if no is None:
        return person
    entry_id = await record(
        engine,
        case.actor,
        act,
        about(person),
        outcome=Outcome.REFUSED,
        clause=no.clause,
        facts=(("reason", no.reason),),
    )
    raise DeniedError(
        f"expected a person this case may act about, found them refused for {case.purpose} at step {no.step}: {no.reason}",
        step=no.step,
        needed=no.needed,
        entry_id=entry_id,
        reason=no.reason,
        clause=f"§{no.clause}" if no.clause else "",
    )


def _given(answers: Collection[Decision]) -> int:
    """Count the answers about what the person gave."""
    return sum(not isinstance(one, Refused) or one.step not in NOT_GIVEN for one in answers)


def lends_the_screen(engine: Engine) -> Refused:
    """Return the no to whatever is no look at the screen, in an emergency."""
    needed = "a case of your own role: an emergency lends the screen alone"
    return Refused(7, "exit", engine.clause("break-glass-reviewed"), needed)


async def cases_of(engine: Engine, session: StaffSession) -> list[CaseLine]:
    """Return the staff member's cases, newest first."""
    rows = await engine.data.all(sql.CasesOfStaff, staff_id=session.staff_id, limit=50)
    return [
        CaseLine(one.case_id, one.number, one.purpose, one.opened_at, one.expires_at, one.closed_at is not None)
        for one in rows
    ]


async def find_in_case(engine: Engine, session: StaffSession, case: Case | str, criteria: Mapping[str, str]) -> Case:
    """Find the case's person and bind the case to them.

    Raises:
        DeniedError: The case is closed or over.
        NotFoundError: No person this case may see.
        InputError: More than one, or the case holds somebody already.
    """
    case = await loaded(engine, session, case)
    case_id = case.id
    await require_open(engine, case, Act.PERSON_FIND)
    if case.person_id or case.emergency:
        raise InputError(
            "expected a case that holds nobody yet, found one that does", reason="case-bound", hint="open another case"
        )
    person_id = await find_person(engine, case.mandate, criteria)
    at = engine.clock.now()

    async def body(tx: Transaction) -> None:
        if await tx.one(sql.CasePersonGet, case_id=case_id) is not None:
            raise ConflictError("the case was bound in another window", reason="case-bound", hint="look at it again")
        await tx.run("case_person_insert", person_id=person_id, case_id=case_id, bound_at=at)

    await engine.data.write(body)
    return await case_of(engine, session, case_id)


async def items_of_case(
    engine: Engine, session: StaffSession, case: Case | str, person: Person | None = None
) -> dict[str, Decision]:
    """Return for each item of the policy whether this case may open it on the screen; opens and records nothing.

    Names only: a mask shows the item's name and no character of it. Items the person never gave, and items the purpose
    does not use, are refused alike in the answer's step and clause.
    """
    case = await loaded(engine, session, case)
    person = person or await holder_of(engine, case)
    if person is None:
        return {}
    purpose = engine.policy.policy.purposes.get(case.purpose)
    wanted = tuple(
        item.id
        for item in engine.policy.policy.items.values()
        if item.collected and not item.per_instance and (purpose is None or purpose.may_use(item.id))
    )
    return await gate.decide(engine, case.mandate, person, wanted, Exit.SCREEN, engine.ready())


async def stated_items(
    engine: Engine, session: StaffSession, case: Case | str, person: Person | None = None
) -> dict[str, tuple[str, bool]]:
    """Return which items a case may open another company gave: what it is called, and whether the person confirmed its word.

    Args:
        engine: Open.
        session: Whose case it is.
        case: Its id, or the case where it is loaded already.
        person: The case's person, where they are loaded already.
    """
    case = await loaded(engine, session, case)
    person = person or await holder_of(engine, case)
    if person is None:
        return {}
    answers = await items_of_case(engine, session, case, person)
    words = {slot: person.state.stated_of(slot) for slot, one in answers.items() if isinstance(one, Allowed)}
    return {
        slot: (
            await title_of(engine, PartyKind.PARTNER, one.partner, one.taken_at),
            one.confirmed_at is not None,
        )
        for slot, one in words.items()
        if one is not None
    }


async def open_item(
    engine: Engine, session: StaffSession, case: Case | str, slot: str, person: Person | None = None
) -> Card:
    """Open one item of the case's person on the screen.

    Args:
        engine: Open.
        session: Whose case it is.
        case: Its id, or the case where it is loaded already.
        slot: Which item.
        person: The case's person with this slot, where they are loaded already.

    Raises:
        DeniedError: The policy says no; the reason is shown, since the case holds this person.
        InputError: The case holds nobody yet.
    """
    case = await loaded(engine, session, case)
    await require_open(engine, case, Act.VALUE_READ)
    if not case.person_id:
        raise nobody_in_it()
    if not case.emergency:
        return await gate.read(engine, case.mandate, case.person_id, (slot,), Exit.SCREEN, person=person)
    try:
        session.require(engine, "break-glass")
    except DeniedError as error:  # the right was taken away meanwhile
        whom = await about_person(engine, case.person_id)
        raise await record_refusal(engine, case.actor, error, whom, act=Act.EMERGENCY_READ) from None
    at = engine.clock.now()

    def opened(entry_id: str) -> Effect:
        return lambda tx: tx.run("emergency_item_insert", case_id=case.id, entry_id=entry_id, item=slot, at=at)

    return await gate.read(
        engine, case.mandate, case.person_id, (slot,), Exit.SCREEN, act=Act.EMERGENCY_READ, also=opened
    )


async def close_case(engine: Engine, session: StaffSession, case_id: str) -> None:
    """Close a case; its mandate ends with it."""
    case = await case_of(engine, session, case_id)
    at = engine.clock.now()

    async def body(tx: Transaction) -> None:
        await tx.run("case_close", case_id=case_id, at=at)
        await tx.run("emergency_end", case_id=case_id, at=at)
        await tx.run("mandates_revoke_case", case_id=case_id, at=at)

    await engine.data.write(body)
    await record(engine, case.actor, Act.CASE_CLOSE)


def nobody_in_it() -> InputError:
    """Return the error for what a case without a person cannot do."""
    return InputError(
        "expected a case that holds a person, found one that does not", reason="case-empty", hint="find them first"
    )


async def require_open(engine: Engine, case: Case, act: Act) -> None:
    """Insist that a case is neither closed nor over.

    Args:
        engine: Open.
        case: Whose.
        act: What is tried in it.

    Raises:
        DeniedError: It is; recorded, also for the person it holds.
    """
    if case.closed or case.expires_at < engine.clock.now():
        error = DeniedError(
            "expected an open case, found one that is over",
            step=1,
            needed="a new case",
            reason="case-over",
            rests_on="roles",
        )
        whom = await about_person(engine, case.person_id) if case.person_id else None
        raise await record_refusal(engine, case.actor, error, whom, act=act)
