"""Answering a rights request: what was granted is carried out as the person's own, and the answer is made, once.

The copy is the one a person takes along. What the desk does, it does by what the person could do themselves: a yes is not
among it, and a letter never undoes what they changed after it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

import msgspec

from kept import limits
from kept.errors import ConflictError, InputError, SubmissionError
from kept.policy.day import moment
from kept.policy.decision import Mandate
from kept.policy.words import Exit, RightsKind, Source
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.record import record as record_act
from kept.services.gate.canaries import alarm
from kept.services.gate.own_session import Own
from kept.services.my_data import choices, corrections, erasure
from kept.services.my_data import rights_record as records
from kept.services.my_data.own_data import own_data
from kept.services.my_data.portability import copy_files, signed_copy
from kept.services.my_data.rights_letter import UNSHOWN, Said, letter
from kept.services.my_data.rights_notice import telling
from kept.services.my_data.rights_record import (
    ANSWERING,
    APPROVED,
    CHECKED,
    FINISHED,
    GRANTED,
    NOTHING_HELD,
    OPEN,
    OVERTAKEN,
    REFUSED,
    Move,
    Part,
    Record,
    Request,
    load,
    moved,
    moving,
    too_early,
)
from kept.services.my_data.rights_requests import acting, gone, require_desk, said_by
from kept.services.staff.approvals import approved_by, second_needed
from kept.services.staff.sessions import StaffSession
from kept.services.third_parties.register import lines_of
from kept.store.interface import Transaction

SOURCES = {"call": Source.WITNESSED_CALL, records.OWN_PAGE: Source.OWN_SESSION}
"""Where what a request brings comes from, by how it came; by paper, where it is not named."""
ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request.

    Args:
        content: The file; empty where the person fetches it themselves.
        media_type: `application/zip`, or `text/html` for what is printed.
        name: Name of the file.
        receipt: Number of the erasure's receipt; empty where nobody was erased.
        outcome: How the request ended.
    """

    content: bytes
    media_type: str
    name: str
    receipt: str = ""
    outcome: str = ""


async def answer(engine: Engine, session: StaffSession, request_id: str) -> Answer:
    """Carry out what was granted, and return the answer, once.

    Args:
        engine: Open.
        session: Answers requests.
        request_id: Of a request whose parts are all decided, and approved where something grave is granted.

    Raises:
        DeniedError: Not approved by a second.
        InputError: Not decided yet, the fee is due, or the person was erased meanwhile.
        ConflictError: It was answered meanwhile.
    """
    require_desk(engine, session)
    found = await load(engine, request_id)
    if found.row.finished_at is not None and found.record is not None:
        raise records.elsewhere()
    if found.record is None:
        raise gone()
    if not found.person_id:
        return await _answer_nobody(engine, session, found)
    await _require_ready(engine, found, found.record)
    who = acting(engine, session)
    await moved(engine, moving(engine, found, who, Act.RIGHTS_REQUEST_STEP, what="answering", status=ANSWERING))
    found = await load(engine, request_id)
    own = _by_desk(engine, session, found)
    found = await _carry_out(engine, found, own)
    return await _finish(engine, session, found, own)


async def answer_unshown(engine: Engine, session: StaffSession, request_id: str) -> Answer:
    """Answer somebody who has not shown who they are: the same words whether they are known here or not.

    Raises:
        ConflictError: Who asks was checked, or it was answered.
        InputError: The person was erased meanwhile.
    """
    require_desk(engine, session)
    found = await load(engine, request_id)
    if found.record is None:
        raise gone()
    if found.row.status != OPEN:
        raise records.elsewhere()
    return await _answer_whole(engine, session, found, UNSHOWN, UNSHOWN)


async def _answer_nobody(engine: Engine, session: StaffSession, found: Request) -> Answer:
    """Answer somebody we do not know, and who showed who they are: nothing is held."""
    if found.row.status != CHECKED:
        raise too_early()
    if found.record is not None and found.record.unseen:
        raise InputError(
            "expected that nothing is held, found somebody who is not found for this purpose",
            reason="rights-unseen",
            hint="they stopped this very use, or are being erased: they see everything on my data themselves",
            rests_on="purposes:rights-request",
        )
    return await _answer_whole(engine, session, found, "nobody", NOTHING_HELD)


