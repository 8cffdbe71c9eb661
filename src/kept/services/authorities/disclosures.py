"""The legal desk: what a law requires is disclosed within the scope of the request, and nothing beyond it.

One member of staff records a request and the people it names; asking for approval fixes its scope under a seal, and when
another approves, the bundle is made.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kept import limits
from kept.crypto.random import random_id
from kept.errors import ConflictError, DeniedError, InputError, Mistakes
from kept.policy.model import Declaration
from kept.services.authorities.disclosure_bundle import bundle
from kept.services.authorities.disclosure_record import (
    ACT,
    GROUND,
    KEY,
    Disclosure,
    Terms,
    Text,
    desk_entry,
    disclosure_of,
    person_seal,
    require_authority,
    require_desk,
    require_scope,
    scope_seal,
)
from kept.services.authorities.request_paper import open_paper, put_paper
from kept.services.authorities.request_reading import seal_named, subject_of
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.sealed_record import seal_installation_record
from kept.services.gate.person_search import Sought, find_by_login, find_person
from kept.services.staff.approvals import Approval, Given, Subject
from kept.services.staff.bulk_approval import REQUEST, insert_mandate
from kept.services.staff.mandates import load_mandate, staff_mandate
from kept.services.staff.parties import Party, PartyKind, party_of
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.individual_number import guard_individual_number

WAITS = ("court-order", "law-forbids", "inquiry-at-risk")
"""Why a person is told only later: a closed list."""


def grounds_of(engine: Engine) -> tuple[str, ...]:
    """Return the grounds the policy accepts; none where it declares no disclosure."""
    declared = _declared(engine)
    return tuple(str(one) for one in declared.body.get("grounds", ())) if declared else ()  # type: ignore[attr-defined]


def items_of(engine: Engine) -> tuple[str, ...]:
    """Return the items a request may name: those that are collected at all."""
    return tuple(one.id for one in engine.policy.policy.items.values() if one.collected)


def silence_at_most(engine: Engine) -> float:
    """Return how long the policy lets a law keep a disclosure from the person, seconds; 0 where it does not say."""
    declared = _declared(engine)
    return float(str(declared.body.get("silence", 0))) if declared else 0.0


async def record(engine: Engine, session: StaffSession, terms: Terms) -> str:
    """Record a request that has come; return its id.

    Raises:
        DeniedError: No role of theirs has the purpose.
        InputError: The policy declares no disclosure, a term is not acceptable, or the authority is not in the register.
    """
    purpose = require_desk(engine, session)
    at = engine.ready()
    party = await _authority(engine, terms, at)
    await engine.keyring.ensure_installation_key(KEY, at)
    role = session.require_purpose(engine, purpose.id)
    disclosure_id = random_id()
    text = msgspec.json.encode(Text(party.title, terms.reference.strip(), party.id))
    sealed = seal_installation_record(engine, ACT, disclosure_id, text, under=KEY)
    mandate = staff_mandate(
        session,
        role,
        purpose.id,
        expires_at=at + limits.DISCLOSURE_DUE_SECONDS + limits.DAY,
        volume=limits.DISCLOSURE_RELEASES,
    )

    async def body(tx: Transaction) -> None:
        number = await tx.value(sql.DisclosureNext) + 1
        await tx.run(
            "disclosure_insert",
            disclosure_id=disclosure_id,
            number=number,
            ground=terms.ground,
            items=",".join(terms.items),
            starts_at=terms.starts_at,
            ends_at=terms.ends_at,
            received_at=terms.received_at,
            due_at=terms.due_at,
            told_from=terms.told_from,
            waits_for=terms.waits_for,
            public_key=party.public_key,
            sealed=sealed,
            recorded_by=session.login,
            recorded_at=at,
            mandate_id=mandate.id,
        )
        await insert_mandate(tx, mandate, case_id=disclosure_id, kind=REQUEST)
        facts = (("request", str(number)), ("ground", terms.ground), ("items", str(len(terms.items))))
        entry = desk_entry(engine, session.acting(), Act.DISCLOSURE_RECORD, at, *facts)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return disclosure_id


async def _authority(engine: Engine, terms: Terms, at: float) -> Party:
    """Return the authority a request comes from.

    Raises:
        InputError: It is not in the register, or a term is not acceptable; everything that is wrong is said at once.
    """
    party, wrong = await party_of(engine, PartyKind.AUTHORITY, terms.authority), Mistakes()
    unknown = InputError(
        "expected an authority of the register, found none in effect",
        field="authority",
        reason="authority-unknown",
        hint="register it with its key on the console: two confirm it, and it counts a day later",
        rests_on=GROUND,
    )
    if party is None:
        wrong.add(unknown)
    _look_at_terms(engine, terms, at, wrong)
    wrong.insist()
    if party is None:
        raise unknown
    return party


def _require_room(found: Disclosure) -> None:
    if len(found.people) >= limits.DISCLOSURE_PEOPLE:
        raise InputError(
            f"expected at most {limits.DISCLOSURE_PEOPLE} people in a request, found more",
            reason="disclosure-people",
            hint="record a second request",
            rests_on=GROUND,
        )


async def name_person(
    engine: Engine, session: StaffSession, disclosure_id: str, *, login_name: str = "", criteria: Mapping[str, str]
) -> None:
    """Find a person the request names, and hold them to it.

    Args:
        engine: Open.
        session: Signed in.
        disclosure_id: The request's.
        login_name: The login name we issued, as the request gives it; empty to find by *criteria*.
        criteria: Text by findable item, as the request gives it.

    Raises:
        DeniedError: No role of theirs has the purpose, or another recorded it; or the scope is fixed already (recorded).
        NotFoundError: Nobody fits.
        InputError: Several people fit, this one is named already, or the request names too many.
    """
    require_desk(engine, session)
    found = await disclosure_of(engine, disclosure_id)
    if found.status != "recorded":
        raise await _exceeded(engine, session, found, "persons")
    _require_recorder(session, found)
    _require_room(found)
    said = (
        {"login-name": login_name.strip()}
        if login_name.strip()
        else {one: text for one, text in criteria.items() if text}
    )
    mandate = await load_mandate(engine, found.mandate_id)
    sought = Sought(found.terms.starts_at, found.terms.ends_at, str(found.number), found.terms.told_from)
    if login_name.strip():
        person_id, found_by = await find_by_login(engine, mandate, login_name, sought), "login-name"
    else:
        person_id, found_by = await find_person(engine, mandate, criteria, sought), ",".join(criteria)
    if any(one.person_id == person_id for one in found.people):
        raise InputError(
            "expected another person, found one the request names already",
            reason="disclosure-person",
            rests_on=GROUND,
        )

    async def body(tx: Transaction) -> None:
        rows = await _as_read(tx, found)
        place = 1 + max((one.place for one in rows), default=0)
        await tx.run(
            "disclosure_person_insert",
            person_id=person_id,
            disclosure_id=disclosure_id,
            place=place,
            found_by=found_by,
            named=seal_named(engine, disclosure_id, place, said),
            seal=person_seal(engine, disclosure_id, person_id, place),
        )

    await engine.data.write(body)


def _require_recorder(session: StaffSession, found: Disclosure) -> None:
    """Insist on who recorded a request: what is done under it stands in the record, and for four eyes, as theirs."""
    if session.login != found.recorded_by:
        raise DeniedError(
            "expected who recorded the request, found another member of staff",
            step=1,
            needed="whoever recorded it; or a request of their own",
            reason="disclosure-recorder",
            rests_on=GROUND,
        )


async def _as_read(tx: Transaction, found: Disclosure) -> list[sql.DisclosurePeople]:
    """Return the rows of a request's people, within *tx*; insist that they, its paper and its step are as they were read.

    Raises:
        ConflictError: Another window was faster.
    """
    row = await tx.one(sql.DisclosureGet, disclosure_id=found.id)
    rows = await tx.all(sql.DisclosurePeople, disclosure_id=found.id)
    if row is None or row.status != "recorded":
        raise ConflictError("the request was fixed in another window", reason="disclosure-fixed", rests_on=GROUND)
    people = {one.person_id for one in found.people}
    if row.paper_hash != found.paper_hash or {one.person_id for one in rows} != people:
        raise ConflictError(
            "the request was changed in another window",
            reason="disclosure-step",
            hint="look at it again",
            rests_on=GROUND,
        )
    return rows


async def attach_paper(engine: Engine, session: StaffSession, disclosure_id: str, unverified: bytes) -> None:
    """Put the paper a request came on beside it, sealed.

    Args:
        engine: Open.
        session: Acts for disclosures.
        disclosure_id: The request's.
        unverified: The file as it came, PDF, PNG or JPEG.

    Raises:
        DeniedError: No role of theirs has the purpose, or another recorded it; or the scope is fixed already (recorded).
        InputError: It is no such file, or too large.
    """
    require_desk(engine, session)
    found = await disclosure_of(engine, disclosure_id)
    if found.status != "recorded":
        raise await _exceeded(engine, session, found, "paper")
    _require_recorder(session, found)
    await put_paper(engine, disclosure_id, unverified)


async def ask(engine: Engine, session: StaffSession, disclosure_id: str) -> None:
    """Fix what the request names, and ask for a second approver.

    Raises:
        DeniedError: No role of theirs has the purpose.
        InputError: It names nobody yet, or its paper is not beside it.
        ConflictError: It was asked for before.
    """
    require_desk(engine, session)
    found = await disclosure_of(engine, disclosure_id)
    if not found.people:
        raise InputError(
            "expected a request that names somebody, found nobody in it",
            reason="disclosure-nobody",
            hint="find the people it names first",
            rests_on=GROUND,
        )
    await open_paper(engine, disclosure_id, found.paper_hash)
    at = engine.ready()
    entry = desk_entry(engine, session.acting(), Act.DISCLOSURE_ASK, at, ("request", str(found.number)))

    async def also(tx: Transaction, approval_id: str) -> None:
        await _as_read(tx, found)
        if not await tx.run(
            "disclosure_ask",
            disclosure_id=disclosure_id,
            approval_id=approval_id,
            scope_seal=scope_seal(engine, found),
        ):
            raise ConflictError(
                "expected the request one step earlier, found it elsewhere",
                reason="disclosure-step",
                hint="look at it again",
                rests_on=GROUND,
            )
        await insert_entries(tx, [entry], at)

    await DISCLOSING.ask(engine, session, disclosure_id, also)


async def _about(engine: Engine, disclosure_id: str) -> Subject:
    return subject_of(engine, await disclosure_of(engine, disclosure_id))


async def _let(engine: Engine, given: Given) -> Effect:
    """Let the bundle be made of what the request named when it was asked for; nothing where all of them are being erased."""
    found = await disclosure_of(engine, given.subject)
    await require_scope(engine, found)
    await require_authority(engine, found)
    staying = [one for one in found.people if await engine.people.stays(one.person_id)]

    async def effect(tx: Transaction) -> bool:
        return bool(staying) and bool(await tx.run("disclosure_approve", disclosure_id=given.subject))

    return effect


DISCLOSING = Approval(
    act=ACT,
    title="Disclose what a law requires",
    page="/legal/{subject}",
    about=_about,
    effect=_let,
    then=bundle,
    back=lambda tx, disclosure_id: tx.run("disclosure_back", disclosure_id=disclosure_id),
    apart=True,
)


def _declared(engine: Engine) -> Declaration | None:
    return next((one for one in engine.policy.policy.declarations if one.word == "disclosure"), None)


def _look_at_terms(engine: Engine, terms: Terms, at: float, mistakes: Mistakes) -> None:
    declared = _declared(engine)
    wrong = {
        "disclosure": declared is None or int(str(declared.body.get("approvals", 2))) > 2,  # noqa: PLR2004 -- one asks, one approves
        "reference": len(terms.reference) > limits.AUTHORITY_REFERENCE_CHARACTERS,
        "ground": terms.ground not in grounds_of(engine),
        "items": not terms.items
        or len(set(terms.items)) < len(terms.items)
        or bool({*terms.items} - {*items_of(engine)}),
        "period": not 0 <= terms.starts_at <= terms.ends_at <= at + limits.DAY,
        "received": terms.received_at > at + limits.DAY,
        "due": not terms.received_at < terms.due_at <= at + limits.DISCLOSURE_DUE_SECONDS,
        "told": bool(terms.told_from) != bool(terms.waits_for)
        or (
            bool(terms.told_from)
            and not (at < terms.told_from <= at + silence_at_most(engine) and terms.waits_for in WAITS)
        ),
    }
    for field in (name for name, found in wrong.items() if found):
        mistakes.add(
            InputError(
                f"expected the {field} of a request as it was received, found what cannot be",
                field=field,
                reason="disclosure-terms",
                hint="name ground, items, period, due date, and when the person is told; for later than at once, within what "
                "the policy allows, date and ground",
                rests_on=GROUND,
            )
        )
    with mistakes.of("reference"):
        guard_individual_number(terms.reference, "reference")


async def _exceeded(engine: Engine, session: StaffSession, found: Disclosure, what: str) -> DeniedError:
    at = engine.clock.now()
    facts = (("request", str(found.number)), ("what", what))
    entry = desk_entry(engine, session.acting(), Act.DISCLOSURE_EXCEED, at, *facts)
    await engine.flush.append(entry)
    return DeniedError(
        "expected what the request names, found more: its scope is fixed",
        step=5,
        needed="another request",
        entry_id=entry.entry.id.hex(),
        reason="disclosure-fixed",
        rests_on=GROUND,
    )
