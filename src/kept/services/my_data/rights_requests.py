"""Rights requests: somebody asks by post or call about their own information.

The purpose is *rights-request*: the identity check is recorded, a due date set, and export or erasure needs a second
approver. What staff note is sealed under that person's key.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from kept import limits
from kept.crypto.random import random_id
from kept.errors import ConflictError, ErasedError, InputError, KeptError, Mistakes
from kept.policy.day import moment
from kept.policy.duties import purpose_for
from kept.policy.words import Exit, PurposeDuty
from kept.services.cases import cases
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, Guard, SealedEntry, insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import About, entry_of
from kept.services.engine.sealed_record import open_persons_record, seal_persons_record
from kept.services.gate import gate
from kept.services.gate.person_search import forms_of
from kept.services.my_data import erasure
from kept.services.staff.approvals import Approval, Given, Subject, second_needed
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.individual_number import guard_individual_number

ACT = PurposeDuty.RIGHTS_REQUEST.value
"""What a second member of staff approves."""
KINDS = ("export", "erase")
CHANNELS = ("post", "call", "desk")
RECORD = "rights-note"
CHECKS = ("identity document copy", "known address answered", "call back on known number", "in person")


@dataclass(frozen=True, slots=True)
class RightsRequest:
    """One request, as its page shows it; whom it is about is not among it."""

    id: str
    number: int
    kind: str
    channel: str
    case_id: str
    opened_by: str
    received_at: float
    due_at: float
    identity_check: str
    checked_by: str
    status: str
    approval_id: str
    approved_by: str
    finished_at: float | None
    outcome: str
    note: str


def purpose_of(engine: Engine) -> str:
    """Return the purpose requests are answered for; empty where the policy has none, and so no such desk."""
    found = purpose_for(engine.policy.policy, PurposeDuty.RIGHTS_REQUEST)
    return found.id if found else ""


def require_desk(engine: Engine, session: StaffSession) -> str:
    """Insist on a role that answers requests; return the purpose.

    Raises:
        InputError: The policy declares no purpose requests are answered for.
        DeniedError: No role of theirs has it.
    """
    purpose = purpose_of(engine)
    if not purpose:
        raise InputError(
            "expected a policy with a purpose for rights requests, found none",
            reason="rights-undeclared",
            hint="declare a purpose that says `serves: rights-request`",
            rests_on="purposes:rights-request",
        )
    session.require_purpose(engine, purpose)
    return purpose


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request, as the list shows it; its fields are those of `RightsRequest`."""

    id: str
    number: int
    kind: str
    due_at: float
    status: str
    finished_at: float | None
    outcome: str


async def open_request(  # noqa: PLR0913 -- what a request names
    engine: Engine, session: StaffSession, *, kind: str, channel: str, criteria: Mapping[str, str], note: str
) -> str:
    """Record that somebody asks, find them, and return the request's id.

    Raises:
        InputError: The policy has no purpose for it; another kind or channel than the known ones, too long a note, or
            several people fit.
        DeniedError: No role of theirs has the purpose.
        NotFoundError: Nobody fits.
    """
    purpose = require_desk(engine, session)
    wrong = Mistakes()
    with wrong.of():
        forms_of(engine, criteria)
    most = limits.RIGHTS_REQUEST_NOTE_CHARACTERS
    for field, unfit in (("kind", kind not in KINDS), ("channel", channel not in CHANNELS), ("note", len(note) > most)):
        if unfit:
            wrong.add(
                InputError(
                    f"expected one of {', '.join(KINDS)} by {', '.join(CHANNELS)}, with a note of at most {most} characters",
                    field=field,
                    reason="rights-kind" if field != "note" else "rights-note",
                )
            )
    with wrong.of("note"):
        guard_individual_number(note, "note")
    wrong.insist()
    case = await cases.open_case(engine, session, purpose, seconds=limits.RIGHTS_REQUEST_MANDATE_SECONDS)
    case = await cases.find_in_case(engine, session, case.id, criteria)
    keys, _ = await engine.keyring.of_person(case.person_id)
    if keys is None:
        raise ConflictError("the person was erased meanwhile", reason="erased")
    request_id, at = random_id(), engine.ready()
    key_id, sealed = seal_persons_record(engine, keys, RECORD, request_id, note.encode())
    facts = (("kind", kind), ("channel", channel))
    entry = _entry(engine, session, Act.RIGHTS_REQUEST_OPEN, at, case.number, *facts, of=About(case.person_id, keys))

    async def body(tx: Transaction) -> None:
        await tx.run(
            "rights_insert",
            request_id=request_id,
            number=await tx.value(sql.RightsNext) + 1,
            kind=kind,
            channel=channel,
            case_id=case.id,
            opened_by=session.login,
            received_at=at,
            due_at=at + limits.RIGHTS_REQUEST_DUE_SECONDS,
        )
        await tx.run(
            "rights_person_insert", person_id=case.person_id, request_id=request_id, key_id=key_id, sealed=sealed
        )
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return request_id