async def _answer_whole(engine: Engine, session: StaffSession, found: Request, whole: str, outcome: str) -> Answer:
    record, at = found.record, engine.ready()
    if record is None:
        raise gone()
    move = moving(
        engine, found, acting(engine, session), Act.RIGHTS_REQUEST_FINISH, ("outcome", outcome),
        what=outcome, status=FINISHED, outcome=outcome,
    )  # fmt: skip
    said = Said(found.row.number, found.row.received_at, at, (), whole=whole, mark=move.entry_id[:16])
    await moved(engine, move)
    content = letter(engine.policy.policy, said, record.language).encode()
    return Answer(content, "text/html", _name(found, "html"), outcome=outcome)


async def _require_ready(engine: Engine, found: Request, record: Record) -> None:
    """Insist that a request may be answered now: decided, paid for, approved, and not being answered by somebody."""
    if found.row.status == ANSWERING:
        if record.steps[-1].at + limits.MINUTE > engine.ready():
            raise records.elsewhere()
        return  # whoever began was stopped half way: what is done is marked, the rest goes on
    needs_second = record.grave and not found.own
    if found.row.status not in ({APPROVED} if needs_second else {CHECKED, APPROVED}):
        if needs_second and found.row.status != OPEN:
            raise second_needed()
        raise too_early()
    if not record.decided:
        raise too_early()
    if needs_second and not await approved_by(engine, found.row.approval_id):
        raise second_needed()
    told = any(one.outcome == GRANTED for one in record.parts)
    if record.fee and told and record.fee_state not in {"paid", "waived"}:
        raise InputError(
            "expected a fee that is paid or waived, found one that is due",
            reason="rights-fee",
            hint="note that they were told and paid, or that they need not",
            rests_on="rights purposes:rights-request",
        )


def _by_desk(engine: Engine, session: StaffSession, found: Request) -> Own:
    """Return the person, by the hand of the desk that does what they asked."""
    at = engine.ready()
    who = acting(engine, session).acting(case=str(found.row.number))
    source = SOURCES.get(found.row.channel, Source.WITNESSED_PAPER)
    return Own(found.person_id, found.id.encode(), at, at + limits.DESK_WORK_SECONDS, desk=who, source=source)


async def _carry_out(engine: Engine, found: Request, own: Own) -> Request:
    """Carry out every granted part but an erasure, each marked done before the next begins."""
    for place, part in enumerate(found.record.parts if found.record else ()):
        if part.outcome != GRANTED or part.done or part.kind is RightsKind.ERASURE:
            continue
        done = msgspec.structs.replace(part, done=True)
        try:
            await _do(engine, own, part, _step(engine, found, own, place, done), records.came_at(engine, found))
        except (ConflictError, SubmissionError) as error:
            if error.reason not in {"corrected-elsewhere", "slot-filled", "slot-empty"}:
                await _undecided(engine, found, own, place, error)
                raise
            overtaken = msgspec.structs.replace(done, outcome=OVERTAKEN)
            await moved(engine, _step(engine, found, own, place, overtaken))
        found = await load(engine, found.id)
    return found


def _step(  # noqa: PLR0913 -- what a step changes
    engine: Engine, found: Request, own: Own, place: int, part: Part, status: str = ""
) -> Move:
    """Return the step by which a part of a request becomes another."""
    record = said_by(found)
    parts = (*record.parts[:place], part, *record.parts[place + 1 :])
    found, what = replace(found, record=msgspec.structs.replace(record, parts=parts)), "undone" if status else "done"
    facts = (what, part.kind.value)
    return moving(engine, found, own.acting(), Act.RIGHTS_REQUEST_STEP, facts, what=what, status=status)


async def _undecided(
    engine: Engine, found: Request, own: Own, place: int, error: ConflictError | SubmissionError
) -> None:
    """Let a part that cannot be carried out be decided about anew: else the request could never be answered."""
    if isinstance(error, SubmissionError):
        part = msgspec.structs.replace(said_by(found).parts[place], outcome="")
        await moved(engine, _step(engine, found, own, place, part, CHECKED))


