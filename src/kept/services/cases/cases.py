"""Cases: staff act for one purpose of their role, for one person, for a limited time.

A case holds one person, bound by its first hit. Within it, reasons for a refusal are shown (DESIGN §2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kept.crypto.random import random_id
from kept.errors import ConflictError, DeniedError, ErasedError, InputError
from kept.policy.decision import Decision, Mandate
from kept.policy.words import Exit
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.entry import build_entry
from kept.services.engine.flush import Effect
from kept.services.gate import gate
from kept.services.gate.finding import find_person
from kept.services.gate.released import Card
from kept.services.staff.account_part import staff_account
from kept.services.staff.bulk_approval import ONE_PERSON, insert_mandate
from kept.services.staff.mandates import staff_mandate
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

CASE_SECONDS = 30 * 60.0
RELEASES_AT_MOST = 40


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


async def open_case(engine: Engine, session: StaffSession, purpose: str, *, seconds: float = CASE_SECONDS) -> Case:
    """Open a case for one purpose of the staff member's own roles.

    Args:
        engine: Open.
        session: Signed in with both factors.
        purpose: A purpose; only one of their roles' own is accepted.
        seconds: Time box.

    Raises:
        DeniedError: No role of theirs has this purpose (or it is not declared); recorded.
    """
    at = engine.ready()
    policy = engine.policy.policy
    role = session.role_for(engine, purpose)
    if not role or purpose not in policy.purposes or not policy.roles[role].look_up:
        declared = purpose in policy.purposes
        clause = policy.purposes[purpose].clause if declared else "2.1"
        entry_id = await _record(
            engine,
            session,
            Act.CASE_OPEN,
            Outcome.REFUSED,
            clause="5.2" if declared else "2.1",
            purpose=purpose if declared else "",
            facts=(("reason", "role" if declared else "purpose"),),
        )
        raise DeniedError(
            f"expected a purpose of {', '.join(session.roles)}, found "
            + (f"{purpose} (§{clause})" if declared else "one the policy does not declare"),
            step=1 if declared else 2,
            needed="a role whose purposes include this one" if declared else "a purpose the policy declares",
            entry_id=entry_id,
            reason="role" if declared else "purpose",
            clause="§5.2" if declared else "§2.1",
        )
    case_id = random_id()
    number = await engine.data.write(
        lambda tx: insert_case(tx, session, case_id, role, purpose, at, seconds, RELEASES_AT_MOST)
    )
    await _record(
        engine,
        session,
        Act.CASE_OPEN,
        Outcome.DONE,
        clause=policy.purposes[purpose].clause,
        purpose=purpose,
        case=str(number),
        role=role,
    )
    return await case_of(engine, session, case_id)


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
    """Insert a case and its mandate, within *tx*; return its number.

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
    await tx.run("meta_put", name=f"case-mandate:{case_id}", value=mandate.id)
    return number


async def case_of(engine: Engine, session: StaffSession, case_id: str) -> Case:
    """Return one of the staff member's own cases.

    Raises:
        InputError: No such case of theirs.
    """

    async def body(tx: Transaction) -> Case | None:
        row = await tx.one(sql.CaseGet, case_id=case_id)
        mandate_id = await tx.value(sql.MetaGet, name=f"case-mandate:{case_id}")
        if row is None or mandate_id is None or row.staff_id != session.staff_id:
            return None
        mandate = await tx.one(sql.MandateGet, mandate_id=mandate_id)
        if mandate is None:
            return None
        lent = await tx.one(sql.EmergencyGet, case_id=case_id)
        person_id = await tx.value(sql.CasePersonGet, case_id=case_id) or b""
        return Case(
            case_id, row.number, row.purpose, row.role, row.opened_at, row.expires_at, row.closed_at is not None, person_id,
            Mandate(
                id=mandate_id, kind="staff", actor=session.actor, role=row.role, purpose=row.purpose, case=str(row.number),
                person_id=person_id, signed_in_at=mandate.signed_in_at, expires_at=mandate.expires_at,
                revoked=mandate.revoked_at is not None, volume_left=mandate.volume_left,
            ), lent is not None,
        )  # fmt: skip

    found = await engine.data.read(body)
    if found is None:
        raise InputError("expected one of your cases, found none", reason="case-unknown", hint="open a case")
    return found