async def requests(engine: Engine) -> list[RequestLine]:
    """Return all requests, newest first."""
    return [
        RequestLine(
            row.request_id, row.number, row.kind, row.due_at, row.status, row.finished_at, str(row.outcome or "")
        )
        for row in await engine.data.all(sql.RightsAll)
    ]


async def requests_about(engine: Engine, person_id: bytes) -> list[RightsRequest]:
    """Return the requests about a person, newest first, for the person themselves."""
    ids = await engine.data.values(sql.RightsOfPerson, person_id=person_id)
    return sorted([await request_of(engine, one) for one in ids], key=lambda one: -one.number)


async def request_of(engine: Engine, request_id: str) -> RightsRequest:
    """Return one request.

    Raises:
        InputError: There is none of that id.
    """

    async def body(tx: Transaction) -> tuple[sql.RightsGet | None, sql.RightsPersonGet | None, sql.ApprovalGet | None]:
        row = await tx.one(sql.RightsGet, request_id=request_id)
        approval = await tx.one(sql.ApprovalGet, approval_id=row.approval_id) if row and row.approval_id else None
        return row, await tx.one(sql.RightsPersonGet, request_id=request_id), approval

    row, person, approval = await engine.data.read(body)
    if row is None:
        raise InputError("expected a rights request, found none of that number", reason="rights-unknown")
    note = ""
    if person is not None:
        keys, _ = await engine.keyring.of_person(person.person_id)
        if keys is not None:
            note = open_persons_record(engine, keys, RECORD, request_id, person.key_id, person.sealed).decode()
    approved_by = (approval.decided_by or "") if approval and approval.outcome == "approved" else ""
    return RightsRequest(
        request_id, row.number, row.kind, row.channel, row.case_id, row.opened_by, row.received_at, row.due_at, row.identity_check,
        row.checked_by, row.status, row.approval_id, approved_by, row.finished_at, row.outcome, note,
    )  # fmt: skip


async def check_identity(engine: Engine, session: StaffSession, request_id: str, check: str) -> None:
    """Record how the person's identity was checked.

    Raises:
        InputError: Not one of the known checks.
        ConflictError: It was recorded before.
    """
    if check not in CHECKS:
        raise InputError("expected a known identity check", reason="identity-check", hint=", ".join(CHECKS))
    await _require_own(engine, session, request_id)
    step = await _step(engine, session, request_id, ("check", check))
    await engine.data.write(lambda tx: step(tx, "rights_check", identity_check=check, checked_by=session.login))


async def ask_approval(engine: Engine, session: StaffSession, request_id: str) -> None:
    """Ask for a second approver.

    Raises:
        ConflictError: The identity is not checked yet, or it was asked before.
    """
    step = await _step(engine, session, request_id, ("asked-by", session.actor))
    await ANSWERING.ask(
        engine, session, request_id, lambda tx, approval_id: step(tx, "rights_await", approval_id=approval_id)
    )


async def _request(engine: Engine, request_id: str) -> Subject:
    found, purpose = await request_of(engine, request_id), purpose_of(engine)
    return Subject(str(found.number), people=1, purposes=(purpose,) if purpose else ())


async def _approve(engine: Engine, given: Given) -> Effect:
    """Return what approves a request; nothing where the person began to erase themselves: the approval dies with that."""
    of = await engine.data.one(sql.RightsPersonGet, request_id=given.subject)
    staying = of is not None and await engine.people.stays(of.person_id)

    async def effect(tx: Transaction) -> bool:
        return staying and bool(await tx.run("rights_approve", request_id=given.subject))

    return effect


ANSWERING = Approval(
    act=ACT,
    title="Answer somebody who asked about their own information",
    page="/rights/{subject}",
    about=_request,
    effect=_approve,
    then=request_of,
    back=lambda tx, request_id: tx.run("rights_back", request_id=request_id),
)


async def finish_export(engine: Engine, session: StaffSession, request_id: str, language: str) -> bytes:
    """Release everything held, through the gate, once, and return it as JSON in a ZIP.

    Raises:
        DeniedError: Not approved by a second, or the gate says no.
        ConflictError: It was finished meanwhile.
    """
    found = await _require_approved(engine, session, request_id, "export")
    case, person = await _still_here(engine, session, found)
    slots = tuple(person.state.slots)
    content: dict[str, object] = {}
    mark: dict[str, str] = {
        "note": "This copy was made for one person who asked. Each copy carries its own mark; the ledger names who made it.",
        "request": str(found.number),
        "case": str(case.number),
        "made": moment(engine.clock.now()),
        "by": session.actor,
    }
    finish = await _finishing(engine, session, found, "exported", case.person_id)
    if slots:
        card = await gate.read(
            engine, case.mandate, case.person_id, slots, Exit.TAKE_ALONG, on_denial="withhold", guard=finish
        )
        for slot in card:
            with card[slot].open(Exit.TAKE_ALONG) as value:
                content[slot] = list(value) if isinstance(value, tuple) else value
        mark["entry"] = card.entry_id
    else:
        await engine.data.write(_or_raise(finish))
    return _packed(
        json.dumps(
            {"request": found.number, "language": language, "mark": mark, "items": content},
            ensure_ascii=False,
            indent=2,
        )
    )