async def _do(engine: Engine, own: Own, part: Part, done: Move, asked_at: float) -> None:
    """Carry a part out; a value changes, and is marked done, in one transaction, so that a kill leaves nothing between."""

    async def also(tx: Transaction) -> None:
        if not await done(tx):
            raise records.elsewhere()

    value = list(part.value) if len(part.value) != 1 else part.value[0]
    match part.kind:
        case RightsKind.CORRECTION:
            await corrections.correct(engine, own, part.target, value, expected_version=part.version, also=also)
            return
        case RightsKind.ADDITION:
            await corrections.add(engine, own, part.target, value, also=also)
            return
        case RightsKind.REMOVAL:
            await corrections.remove_value(engine, own, part.target, expected_version=part.version, also=also)
            return
        case RightsKind.STOP_USE:
            await choices.stop_use(engine, own, part.target, stop=True)
        case RightsKind.STOP_PROVISION:
            await _say_no(engine, own, part.target, Exit.PROVISION, asked_at)
        case RightsKind.WITHDRAWAL | RightsKind.OBJECTION:
            await _say_no(engine, own, part.target, None, asked_at)
        case _:
            pass
    await moved(engine, done)


async def _say_no(engine: Engine, own: Own, purpose: str, way_out: Exit | None, asked_at: float) -> None:
    """Say the no of a letter, unless the person said yes themselves after it came."""
    said = (await engine.people.load(own.person_id)).state.choice(purpose, way_out)
    if said is not None and said.allow and said.by == "self" and said.at > asked_at:
        raise ConflictError("expected what the letter is about, found a later yes", reason="corrected-elsewhere")
    await choices.choose(engine, own, purpose, way_out, allow=False)


def _outcome(record: Record) -> str:
    outcomes = {one.outcome for one in record.parts}
    if any(one.outcome == GRANTED and one.kind is RightsKind.ERASURE for one in record.parts):
        return ERASED
    whole = {frozenset({GRANTED}): "answered", frozenset({REFUSED}): "refused", frozenset({NOTHING_HELD}): NOTHING_HELD}
    withheld = any(one.withheld for one in record.parts)
    return "answered in part" if withheld else whole.get(frozenset(outcomes), "answered in part")


async def _finish(engine: Engine, session: StaffSession, found: Request, own: Own) -> Answer:
    record = found.record
    if record is None:
        raise gone()
    outcome, at = _outcome(record), engine.ready()
    second = await approved_by(engine, found.row.approval_id) if found.row.approval_id else ""
    facts = (("outcome", outcome), *((("approved-by", engine.actor_of(second)),) if second else ()))
    move = moving(
        engine, found, own.acting(), Act.RIGHTS_REQUEST_FINISH, *facts, what=outcome, status=FINISHED, outcome=outcome
    )
    made = b""
    if not found.own or outcome == ERASED:
        made = await document(engine, own, found, move.entry_id, session.actor)
    mandate = Mandate(
        id="", kind="staff", actor=session.actor, role=own.acting().role, purpose=own.acting().purpose,
        case=str(found.row.number), person_id=found.person_id, signed_in_at=session.signed_in_at, expires_at=session.expires_at,
    )  # fmt: skip
    tell = await telling(engine, found) if outcome != ERASED else None
    raised = alarm(engine, mandate, found.person_id, Exit.TAKE_ALONG.value, move.entry_id, at)

    async def finish(tx: Transaction) -> None:
        if not await move(tx):
            raise records.elsewhere()
        for one in (raised, tell):
            if one is not None:
                await one(tx)

    receipt = ""
    if outcome == ERASED:
        receipt = await erasure.intend(engine, found.person_id, started_by="staff", also=finish)
        await erasure.finish_now(engine, found.person_id)
    else:
        await engine.data.write(finish)
    kind, ending = ("text/html", "html") if record.format == "paper" else ("application/zip", "zip")
    return Answer(made, kind, _name(found, ending), receipt, outcome)


def _name(found: Request, ending: str) -> str:
    return f"request-{found.row.number}.{ending}"


