"""The legal desk: what a law requires is disclosed within the scope of the request, and nothing beyond it.

One member of staff records a request and the people it names; asking for approval fixes its scope under a seal, another
approves, and the bundle is made: each person is decided about alone, and what is released is written sealed to the
authority's key in the transaction of its own entry. A kill goes on with the next person.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from kept import limits
from kept.crypto.digest import framed
from kept.crypto.random import random_id
from kept.crypto.sealed_to import seal_to
from kept.errors import ConflictError, DeniedError, ErasedError, EvidenceError, InputError, NotFoundError
from kept.policy.decision import LawRequest, Mandate
from kept.policy.duties import purpose_for
from kept.policy.model import Declaration, Purpose
from kept.policy.words import Exit, PurposeDuty
from kept.services.authorities.disclosure_file import bundle_info, pack_bundle, record_of
from kept.services.authorities.disclosure_record import GROUND, Disclosure, Named, Terms
from kept.services.authorities.request_paper import open_paper, put_paper
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, SealedEntry, insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import SYSTEM, Actor, about_person, entry_of
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record
from kept.services.gate import gate
from kept.services.gate.finding import Sought, find_by_login, find_person
from kept.services.gate.gate import Circumstances
from kept.services.staff.approvals import Approval, Given, Subject, require_approved
from kept.services.staff.bulk_approval import REQUEST, insert_mandate
from kept.services.staff.mandates import load_mandate, staff_mandate
from kept.services.staff.parties import Party, PartyKind, party_by_id, party_of
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.sealed import open_record, seal_record

ACT = "disclosure"
KEY = "legal"
INSTALLATION_OWNER = b"installation"
WAITS = ("court-order", "law-forbids", "inquiry-at-risk")
"""Why a person is told only later: a closed list."""
DAY = limits.DAY
DUE_AT_MOST = limits.DISCLOSURE_DUE_SECONDS
PEOPLE_AT_MOST = limits.DISCLOSURE_PEOPLE
VOLUME = limits.DISCLOSURE_RELEASES
REFERENCE_AT_MOST = limits.AUTHORITY_REFERENCE_CHARACTERS
NAMED = "disclosure-person"


class Text(msgspec.Struct, frozen=True):
    """What is written about a request, sealed under a key of the installation: text about somebody's affair."""

    authority: str
    reference: str
    party: str