async def finish_erase(engine: Engine, session: StaffSession, request_id: str) -> str:
    """Erase the person, and return the receipt's id.

    Raises:
        DeniedError: Not approved by a second.
        ConflictError: It was finished meanwhile.
    """
    found = await _require_approved(engine, session, request_id, "erase")
    case, _ = await _still_here(engine, session, found)
    finish = _or_raise(await _finishing(engine, session, found, "erased", case.person_id))
    receipt = await erasure.intend(engine, case.person_id, started_by="staff", also=finish)
    await erasure.finish_erasure(engine, case.person_id)
    return receipt


async def _require_own(engine: Engine, session: StaffSession, request_id: str) -> RightsRequest:
    found = await request_of(engine, request_id)
    require_desk(engine, session)
    return found


async def _require_approved(engine: Engine, session: StaffSession, request_id: str, kind: str) -> RightsRequest:
    found = await _require_own(engine, session, request_id)
    if found.kind != kind or found.finished_at is not None:
        raise InputError(f"expected an open request to {kind}, found another", reason="rights-kind")
    if not found.approved_by:
        raise second_needed()
    return found


async def _step(
    engine: Engine, session: StaffSession, request_id: str, fact: tuple[str, str]
) -> Callable[..., Awaitable[None]]:
    """Return what takes a request one step on, with its entry: takes the transaction, the query and its parameters."""
    found = await request_of(engine, request_id)
    case = await cases.case_of(engine, session, found.case_id)
    of, at = await _about(engine, case.person_id), engine.ready()
    entry = _entry(engine, session, Act.RIGHTS_REQUEST_STEP, at, case.number, fact, of=of)

    async def body(tx: Transaction, query: str, **parameters: object) -> None:
        if not await tx.run(query, request_id=request_id, **parameters):
            raise _moved()
        await insert_entries(tx, [entry], at)

    return body


def _moved() -> ConflictError:
    return ConflictError(
        "expected the request one step earlier, found it elsewhere", reason="rights-step", hint="look at it again"
    )


async def _still_here(engine: Engine, session: StaffSession, found: RightsRequest) -> tuple[cases.Case, Person]:
    """Return the request's case and person.

    Raises:
        InputError: They erased themselves meanwhile; the request is closed with that.
    """
    case = await cases.case_of(engine, session, found.case_id)
    try:
        return case, await engine.people.load(case.person_id)
    except ErasedError:
        await engine.data.write(_or_raise(await _finishing(engine, session, found, "erased meanwhile", b"")))
        raise InputError(
            "expected the person who asked, found that they were erased meanwhile",
            reason="rights-erased",
            hint="nothing is held any more; the request is closed with that",
            rests_on="one-gate",
        ) from None


async def _finishing(
    engine: Engine, session: StaffSession, found: RightsRequest, outcome: str, person_id: bytes
) -> Guard:
    """Return what finishes a request, with its entry, and answers the refusal where somebody else has."""
    of, at = await _about(engine, person_id), engine.ready()
    facts = (("outcome", outcome), ("approved-by", engine.actor_of(found.approved_by)))
    entry = _entry(engine, session, Act.RIGHTS_REQUEST_FINISH, at, found.number, *facts, of=of)

    async def finish(tx: Transaction) -> KeptError | None:
        if not await tx.run("rights_finish", request_id=found.id, finished_at=at, outcome=outcome):
            return _moved()
        await insert_entries(tx, [entry], at)
        return None

    return finish


def _or_raise(guard: Guard) -> Effect:
    """Return a guard as statements of a transaction of their own."""

    async def effect(tx: Transaction) -> None:
        if refused := await guard(tx):
            raise refused

    return effect


async def _about(engine: Engine, person_id: bytes) -> About | None:
    keys, _ = await engine.keyring.of_person(person_id)
    return About(person_id, keys) if keys else None


def _entry(  # noqa: PLR0913 -- each is a part of the entry
    engine: Engine, session: StaffSession, act: Act, at: float, case: int, *facts: tuple[str, str], of: About | None
) -> SealedEntry:
    """Return the entry of a step: who acted, in the role that answers requests, in which case, about whom."""
    purpose = purpose_of(engine)
    actor = session.acting(role=session.role_for(engine, purpose), purpose=purpose, case=str(case))
    return entry_of(engine, actor, act, of, at=at, facts=facts)


def _packed(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", text)
    return out.getvalue()