async def fetch(engine: Engine, own: Own, request_id: str) -> Answer:
    """Return the answer to a request of the person's own, as often as they like; recorded each time.

    Args:
        engine: Open.
        own: Their session, signed in within five minutes.
        request_id: Of an answered request of theirs.

    Raises:
        InputError: It is not theirs, or not answered yet.
        SignInError: The sign-in is longer ago than five minutes.
    """
    own.require_fresh(engine.ready())
    found = await load(engine, request_id)
    if found.person_id != own.person_id or found.record is None or found.row.finished_at is None:
        raise InputError("expected an answered request of yours, found another", reason="rights-unknown")
    facts = (("request", str(found.row.number)),)
    entry_id = await record_act(engine, own.acting(), Act.RIGHTS_REQUEST_FETCH, found.about, facts=facts)
    made = await document(engine, own, found, entry_id, "")
    kind, ending = ("text/html", "html") if found.record.format == "paper" else ("application/zip", "zip")
    return Answer(made, kind, _name(found, ending), outcome=found.row.outcome)


async def document(engine: Engine, own: Own, found: Request, entry_id: str, by: str) -> bytes:
    """Return the answer as a file: one page to print, or a ZIP with it, its data, and the copy where one is granted.

    Args:
        engine: Open.
        own: The person, or the desk for them.
        found: The request.
        entry_id: Of the entry that hands it over, hex.
        by: Who of the staff makes it; empty for the person.
    """
    record, policy = found.record, engine.policy.policy
    if record is None:
        raise gone()
    granted = {one.kind: one for one in record.parts if one.outcome == GRANTED}
    copied = granted.get(RightsKind.DISCLOSURE)
    files = await copy_files(engine, own, record.language, frozenset(copied.withheld)) if copied else {}
    unshown = found.row.outcome == UNSHOWN
    said = Said(
        found.row.number,
        found.row.received_at,
        found.row.finished_at or engine.clock.now(),
        record.parts,
        whole=UNSHOWN if unshown else "",
        fee=record.fee,
        fee_state=record.fee_state,
        purposes=await _purposes(engine, own, record.language) if RightsKind.PURPOSES in granted else None,
        records=await _records(engine, own, record.language) if RightsKind.PROVISION_RECORDS in granted else None,
        mark=entry_id[:16],
    )
    if record.format == "paper":
        return letter(policy, said, record.language, _printed(files.get("readable.html", b"").decode())).encode()
    mark = {
        "note": "This copy was made for one person who asked. Each copy carries its own mark; the ledger names who made it.",
        "request": str(found.row.number),
        "made": moment(engine.clock.now()),
        "by": by,
        "entry": entry_id,
    }
    data = {
        "request": found.row.number,
        "language": record.language,
        "mark": mark,
        "parts": [
            {
                "kind": one.kind.value,
                "target": one.target,
                "outcome": one.outcome,
                "ground": one.ground,
                "withheld": one.withheld,
            }
            for one in record.parts
        ],
        "purposes": said.purposes,
        "records": said.records,
    }
    files["answer.html"] = letter(policy, said, record.language).encode()
    files["answer.json"] = json.dumps(data, ensure_ascii=False, indent=2).encode()
    return signed_copy(engine, files)


def _printed(page: str) -> str:
    """Return the readable page of a copy, to be printed behind the letter; empty where there is no copy."""
    if not page:
        return ""
    found = re.search(r"(?:<body[^>]*>|(?=<h1))(.*?)(?:</body>|</html>|\Z)", page, re.DOTALL)
    return f'<div style="break-before:page">{found[1] if found else ""}</div>'


async def _purposes(engine: Engine, own: Own, language: str) -> list[tuple[str, str]]:
    """Return each item held with what it is used for (APPI Art. 32 (2))."""
    policy = engine.policy.policy
    mine = await own_data(engine, own, exit=Exit.TAKE_ALONG, act=Act.TAKE_ALONG)
    return [
        (
            policy.items[one.item].titles.get(language, one.item) if one.item in policy.items else one.item,
            ", ".join(
                policy.purposes[each].titles.get(language, each) for each in one.purposes if each in policy.purposes
            ),
        )
        for one in mine.held
    ]


async def _records(engine: Engine, own: Own, language: str) -> list[tuple[str, ...]]:
    """Return what the registers say about the person (APPI Art. 33 (5))."""
    items = engine.policy.policy.items

    def title(slot: str) -> str:
        item = items.get(slot.partition("#")[0])
        return item.titles.get(language, slot) if item else slot

    return [
        (
            moment(one.at),
            one.kind,
            one.party,
            ", ".join(title(each) for each in one.items),
            "; ".join(text for word, text in one.said.items() if word != "person"),
        )
        for one in await lines_of(engine, own.person_id)
    ]
