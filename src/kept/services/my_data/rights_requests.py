"""Rights requests at the desk: somebody, or their agent, asks by post, by call or in person; staff find, check, decide, ask a second.

The purpose is the one that serves *rights-request*. Whoever is not found gets an answer that is recorded too, and nobody who has
not shown who they are is told whether there is an account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from kept import limits
from kept.errors import InputError, KeptError, Mistakes, NotFoundError, SubmissionError
from kept.policy.day import begin_of
from kept.policy.duties import serving
from kept.policy.rights import ITEM_KINDS, PURPOSE_KINDS, VALUE_KINDS, fee_of
from kept.policy.words import Basis, PurposeDuty, RightsKind
from kept.services.cases import cases
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import Actor, entry_of
from kept.services.gate.person_search import forms_of, named_by
from kept.services.my_data import rights_record as records
from kept.services.my_data.corrections import typed
from kept.services.my_data.rights_record import (
    CHANNELS,
    FORMATS,
    OPEN,
    Agent,
    Came,
    Check,
    Part,
    Record,
    Request,
    Step,
    load,
    moved,
    moving,
    paper_of,
    purpose_of,
    with_hand,
)
from kept.services.staff.approvals import Subject, mark_of, waiting_for
from kept.services.staff.approvals import approved_by as approver
from kept.services.staff.approvals import said as everything
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.vault.individual_number import guard_individual_number

AUTHORITIES = ("power of attorney", "parent or guardian", "adult guardian by register", "lawyer")
"""By what an agent may ask for somebody."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing a letter asks.

    Args:
        kind: A word of `RightsKind`.
        target: The item it corrects, adds or removes, or the purpose it says no to; empty for the others.
        value: What is to be written, as the letter says it; one line for each option of a list.
    """

    kind: str
    target: str = ""
    value: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """How something is asked.

    Args:
        note: What staff, or the person, add; sealed with the request.
        format: `electronic` or `paper`, as they choose.
        language: In which language the answer is wanted.
        agent: Name of who asks for the person; empty where they ask themselves.
        authority: By what the agent may, of `AUTHORITIES`.
        came_on: Day on which it reached the company, such as `2026-11-01`; empty for today. Its time to be answered begins then.
    """

    note: str = ""
    format: str = FORMATS[0]
    language: str = ""
    agent: str = ""
    authority: str = ""
    came_on: str = ""


PLAIN = Letter()
"""Asked by the person themselves, for an electronic answer in the policy's language."""