async def cases_of(engine: Engine, session: StaffSession) -> list[tuple[str, int, str, float, float, bool]]:
    """Return the staff member's cases, newest first: id, number, purpose, opened, end of time box, closed."""
    rows = await engine.data.all(sql.CasesOfStaff, staff_id=session.staff_id, limit=50)
    return [
        (one.case_id, one.number, one.purpose, one.opened_at, one.expires_at, one.closed_at is not None) for one in rows
    ]


async def find_in_case(engine: Engine, session: StaffSession, case_id: str, criteria: Mapping[str, str]) -> Case:
    """Find the case's person and bind the case to them.

    Raises:
        DeniedError: The case is closed or over.
        NotFoundError: No person this case may see.
        InputError: More than one, or the case holds somebody already.
    """
    case = await case_of(engine, session, case_id)
    require_open(engine, case)
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


async def items_of_case(engine: Engine, session: StaffSession, case_id: str) -> dict[str, Decision]:
    """Return for each item of the policy whether this case may open it on the screen; opens and records nothing.

    Names only: a mask shows the item's name and no character of it. Items the person never gave, and items the purpose
    does not use, are refused alike in the answer's step and clause.
    """
    case = await case_of(engine, session, case_id)
    if not case.person_id:
        return {}
    try:
        person = await engine.people.load(case.person_id)
    except ErasedError:
        return {}
    purpose = engine.policy.policy.purposes.get(case.purpose)
    wanted = tuple(
        item.id
        for item in engine.policy.policy.items.values()
        if item.collected and not item.per_instance and (purpose is None or purpose.may_use(item.id))
    )
    return await gate.decide(engine, case.mandate, person, wanted, Exit.SCREEN, engine.ready())


async def open_item(engine: Engine, session: StaffSession, case_id: str, slot: str) -> Card:
    """Open one item of the case's person on the screen.

    Raises:
        DeniedError: The policy says no; the reason is shown, since the case holds this person.
        InputError: The case holds nobody yet.
    """
    case = await case_of(engine, session, case_id)
    require_open(engine, case)
    if not case.person_id:
        raise InputError(
            "expected a case that holds a person, found one that does not", reason="case-empty", hint="find them first"
        )
    if not case.emergency:
        return await gate.read(engine, case.mandate, case.person_id, (slot,), Exit.SCREEN)
    session.require(engine, "break-glass")
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
    await _record(
        engine,
        session,
        Act.CASE_CLOSE,
        Outcome.DONE,
        clause="5.2",
        purpose=case.purpose,
        case=str(case.number),
        role=case.role,
    )


def require_open(engine: Engine, case: Case) -> None:
    """Insist that a case is neither closed nor over.

    Raises:
        DeniedError: It is.
    """
    if case.closed or case.expires_at < engine.clock.now():
        raise DeniedError(
            "expected an open case, found one that is over",
            step=1,
            needed="a new case",
            reason="case-over",
            clause="§5.2",
        )


async def _record(  # noqa: PLR0913 -- the fields of an entry
    engine: Engine,
    session: StaffSession,
    act: Act,
    outcome: Outcome,
    *,
    clause: str,
    purpose: str = "",
    case: str = "",
    role: str = "",
    facts: tuple[tuple[str, str], ...] = (),
) -> str:
    return await engine.record(
        build_entry(
            staff_account(
                engine,
                session,
                act,
                outcome,
                engine.clock.now(),
                role=role,
                purpose=purpose,
                clause=clause,
                case=case,
                facts=facts,
            )
        )
    )