def purpose_of(engine: Engine) -> Purpose | None:
    """Return the purpose disclosures are made for; None where the policy has none, and so no legal desk."""
    return purpose_for(engine.policy.policy, PurposeDuty.LEGAL_DISCLOSURE)


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
    purpose = _require(engine, session)
    at = engine.ready()
    _check_terms(engine, terms, at)
    party = await party_of(engine, PartyKind.AUTHORITY, terms.authority)
    if party is None:
        raise InputError(
            "expected an authority of the register, found none in effect",
            reason="authority-unknown",
            hint="register it with its key on the console: two confirm it, and it counts a day later",
            rests_on=GROUND,
        )
    await engine.keyring.ensure_installation_key(KEY, at)
    role = session.require_purpose(engine, purpose.id)
    disclosure_id = random_id()
    sealed = seal_record(
        engine.keyring.installation_key(KEY),
        msgspec.json.encode(Text(party.title, terms.reference.strip(), party.id)),
        vault_id=engine.vault_id,
        owner=INSTALLATION_OWNER,
        kind=ACT,
        record_id=disclosure_id,
    )
    mandate = staff_mandate(
        session,
        role,
        purpose.id,
        expires_at=at + DUE_AT_MOST + DAY,
        volume=VOLUME,
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
        entry = _entry(engine, session.acting(), Act.DISCLOSURE_RECORD, at, *facts)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return disclosure_id


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
        DeniedError: No role of theirs has the purpose; or the scope is fixed already (recorded).
        NotFoundError: Nobody fits.
        InputError: Several people fit, this one is named already, or the request names too many.
    """
    _require(engine, session)
    found = await disclosure_of(engine, disclosure_id)
    if found.status != "recorded":
        raise await _exceeded(engine, session, found, "persons")
    if len(found.people) >= PEOPLE_AT_MOST:
        raise InputError(
            f"expected at most {PEOPLE_AT_MOST} people in a request, found more",
            reason="disclosure-people",
            hint="record a second request",
            rests_on=GROUND,
        )
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
        rows = await tx.all(sql.DisclosurePeople, disclosure_id=disclosure_id)
        row = await tx.one(sql.DisclosureGet, disclosure_id=disclosure_id)
        if row is None or row.status != "recorded":
            raise ConflictError("the request was fixed in another window", reason="disclosure-fixed", rests_on=GROUND)
        place = 1 + max((one.place for one in rows), default=0)
        await tx.run(
            "disclosure_person_insert",
            person_id=person_id,
            disclosure_id=disclosure_id,
            place=place,
            found_by=found_by,
            named=seal_installation_record(engine, NAMED, f"{disclosure_id}/{place}", msgspec.json.encode(said)),
            seal=_person_seal(engine, disclosure_id, person_id, place),
        )

    await engine.data.write(body)


async def attach_paper(engine: Engine, session: StaffSession, disclosure_id: str, unverified: bytes) -> None:
    """Put the paper a request came on beside it, sealed.

    Args:
        engine: Open.
        session: Acts for disclosures.
        disclosure_id: The request's.
        unverified: The file as it came, PDF, PNG or JPEG.

    Raises:
        DeniedError: No role of theirs has the purpose; or the scope is fixed already (recorded).
        InputError: It is no such file, or too large.
    """
    _require(engine, session)
    found = await disclosure_of(engine, disclosure_id)
    if found.status != "recorded":
        raise await _exceeded(engine, session, found, "paper")
    await put_paper(engine, disclosure_id, unverified)


@dataclass(frozen=True, slots=True)
class Read:
    """A request as whoever decides about it reads it.

    Args:
        request: Its terms and people.
        authority: Its authority's entry in the register, with who asked for it and who confirmed it.
        named: How it names each person, by their place: text by item, or by `login-name`.
        silence: How long the person would not know, seconds; 0 for told at once.
        paper: The paper it came on.
    """

    request: Disclosure
    authority: Party
    named: dict[int, dict[str, str]]
    silence: float
    paper: bytes


async def read_request(engine: Engine, session: StaffSession, disclosure_id: str) -> Read:
    """Read what a request says, with its paper; that it was read is recorded, and those it names can see it when told.

    Args:
        engine: Open.
        session: Acts for disclosures, or approves.
        disclosure_id: The request's.

    Raises:
        DeniedError: Neither.
        InputError: No such request, or it has no paper yet.
        EvidenceError: Paper or authority were changed past Kept.
    """
    purpose = purpose_of(engine)
    if purpose is None or not session.acts_for(engine, purpose.id):
        session.require(engine, "approve")
    found, at = await disclosure_of(engine, disclosure_id), engine.ready()
    paper = await open_paper(engine, disclosure_id, found.paper_hash)
    authority = await party_by_id(engine, found.terms.party)
    named = {
        one.place: msgspec.json.decode(
            open_installation_record(engine, NAMED, f"{disclosure_id}/{one.place}", one.named), type=dict[str, str]
        )
        for one in found.people
    }
    facts = (("request", str(found.number)),)
    told_from = found.terms.told_from
    entries = [
        entry_of(
            engine,
            session.acting(),
            Act.DISCLOSURE_READ,
            await about_person(engine, one.person_id),
            at=at,
            told_from=told_from,
            facts=facts,
        )
        for one in found.people
    ] or [entry_of(engine, session.acting(), Act.DISCLOSURE_READ, at=at, facts=facts)]
    await engine.data.write(lambda tx: insert_entries(tx, entries, at))
    return Read(found, authority, named, max(found.terms.told_from - at, 0.0), paper)


async def ask(engine: Engine, session: StaffSession, disclosure_id: str) -> None:
    """Fix what the request names, and ask for a second approver.

    Raises:
        DeniedError: No role of theirs has the purpose.
        InputError: It names nobody yet, or its paper is not beside it.
        ConflictError: It was asked for before.
    """
    _require(engine, session)
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
    entry = _entry(engine, session.acting(), Act.DISCLOSURE_ASK, at, ("request", str(found.number)))

    async def also(tx: Transaction, approval_id: str) -> None:
        if not await tx.run(
            "disclosure_ask",
            disclosure_id=disclosure_id,
            approval_id=approval_id,
            scope_seal=_scope_seal(engine, found),
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
    found, purpose = await disclosure_of(engine, disclosure_id), purpose_of(engine)
    return Subject(str(found.number), people=len(found.people), purposes=(purpose.id,) if purpose else ())


async def _let(engine: Engine, given: Given) -> Effect:
    """Let the bundle be made of what the request named when it was asked for."""
    await _require_scope(engine, await disclosure_of(engine, given.subject))
    return lambda tx: tx.run("disclosure_approve", disclosure_id=given.subject)


async def bundle(engine: Engine, disclosure_id: str) -> Disclosure:
    """Make an approved request's bundle, or go on where a kill stopped it.

    Raises:
        DeniedError: Nobody approved it, or its mandate is over.
        EvidenceError: What the request names is not what was approved.
    """
    found = await disclosure_of(engine, disclosure_id)
    await require_approved(engine, found.approval_id)
    if found.status != "approved":
        return found
    await _require_scope(engine, found)
    for named in found.people:
        if not named.done:
            await _disclose(engine, await load_mandate(engine, found.mandate_id), found, named)
    at = engine.ready()
    done = await disclosure_of(engine, disclosure_id)
    released = sum(1 for one in done.outcomes.values() if one == "released")
    asked = len(found.people) * len(found.terms.items)
    recorded_by = Actor("staff", engine.actor_of(found.recorded_by))
    facts = (("request", str(found.number)), ("asked", str(asked)), ("released", str(released)))
    entry = _entry(engine, recorded_by, Act.DISCLOSURE_FINISH, at, *facts)

    async def body(tx: Transaction) -> None:
        if await tx.run("disclosure_finish", disclosure_id=disclosure_id, finished_at=at):
            await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return await disclosure_of(engine, disclosure_id)


DISCLOSING = Approval(
    act=ACT,
    title="Disclose what a law requires",
    page="/legal/{subject}",
    about=_about,
    effect=_let,
    then=bundle,
    back=lambda tx, disclosure_id: tx.run("disclosure_back", disclosure_id=disclosure_id),
)


async def _disclose(engine: Engine, mandate: Mandate, found: Disclosure, named: Named) -> None:
    """Decide about one person and release what the request covers, or note that nothing of it is."""
    items = found.terms.items
    try:
        slots = await _slots_asked(engine, named.person_id, items)
    except ErasedError:
        await _note(engine, found, named, dict.fromkeys(items, "gone"))
        return
    except EvidenceError as error:
        at = engine.clock.now()
        await gate.record_evidence(engine, mandate, named.person_id, error, at, told_from=found.terms.told_from)
        raise

    def parcel(held: Person, values: Mapping[str, str | tuple[str, ...]], entry_id: str) -> Effect:
        content = json.dumps(record_of(held, named.place, values, entry_id), ensure_ascii=False).encode()
        sealed = seal_to(found.terms.public_key, content, bundle_info(found.id, found.number))
        outcomes = {one: _outcome(held, one, values) for one in items}

        async def put(tx: Transaction) -> None:
            await tx.run("disclosure_record_put", person_id=named.person_id, disclosure_id=found.id, sealed=sealed)
            await _put_outcomes(tx, found, named, outcomes)

        return put

    circumstances = Circumstances(
        law=LawRequest(
            frozenset(one.person_id for one in found.people),
            frozenset(items),
            found.terms.starts_at,
            found.terms.ends_at,
        ),
        request=str(found.number),
        told_from=found.terms.told_from,
    )
    try:
        await gate.send(
            engine,
            mandate,
            named.person_id,
            slots,
            Exit.LEGAL_BUNDLE,
            parcel,
            on_denial="withhold",
            circumstances=circumstances,
            act=Act.DISCLOSE,
        )
    except DeniedError as error:
        if error.step not in {3, 4, 5}:  # the request's own limits; anything else is no answer to it
            raise
        held = await engine.people.load(named.person_id)
        await _note(engine, found, named, {one: _outcome(held, one, {}) for one in items})
    except NotFoundError:
        await _note(engine, found, named, dict.fromkeys(items, "gone"))


async def fetch(engine: Engine, session: StaffSession, disclosure_id: str) -> bytes:
    """Return the bundle for the authority, once; afterwards nothing of it is here any more.

    Raises:
        DeniedError: No role of theirs has the purpose.
        ConflictError: It is not ready, or was fetched before.
    """
    _require(engine, session)
    found = await disclosure_of(engine, disclosure_id)
    at = engine.ready()
    entry = _entry(engine, session.acting(), Act.DISCLOSURE_FETCH, at, ("request", str(found.number)))

    async def body(tx: Transaction) -> list[sql.DisclosureRecords]:
        records = await tx.all(sql.DisclosureRecords, disclosure_id=disclosure_id)
        if not await tx.run("disclosure_fetch", disclosure_id=disclosure_id, fetched_at=at):
            raise ConflictError(
                "expected a bundle that waits to be fetched, found none",
                reason="disclosure-fetched",
                hint="a bundle is fetched once; record a new request",
                rests_on=GROUND,
            )
        await tx.run("disclosure_records_delete", disclosure_id=disclosure_id)
        await tx.run("mandates_revoke_case", case_id=disclosure_id, at=at)
        await insert_entries(tx, [entry], at)
        return records

    records = {row.person_id: row.sealed for row in await engine.data.write(body)}
    return pack_bundle(engine, found, records, at)


# -------------------------------------------------------------------- what there is


async def disclosure_of(engine: Engine, disclosure_id: str) -> Disclosure:
    """Return one request.

    Raises:
        InputError: There is none of that id.
        SealError: Its text does not open.
    """

    async def body(
        tx: Transaction,
    ) -> tuple[sql.DisclosureGet | None, list[sql.DisclosurePeople], list[sql.DisclosureItems]]:
        return (
            await tx.one(sql.DisclosureGet, disclosure_id=disclosure_id),
            await tx.all(sql.DisclosurePeople, disclosure_id=disclosure_id),
            await tx.all(sql.DisclosureItems, disclosure_id=disclosure_id),
        )

    row, people, items = await engine.data.read(body)
    if row is None:
        raise InputError(
            "expected a request, found none of that number",
            reason="disclosure-unknown",
            rests_on=GROUND,
        )
    text = _open_text(engine, disclosure_id, row.sealed)
    terms = Terms(
        text.authority, text.reference, row.ground, tuple(row.items.split(",")), row.starts_at, row.ends_at,
        row.received_at, row.due_at, row.told_from, row.waits_for, row.public_key, text.party,
    )  # fmt: skip
    return Disclosure(
        disclosure_id, row.number, terms, row.recorded_by, row.recorded_at, row.mandate_id, row.approval_id, row.scope_seal,
        row.paper_hash, row.status, row.finished_at, row.fetched_at,
        tuple(Named(one.person_id, one.place, one.found_by, one.named, one.seal, bool(one.done)) for one in people),
        {(one.place, one.item): one.outcome for one in items},
    )  # fmt: skip


async def all_disclosures(engine: Engine) -> list[Disclosure]:
    """Return all requests, newest first."""
    return [await disclosure_of(engine, one) for one in await engine.data.values(sql.Disclosures)]


def scope_holds(engine: Engine, found: Disclosure) -> bool:
    """Whether a request that was asked for names what it named then, or fewer people: who was erased is gone from it."""
    return hmac.compare_digest(_scope_seal(engine, found), found.scope_seal) and all(
        hmac.compare_digest(_person_seal(engine, found.id, one.person_id, one.place), one.seal) for one in found.people
    )


# -------------------------------------------------------------------- small things


def _declared(engine: Engine) -> Declaration | None:
    return next((one for one in engine.policy.policy.declarations if one.word == "disclosure"), None)


def _require(engine: Engine, session: StaffSession) -> Purpose:
    purpose = purpose_of(engine)
    if purpose is None:
        raise InputError(
            "expected a policy that declares disclosure under a law, found none",
            reason="disclosure-undeclared",
            hint="declare `disclosure` and a purpose on basis law",
            rests_on=GROUND,
        )
    session.require_purpose(engine, purpose.id)
    return purpose


def _check_terms(engine: Engine, terms: Terms, at: float) -> None:
    declared = _declared(engine)
    wrong = {
        "disclosure": declared is None or int(str(declared.body.get("approvals", 2))) > 2,  # noqa: PLR2004 -- one asks, one approves
        "reference": len(terms.reference) > REFERENCE_AT_MOST,
        "ground": terms.ground not in grounds_of(engine),
        "items": not terms.items
        or len(set(terms.items)) < len(terms.items)
        or bool({*terms.items} - {*items_of(engine)}),
        "period": not 0 <= terms.starts_at <= terms.ends_at <= at + DAY,
        "received": terms.received_at > at + DAY,
        "due": not terms.received_at < terms.due_at <= at + DUE_AT_MOST,
        "told": bool(terms.told_from) != bool(terms.waits_for)
        or (
            bool(terms.told_from)
            and not (at < terms.told_from <= at + silence_at_most(engine) and terms.waits_for in WAITS)
        ),
    }
    if field := next((name for name, found in wrong.items() if found), ""):
        raise InputError(
            f"expected the {field} of a request as it was received, found what cannot be",
            reason="disclosure-terms",
            hint="name ground, items, period, due date, and when the person is told; for later than at once, within what the "
            "policy allows, date and ground",
            rests_on=GROUND,
        )


def _scope_seal(engine: Engine, found: Disclosure) -> str:
    """Seal what a request names beside its people: who can write D alone cannot make another."""
    terms = found.terms
    numbers = (terms.starts_at, terms.ends_at, terms.told_from)
    parts = (
        found.id,
        terms.ground,
        ",".join(terms.items),
        *map(repr, numbers),
        terms.waits_for,
        terms.party,
        found.paper_hash,
    )
    return engine.token_hash(ACT, framed(*(one.encode() for one in parts), terms.public_key)).hex()


def _person_seal(engine: Engine, disclosure_id: str, person_id: bytes, place: int) -> str:
    """Seal one person's place in a request: a row added to D by hand has none, and an erasure may take one out."""
    return engine.token_hash(f"{ACT}-person", framed(disclosure_id.encode(), person_id, str(place).encode())).hex()


async def _require_scope(engine: Engine, found: Disclosure) -> None:
    if found.status not in {"asked", "approved"} or scope_holds(engine, found):
        return
    facts = (("request", str(found.number)), ("what", "scope"))
    await engine.flush.append(_entry(engine, SYSTEM, Act.DISCLOSURE_EXCEED, engine.clock.now(), *facts))
    raise EvidenceError(
        "expected a request as it was asked for, found another scope",
        reason="disclosure-scope",
        hint="a row was changed past Kept: run `kept verify`, then record the request anew",
        rests_on=GROUND,
    )


async def _exceeded(engine: Engine, session: StaffSession, found: Disclosure, what: str) -> DeniedError:
    at = engine.clock.now()
    facts = (("request", str(found.number)), ("what", what))
    entry = _entry(engine, session.acting(), Act.DISCLOSURE_EXCEED, at, *facts)
    await engine.flush.append(entry)
    return DeniedError(
        "expected what the request names, found more: its scope is fixed",
        step=5,
        needed="another request",
        entry_id=entry.entry.id.hex(),
        reason="disclosure-fixed",
        rests_on=GROUND,
    )


async def _slots_asked(engine: Engine, person_id: bytes, items: tuple[str, ...]) -> tuple[str, ...]:
    state = (await engine.people.load(person_id)).state
    held = tuple(slot for slot in state.slots if slot.partition("#")[0] in items)
    return (*held, *(one for one in items if not any(slot.partition("#")[0] == one for slot in held)))


def _outcome(held: Person, item: str, values: Mapping[str, object]) -> str:
    if any(slot.partition("@")[0].partition("#")[0] == item for slot in values):
        return "released"
    return "outside" if any(slot.partition("#")[0] == item for slot in held.state.slots) else "not-held"


async def _note(engine: Engine, found: Disclosure, named: Named, outcomes: dict[str, str]) -> None:
    await engine.data.write(lambda tx: _put_outcomes(tx, found, named, outcomes))


async def _put_outcomes(tx: Transaction, found: Disclosure, named: Named, outcomes: dict[str, str]) -> None:
    for item, outcome in outcomes.items():
        await tx.run("disclosure_item_put", disclosure_id=found.id, place=named.place, item=item, outcome=outcome)
    await tx.run("disclosure_person_done", person_id=named.person_id, disclosure_id=found.id)


def _open_text(engine: Engine, disclosure_id: str, sealed: bytes) -> Text:
    raw = open_record(
        engine.keyring.installation_key(KEY),
        sealed,
        vault_id=engine.vault_id,
        owner=INSTALLATION_OWNER,
        kind=ACT,
        record_id=disclosure_id,
    )
    return msgspec.json.decode(raw, type=Text)


def _entry(engine: Engine, actor: Actor, act: Act, at: float, *facts: tuple[str, str]) -> SealedEntry:
    purpose = purpose_of(engine)
    outcome = Outcome.REFUSED if act is Act.DISCLOSURE_EXCEED else Outcome.DONE
    for_purpose = actor.acting(purpose=purpose.id if purpose else "")
    return entry_of(engine, for_purpose, act, at=at, outcome=outcome, facts=facts)