@dataclass(frozen=True, slots=True)
class RightsRequest:
    """One request, as its page shows it: no value, no note and no name until it is read, which is recorded.

    Args:
        parts: What it asks and what was decided, without values.
        found: Whether it is about somebody we know; whom, it does not say.
        agent: By what authority somebody asks for the person; empty where they ask themselves.
        has_paper: Whether the paper lies beside it.
        grave: Whether a second member of staff looks.
        steps: What was done so far.
    """

    id: str
    number: int
    channel: str
    case_id: str
    opened_by: str
    received_at: float
    due_at: float
    status: str
    approval_id: str
    approved_by: str
    finished_at: float | None
    outcome: str
    parts: tuple[Part, ...] = ()
    format: str = ""
    language: str = ""
    found: bool = False
    agent: str = ""
    check: Check | None = None
    fee: str = ""
    fee_state: str = ""
    has_paper: bool = False
    grave: bool = False
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request, as the list shows it; its fields are those of `RightsRequest`."""

    id: str
    number: int
    channel: str
    received_at: float
    due_at: float
    status: str
    finished_at: float | None
    outcome: str


@dataclass(frozen=True, slots=True)
class RequestList:
    """The requests at the desk: those past their day first, then the other open ones, then what was answered."""

    overdue: list[RequestLine] = field(default_factory=list)
    open: list[RequestLine] = field(default_factory=list)
    answered: list[RequestLine] = field(default_factory=list)


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


def acting(engine: Engine, session: StaffSession) -> Actor:
    """Return who acts at the desk, as an entry says it: in the role that answers requests, for that purpose."""
    purpose = purpose_of(engine)
    return session.acting(role=session.role_for(engine, purpose), purpose=purpose)


async def open_request(  # noqa: PLR0913 -- what a request names
    engine: Engine,
    session: StaffSession,
    *,
    channel: str,
    criteria: Mapping[str, str],
    asked: Sequence[Asked],
    letter: Letter = PLAIN,
) -> str:
    """Record that somebody asks, look for them by what the letter carries, and return the request's id.

    Args:
        engine: Open.
        session: Answers requests.
        channel: How it came, of `CHANNELS`.
        criteria: What the letter carries, by item; name and address too where the policy lets one be found by them.
        asked: What it asks.
        letter: How.

    Raises:
        InputError: The policy has no such desk; an unknown word, too long a note, or several people fit.
        SubmissionError: A value is not acceptable, or an item or purpose not one that can be asked about.
        DeniedError: No role of theirs has the purpose.
    """
    purpose = require_desk(engine, session)
    parts, (on, until) = _looked_at(engine, channel, criteria, asked, letter)
    case = await cases.open_case(engine, session, purpose, seconds=limits.RIGHTS_REQUEST_MANDATE_SECONDS, asked=True)
    unseen = False
    try:
        case = await cases.find_in_case(engine, session, case.id, criteria)
    except NotFoundError:
        unseen = bool(await named_by(engine, criteria, requests=True))
    except KeptError:  # a case answers a request; without one there is none
        await cases.close_case(engine, session, case.id)
        raise
    person = None
    if case.person_id:
        held = await engine.people.load(case.person_id)
        person = held.id, held.keys
        parts = tuple(versioned(one, held, until) for one in parts)
    else:
        await cases.close_case(engine, session, case.id)
        parts = tuple(Part(one.kind) for one in parts)
    record = Record(
        parts=parts,
        format=letter.format,
        language=letter.language or engine.policy.policy.language,
        note=letter.note if person else "",
        agent=Agent(letter.agent, letter.authority) if letter.agent and person else None,
        fee=fee_of(engine.policy.policy, (one.kind for one in parts)) if person else "",
        unseen=unseen,
        steps=(Step(engine.ready(), "received", session.role_for(engine, purpose)),),
    )
    came = Came(channel, opened_by=session.login, case_id=case.id if person else "", on=on)
    return await records.insert(engine, acting(engine, session), Act.RIGHTS_REQUEST_OPEN, record, came, person)


def _looked_at(
    engine: Engine, channel: str, criteria: Mapping[str, str], asked: Sequence[Asked], letter: Letter
) -> tuple[tuple[Part, ...], tuple[float, float]]:
    """Return what a letter asks, part by part, and the day it came; everything that is wrong is said at once."""
    wrong, parts, day = Mistakes(), tuple[Part, ...](), (0.0, float("inf"))
    with wrong.of():
        forms_of(engine, criteria, requests=True)
    if channel not in CHANNELS:
        fault = f"expected one of {', '.join(CHANNELS)}, found another way"
        wrong.add(InputError(fault, reason="rights-kind"), "channel")
    with wrong.of("note"):
        check_letter(engine, letter)
    with wrong.of("kind"):
        parts = parts_of(engine, asked)
    with wrong.of("came_on"):
        day = _day_it_came(engine, letter)
    wrong.insist()
    return parts, day


def _day_it_came(engine: Engine, letter: Letter) -> tuple[float, float]:
    """Return when the day began and ended on which a letter reached the company, unix seconds; 0 and infinity where none is named.

    Raises:
        InputError: It is no day, is ahead, or too long ago.
    """
    if not letter.came_on:
        return 0.0, float("inf")
    at = engine.ready()
    try:
        begins, ends = (begin_of(letter.came_on, engine.zone, after=one) for one in (0, 1))
    except (ValueError, OverflowError):
        begins = ends = float("inf")
    if begins > at or ends < at - limits.RIGHTS_REQUEST_CAME_SECONDS:
        raise InputError(
            "expected the day on which it reached us, found one ahead or more than a year ago",
            field="came_on",
            reason="rights-day",
            hint="look at the stamp on it; its time to be answered begins that day",
            rests_on="purposes:rights-request",
        )
    return begins, ends


def check_letter(engine: Engine, letter: Letter) -> None:
    """Insist on known words, and on texts that may be kept.

    Raises:
        InputError: They are not.
    """
    if letter.format not in FORMATS or (letter.language and letter.language not in engine.policy.policy.languages):
        raise InputError(
            f"expected one of {', '.join(FORMATS)}, and a language of the policy", reason="rights-kind", field="format"
        )
    if len(letter.note) > limits.RIGHTS_REQUEST_NOTE_CHARACTERS or len(letter.agent) > limits.NAME_CHARACTERS:
        raise InputError(
            f"expected a note of at most {limits.RIGHTS_REQUEST_NOTE_CHARACTERS} characters, found a longer one",
            reason="rights-note",
        )
    if bool(letter.agent) != bool(letter.authority) or (letter.agent and letter.authority not in AUTHORITIES):
        raise InputError(
            "expected an agent with what they may ask by, found one without the other",
            reason="rights-agent",
            hint=", ".join(AUTHORITIES),
        )
    guard_individual_number(letter.note, "note")
    guard_individual_number(letter.agent, "agent")


def parts_of(engine: Engine, asked: Sequence[Asked]) -> tuple[Part, ...]:
    """Return what is asked as parts of a request.

    Raises:
        InputError: Nothing, too much, or an unknown kind.
        SubmissionError: A value is not acceptable, or an item or purpose not one that can be asked about.
    """
    if not 1 <= len(asked) <= limits.RIGHTS_REQUEST_PARTS:
        raise _too_much(len(asked))
    return tuple(_part(engine, one) for one in asked)


def _too_much(asked: int) -> InputError:
    return InputError(
        f"expected something asked for, {limits.RIGHTS_REQUEST_PARTS} things at most, found {asked}",
        reason="rights-kind",
    )


def _part(engine: Engine, asked: Asked) -> Part:
    if asked.kind not in set(RightsKind):
        raise InputError(f"expected one of {', '.join(RightsKind)}, found another", reason="rights-kind")
    kind, value = RightsKind(asked.kind), tuple(one for one in asked.value if one.strip())
    policy = engine.policy.policy
    if kind in ITEM_KINDS:
        item = policy.items.get(asked.target)
        if item is None or not item.collected or item.per_instance or item.source:
            raise _not_asked_about()
        if kind in VALUE_KINDS:
            raw = list(value) if item.type.about.several else " ".join(value)
            kept = _typed(engine, asked.target, raw)
            value = kept if isinstance(kept, tuple) else (kept,)
            return Part(kind, asked.target, value)
        return Part(kind, asked.target)
    if kind in PURPOSE_KINDS:
        purpose = policy.purposes.get(asked.target)
        bases = {
            RightsKind.STOP_USE: {Basis.CONSENT, Basis.NOTICE, Basis.NECESSARY},
            RightsKind.OBJECTION: {Basis.NOTICE},
        }.get(kind, {Basis.CONSENT, Basis.NOTICE})
        answers = kind is RightsKind.STOP_USE and asked.target in serving(policy, PurposeDuty.RIGHTS_REQUEST)
        if purpose is None or purpose.basis not in bases or not purpose.uses or answers:
            raise _not_asked_about()
        if kind is RightsKind.STOP_PROVISION and not any(
            one.purpose == purpose.id for one in policy.recipients.values()
        ):
            raise _not_asked_about()
        return Part(kind, asked.target)
    return Part(kind)


def _typed(engine: Engine, item: str, raw: str | list[str]) -> str | tuple[str, ...]:
    """Return a value as it is kept; what is wrong with it is said of the field it was written into."""
    try:
        return typed(engine, item, raw, engine.ready())
    except SubmissionError as error:
        error.field = "value"
        raise


def _not_asked_about() -> SubmissionError:
    return SubmissionError(
        "expected an item or a purpose one can ask this about, found another",
        field="target",
        reason="rights-target",
        hint="choose the item or the purpose that the letter is about",
        rests_on="purposes:rights-request",
    )


def versioned(part: Part, person: Person, came_until: float = float("inf")) -> Part:
    """Return a part with the version of the value it is about, so that it never undoes what the person changes later.

    Args:
        part: Of a request.
        person: Whom it is about.
        came_until: When it had reached the company at the latest, unix seconds: of a value changed since, it is about the one before.
    """
    held = person.state.slots.get(part.target)
    if held is None:
        return part
    return msgspec.structs.replace(part, version=held.version - (held.corrected_at >= came_until))


async def add_part(engine: Engine, session: StaffSession, request_id: str, asked: Asked) -> None:
    """Add something a letter asks for as well, while nobody has checked who asks.

    Raises:
        InputError: Too much, or an unknown kind.
        SubmissionError: A value is not acceptable, or an item or purpose not one that can be asked about.
        ConflictError: It is further already.
    """
    require_desk(engine, session)
    found = await at_step(engine, request_id, OPEN)
    said = said_by(found)
    (part,) = parts_of(engine, [asked])
    if len(said.parts) >= limits.RIGHTS_REQUEST_PARTS:
        raise _too_much(len(said.parts) + 1)
    part = versioned(part, await engine.people.load(found.person_id)) if found.person_id else Part(part.kind)
    parts = (*said.parts, part)
    record = msgspec.structs.replace(
        said,
        parts=parts,
        fee=fee_of(engine.policy.policy, (one.kind for one in parts)) if found.person_id else "",
        hands=with_hand(said, session.login),
    )
    act, facts = Act.RIGHTS_REQUEST_STEP, ("kind", part.kind.value)
    found = replace(found, record=record)
    await moved(engine, moving(engine, found, acting(engine, session), act, facts, what="added"))


async def requests(engine: Engine) -> RequestList:
    """Return the requests at the desk: overdue, open, answered."""
    at = engine.clock.now()
    waiting = [_line(row) for row in await engine.data.all(sql.RightsOpen)]
    answered = [_line(row) for row in await engine.data.all(sql.RightsAnswered, limit=limits.RIGHTS_REQUESTS_SHOWN)]
    return RequestList(
        [one for one in waiting if one.due_at < at], [one for one in waiting if one.due_at >= at], answered
    )


def _line(row: sql.RightsOpen | sql.RightsAnswered) -> RequestLine:
    return RequestLine(
        row.request_id, row.number, row.channel, row.received_at, row.due_at, row.status, row.finished_at, row.outcome
    )


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """A request about a person, with all it says, for the person themselves.

    Args:
        request: As the desk sees it.
        record: What it says.
    """

    request: RightsRequest
    record: Record


async def requests_about(engine: Engine, person_id: bytes) -> list[OwnRequest]:
    """Return the requests about a person, newest first, for the person themselves."""
    found = []
    for request_id in await engine.data.values(sql.RightsOfPerson, person_id=person_id):
        loaded = await load(engine, request_id)
        if loaded.record is not None:
            found.append(OwnRequest(await shown(engine, loaded), loaded.record))
    return sorted(found, key=lambda one: -one.request.number)


async def request_of(engine: Engine, request_id: str) -> RightsRequest:
    """Return one request, without what is to be read only on record.

    Raises:
        InputError: There is none of that id.
    """
    found = await load(engine, request_id)
    return await shown(engine, found)


async def shown(engine: Engine, found: Request) -> RightsRequest:
    """Return a loaded request as its page shows it."""
    row, said = found.row, found.record
    clear = RightsRequest(
        found.id, row.number, row.channel, row.case_id, row.opened_by, row.received_at, row.due_at, row.status,
        row.approval_id, await approver(engine, row.approval_id) if row.approval_id else "", row.finished_at, row.outcome,
    )  # fmt: skip
    if said is None:
        return clear
    return replace(
        clear,
        parts=tuple(msgspec.structs.replace(one, value=()) for one in said.parts),
        format=said.format,
        language=said.language,
        found=bool(found.person_id),
        agent=said.agent.authority if said.agent else "",
        check=said.check,
        fee=said.fee,
        fee_state=said.fee_state,
        has_paper=await paper_of(engine, found.id) is not None,
        grave=not found.own and said.grave,
        steps=said.steps,
    )


ACT = PurposeDuty.RIGHTS_REQUEST.value
"""What a second member of staff approves."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a request says, as it was read.

    Args:
        record: Its parts with their values, its note and its agent.
        seen: The mark of having read it, for whoever approves it; empty while it waits for nobody.
    """

    record: Record
    seen: str


async def subject_of(engine: Engine, request_id: str) -> Subject:
    """Return what a second member of staff approves: the request as it stands, with everything it says."""
    found, purpose = await load(engine, request_id), purpose_of(engine)
    shown = {"request": everything(found.record)} if found.record is not None else {}
    hands = (found.row.opened_by, *(found.record.hands if found.record is not None else ()))
    return Subject(str(found.row.number), people=1, purposes=(purpose,) if purpose else (), shown=shown, hands=hands)


async def read_request(engine: Engine, session: StaffSession, request_id: str) -> Read:
    """Read what a request says, with its values, note and agent; that it was read is recorded, and the person sees it.

    Raises:
        DeniedError: They neither answer requests nor approve.
        InputError: No such request, or whom it was about is erased.
    """
    found = await load(engine, request_id)
    if not session.acts_for(engine, purpose_of(engine)):
        session.require(engine, "approve")
    if found.record is None:
        raise gone()
    at = engine.ready()
    entry = entry_of(
        engine, acting(engine, session), Act.RIGHTS_REQUEST_READ, found.about, at=at,
        facts=(("request", str(found.row.number)),),
    )  # fmt: skip
    await engine.data.write(lambda tx: insert_entries(tx, [entry], at))
    waits = await waiting_for(engine, ACT, request_id)
    seen = mark_of(engine, session, waits, await subject_of(engine, request_id)) if waits else ""
    return Read(found.record, seen)


def gone() -> InputError:
    """Return the error for a request whose person was erased meanwhile."""
    return InputError(
        "expected the person who asked, found that they were erased meanwhile",
        reason="rights-erased",
        hint="nothing is held any more; the request is closed with that",
        rests_on="one-gate",
    )


async def at_step(engine: Engine, request_id: str, *statuses: str) -> Request:
    """Return a request that is at one of some steps.

    Raises:
        ConflictError: It is at another.
        InputError: There is none, or whom it was about is erased.
    """
    found = await load(engine, request_id)
    if found.row.status not in statuses:
        raise records.elsewhere()
    said_by(found)
    return found


def said_by(found: Request) -> Record:
    """Return what a request says.

    Raises:
        InputError: Whom it was about is erased.
    """
    if found.record is None:
        raise gone()
    return found.record
