"""Witnessing: staff enter what somebody gave on paper or by phone; a second who was there, or has the paper, says that it is so.

Until then nothing of it is collected: it lies sealed, and is destroyed when its time is over. What the person took away, refused
or stopped on the day it was given or later stays so. The paper itself is kept by the company, in its own files: a scan of it
would hold more than the form asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from kept import limits
from kept.crypto.random import random_bytes, random_id
from kept.errors import ConflictError, DeniedError, ErasedError, EvidenceError, InputError, LimitError, SubmissionError
from kept.policy import change, present
from kept.policy.day import begin_of, day_of
from kept.policy.duties import witnessed_ways
from kept.policy.model import Policy
from kept.policy.notice import Notice
from kept.policy.person import PersonState
from kept.policy.words import Exit, PointKind
from kept.services.accounts.accounts import open_account
from kept.services.cases import cases
from kept.services.cases.witnessed_notice import tell
from kept.services.engine.active_policy import compile_policy, decode_files
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import SYSTEM, Actor, about, account_part, entry_of, record
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record
from kept.services.forms.consent_evidence import evidence_of, mail_slots
from kept.services.forms.receipts import consent_receipt
from kept.services.forms.submission import TICK, Tick, parse_submission
from kept.services.gate.state_change import Change, change_person, find_forms
from kept.services.gate.witnessed_form import (
    OVER,
    REFUSED,
    SEEN,
    TAKEN,
    TELLING,
    WAITING,
    WAYS,
    WITNESS,
    Standing,
    WitnessedForm,
    code_hash,
    code_of,
    holder_of,
    open_nobodys,
    seal_form,
    seal_nobodys,
    standing,
    state_of,
)
from kept.services.staff.approvals import Approval, Given, Subject, mark_of, said, waiting_for
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

RIGHT = "witness"
RECEIPT = "witnessed"
NEW = ""
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Typed:
    """What staff entered, not yet looked at.

    Args:
        how: `paper` or `call`.
        point: Form whose notice was handed over or read out.
        version: Version of the policy it is of.
        language: Its language.
        given_on: Day it was given on, such as `2026-11-01`.
        case: Id of the case that holds the customer; empty for a new one.
        fields: Names and texts as they were given, several of a name for a choice of several.
        said: What was said to each box of the form, `yes` or `no`, by the box's value; boxes nothing was said to are left out.
    """

    how: str
    point: str
    version: int
    language: str
    given_on: str
    case: str = NEW
    fields: tuple[tuple[str, str], ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A form as the list shows it: nobody is named there.

    Args:
        id: 32 hex digits.
        number: Counts from 1.
        how: `paper` or `call`.
        entered_by: Login.
        entered_at: Unix seconds.
        status: See `Standing`.
        reason: Why, where it was refused.
        moved_at: Since when it is in that state.
    """

    id: str
    number: int
    how: str
    entered_by: str
    entered_at: float
    status: str
    reason: str
    moved_at: float


@dataclass(frozen=True, slots=True)
class Shown:
    """The form staff copy a paper or a call into.

    Args:
        notice: The notice that was handed over or read out.
        notice_id: Its id, hex.
        hints: Its fields.
        boxes: Its boxes; a third party's are left out, which only the person ticks.
    """

    notice: Notice
    notice_id: str
    hints: tuple[present.Hint, ...]
    boxes: tuple[present.Box, ...]


def declared(engine: Engine) -> bool:
    """Whether the policy in force takes anything on paper or by phone."""
    return bool(witnessed_ways(engine.policy.policy)) and any(
        one.kind is PointKind.REGISTRATION for one in engine.policy.policy.points.values()
    )


async def versions(engine: Engine) -> dict[int, tuple[float, float]]:
    """Return the versions whose notices may still have been handed over or read out: from when to when each was in force."""
    rows = await engine.data.all(sql.PolicyVersions)
    begun = sorted(
        (max(one.activated_at, one.effective_at), one.version) for one in rows if one.activated_at is not None
    )
    ends = [at for at, _ in begun[1:]] + [float("inf")]
    since = engine.clock.now() - limits.WITNESSED_GIVEN_SECONDS - limits.DAY
    return {version: (at, end) for (at, version), end in zip(begun, ends, strict=True) if end > since}


async def show(engine: Engine, session: StaffSession, point: str, version: int, language: str) -> Shown:
    """Return the form of a version, to copy a paper or a call into; it was in force within the last weeks.

    Args:
        engine: Open.
        session: With the right `witness`.
        point: A declared point.
        version: Of the policy.
        language: Of the notice.

    Raises:
        DeniedError: The right is missing.
        SubmissionError: No such form, or not in that language, or of no such version.
    """
    session.require(engine, RIGHT)
    policy = await _policy_of(engine, point, version)
    notice = present.build_notice(policy, point, "", language)
    await engine.data.write(lambda tx: engine.notices.keep(tx, notice))
    boxes = tuple(one for one in present.boxes(policy, point, language, "") if not one.recipient)
    return Shown(notice, notice.id, tuple(present.hints(policy, point, "", language)), boxes)


async def enter(engine: Engine, session: StaffSession, typed: Typed) -> str:
    """Enter what somebody gave on paper or by phone, and ask a second member of staff to witness it; return the form's id.

    Args:
        engine: Open.
        session: With the right `witness`.
        typed: What was given.

    Raises:
        DeniedError: The right is missing, or the case is none of theirs, over, or empty; or the customer's own no stands.
        SubmissionError: A field is not acceptable, was given before, or was taken away since; nothing was given; or the notice was
            not in force on that day.
        InputError: Another way, a day that is not, too long ago, or ahead.
        LimitError: They entered as many as may be within a day.
    """
    role, at = session.require(engine, RIGHT), engine.ready()
    await _require_few(engine, session, at)
    form = await _read(engine, session, typed, at)
    case = await cases.case_of(engine, session, typed.case) if typed.case else None
    person = await _person_in(engine, case) if case is not None else None
    if person is not None:
        require_possible(person.state, form)
    form_id = random_id()
    facts = (("form", form_id), ("how", form.how), ("given", form.given_on), ("notice", form.notice_id))
    actor = session.acting(role=role, case=str(case.number) if case is not None else "")
    concerning = about(person) if person is not None else None
    entry = entry_of(engine, actor, Act.WITNESSED_ENTER, concerning, at=at, items=form.slots, facts=facts)

    async def write(tx: Transaction, approval_id: str) -> None:
        del approval_id
        number = await tx.value(sql.WitnessedNext) + 1
        sealed = b"" if person is not None else seal_nobodys(engine, form_id, form)
        await tx.run(
            "witnessed_insert", form_id=form_id, number=number, how=form.how, entered_by=session.login, entered_at=at,
            status=WAITING, code_hash=code_hash(engine, code_of(engine, form_id)), sealed=sealed, witness=b"",
        )  # fmt: skip
        if person is not None:
            await _put(engine, tx, person, form_id, form)
        await insert_entries(tx, [entry], at)

    await WITNESSING.ask(engine, session, form_id, write, Subject(form_id, people=1))
    return form_id


async def ask_again(engine: Engine, session: StaffSession, form_id: str) -> None:
    """Ask a second member of staff once more, after nobody witnessed it in time.

    Raises:
        DeniedError: The right is missing.
        InputError: There is no such form any more.
        ConflictError: They were asked already.
    """
    await WITNESSING.ask(engine, session, form_id)


async def read(engine: Engine, session: StaffSession, form_id: str) -> Standing:
    """Open what was entered, to hold it against the paper or the call; recorded, also for the person it is about.

    Args:
        engine: Open.
        session: Who entered it, or who may witness it: with the right `witness` or `approve`.
        form_id: One that waits.

    Raises:
        DeniedError: Neither right.
        InputError: There is none, or nothing of it waits any more.
    """
    role = session.require(engine, RIGHT if session.may(engine, RIGHT) else "approve")
    found = await standing(engine, form_id)
    if found.status != WAITING:
        raise _waits_no_more()
    holder = await holder_of(engine, form_id)
    person = await engine.people.load(holder) if holder else None
    facts = (("form", form_id),)
    concerning = about(person) if person is not None else None
    await record(engine, session.acting(role=role), Act.WITNESSED_READ, concerning, items=found.form.slots, facts=facts)
    waits = await waiting_for(engine, WITNESSING.act, form_id)
    return replace(found, seen=mark_of(engine, session, waits, await _about(engine, form_id)) if waits else "")


async def lines(engine: Engine) -> list[Line]:
    """Return the newest forms, as their list shows them."""
    rows = await engine.data.all(sql.WitnessedNewest, limit=limits.WITNESSED_SHOWN)
    return [
        Line(
            row.form_id, row.number, row.how, row.entered_by, row.entered_at, state_of(row.status), row.reason,
            row.moved_at,
        )
        for row in rows
    ]  # fmt: skip


def require_possible(state: PersonState, form: WitnessedForm) -> None:
    """Insist that a form may be taken in for somebody as they stand; see `change.require_not_undone` and `change.fill`.

    Raises:
        SubmissionError: A value was given before, or taken away since; a use is stopped; or they are being erased.
        DeniedError: Their own no stands.
    """
    _changed(state, form, key_id="", at=0.0)


# -------------------------------------------------------------------- what was typed


async def _read(engine: Engine, session: StaffSession, typed: Typed, at: float) -> WitnessedForm:
    """Hold what was typed against the form whose notice was handed over or read out."""
    given_at = await _day(engine, typed, at)
    policy = await _policy_of(engine, typed.point, typed.version)
    shown = await show(engine, session, typed.point, typed.version, typed.language)
    offered = {Tick(one.purpose, one.exit, one.recipient).name() for one in shown.boxes}
    if not set(typed.said) <= offered or not set(typed.said.values()) <= {YES, NO}:
        raise SubmissionError(
            "expected a choice this form offers, found another",
            field=TICK,
            reason="choice-unknown",
            hint="a yes for a third party is given by the person alone, on the page that names it",
            rests_on="fair-forms",
        )
    ticked = [(TICK, one) for one, answer in typed.said.items() if answer == YES]
    given = parse_submission(policy, shown.notice, [*typed.fields, *ticked], at)
    _require_whole(engine, policy, typed.point, given.values)
    noes = tuple((one.purpose, one.exit.value if one.exit else "") for one in shown.boxes if _no(typed, one))
    if not (given.values or given.ticks or noes):
        raise SubmissionError(
            "expected something given, found nothing",
            reason="witnessed-empty",
            hint="an empty paper is no form: nothing has to be entered",
            rests_on="sources:direct",
        )
    return WitnessedForm(
        typed.how, typed.point, shown.notice_id, typed.version, typed.language, typed.given_on, given_at, not typed.case,
        given.values, tuple(given.values), tuple((one.purpose, one.exit.value if one.exit else "") for one in given.ticks),
        noes, session.actor,
    )  # fmt: skip


def _no(typed: Typed, box: present.Box) -> bool:
    return typed.said.get(Tick(box.purpose, box.exit, box.recipient).name()) == NO


async def _day(engine: Engine, typed: Typed, at: float) -> float:
    """Return when the day began on which it was given; it is one the notice was in force on, not ahead, and not long ago."""
    ways = {WAYS[one] for one in WAYS} & witnessed_ways(engine.policy.policy)
    if WAYS.get(typed.how) not in ways:
        raise InputError(
            "expected a way the policy takes, on paper or by phone, found another",
            reason="witnessed-way",
            hint="declare it under `sources: direct`",
            rests_on="sources:direct",
        )
    try:
        begins, ends = (begin_of(typed.given_on, engine.zone, after=one) for one in (0, 1))
    except ValueError:
        begins = ends = -1.0
    if begins > at or ends < at - limits.WITNESSED_GIVEN_SECONDS:
        raise InputError(
            f"expected a day within the last {int(limits.WITNESSED_GIVEN_SECONDS // limits.DAY)} days, found another",
            reason="witnessed-day",
            hint="what was given longer ago is asked for again",
            rests_on="sources:direct",
        )
    since, until = (await versions(engine)).get(typed.version, (0.0, 0.0))
    if not (since < ends and begins < until):
        raise SubmissionError(
            "expected the notice of a version in force on that day, found another",
            reason="notice-not-in-force",
            hint="look at the foot of the paper: it names its version",
            rests_on="purpose-before-collection",
        )
    return begins


async def _policy_of(engine: Engine, point: str, version: int) -> Policy:
    """Return a version of the policy that has this form.

    Raises:
        SubmissionError: There is none, or it has no such form that is given outside a session.
    """
    policy = engine.policy.policy
    if version != policy.version:
        rows = await engine.data.all(sql.PolicyVersions)
        row = next((one for one in rows if one.version == version and one.activated_at is not None), None)
        files = await engine.data.one(sql.PolicyFiles, policy_hash=row.policy_hash) if row is not None else None
        policy = (
            compile_policy(decode_files(files.files), engine.parts.guarantees).policy if files is not None else policy
        )
    found = policy.points.get(point)
    if version != policy.version or found is None or found.kind is not PointKind.REGISTRATION or "" not in found.stages:
        raise SubmissionError(
            "expected a form that is given on paper or by phone, found another",
            reason="point-unknown",
            hint="questionnaires, contests, sweepstakes and events are entered by the person alone",
            rests_on="purpose-before-collection",
        )
    return policy


def _require_whole(engine: Engine, policy: Policy, point: str, values: Mapping[str, object]) -> None:
    """Insist on what the form needs, and that the policy in force still collects each item."""
    in_force = engine.policy.policy.points.get(point)
    asked = in_force.stages.get("", ()) if in_force is not None else ()
    for item in (*values, *policy.points[point].needed):
        if item not in asked or item not in values:
            raise SubmissionError(
                "expected every item this form needs, and no other, found otherwise",
                field=item,
                reason="item-needed" if item in asked else "field-undeclared",
                hint="the form says what it needs; what the policy asks for no more is not taken",
                rests_on="nothing-unneeded",
            )


async def _require_few(engine: Engine, session: StaffSession, at: float) -> None:
    entered = await engine.data.value(sql.WitnessedEntered, entered_by=session.login, since=at - limits.DAY)
    if (entered or 0) >= limits.WITNESSED_A_DAY:
        raise LimitError(
            f"expected at most {limits.WITNESSED_A_DAY} forms a day, found more",
            retry_after_seconds=int(limits.HOUR),
            reason="witnessed-many",
            hint="go on tomorrow, or let a colleague enter them",
            rests_on="roles",
        )


async def _person_in(engine: Engine, case: cases.Case) -> Person:
    """Return the customer a case holds: there is no other way to find one here."""
    cases.require_open(engine, case)
    person = await cases.holder_of(engine, case)
    if person is None or case.emergency:
        raise cases.nobody_in_it()
    return person


# -------------------------------------------------------------------- what the second does


async def _about(engine: Engine, form_id: str) -> Subject:
    row = await engine.data.one(sql.WitnessedGet, form_id=form_id)
    if row is None or row.status != WAITING:
        raise _waits_no_more()
    form = (await standing(engine, form_id)).form
    return Subject(str(row.number), people=1, shown={"form": said(form)}, hands=(row.entered_by,))


async def _see(engine: Engine, given: Given) -> Effect:
    """Return what witnesses a form; nothing where it, or whom it is about, is there no more."""
    try:
        await standing(engine, given.subject)
        holder = await holder_of(engine, given.subject)
        staying = not holder or (await engine.people.load(holder)).state.status == "active"
    except (InputError, ErasedError, EvidenceError):
        staying = False
    witness = seal_installation_record(engine, WITNESS, given.subject, given.by.actor.encode())

    async def effect(tx: Transaction) -> bool:
        moved = {"form_id": given.subject, "expected": WAITING, "status": SEEN, "at": given.at, "witness": witness}
        return staying and bool(await tx.run("witnessed_see", **moved))

    return effect


async def take_in(engine: Engine, form_id: str) -> str:
    """Take in a form that was witnessed, once, and tell whom it is about; return what became of it, a word.

    Args:
        engine: Open.
        form_id: One that was witnessed; of any other its state is answered.
    """
    row = await engine.data.one(sql.WitnessedGet, form_id=form_id)
    if row is None or row.status != SEEN:
        return state_of(row.status) if row is not None else OVER
    try:
        witness = open_installation_record(engine, WITNESS, form_id, row.witness).decode()
        form = (await standing(engine, form_id)).form
        policy = await _policy_of(engine, form.point, form.version)
        _require_whole(engine, policy, form.point, form.values)  # another version may have come since it was entered
        seen = msgspec.structs.replace(form, witnessed_by=witness)
        notice = await engine.notices.get(form.notice_id)
        if notice is None:
            raise _no_notice()
        person_id = await _account(engine, form_id, row)
        await change_person(
            engine, person_id, lambda person, at: _taking(engine, person, form_id, seen, notice, at),
            slots=mail_slots(engine.policy.policy),
        )  # fmt: skip
    except ConflictError:  # somebody was faster: what they made of it stands, or it is tried again within the minute
        row = await engine.data.one(sql.WitnessedGet, form_id=form_id)
        return state_of(row.status) if row is not None else OVER
    except (InputError, DeniedError, ErasedError, EvidenceError) as error:
        await _turn_down(engine, form_id, error)
        return REFUSED
    await tell(engine, person_id, form_id)
    return TAKEN


WITNESSING = Approval(
    act="witnessed-form",
    title="Witness what was given on paper or by phone",
    right=RIGHT,
    page="/witnessed/{subject}",
    about=_about,
    effect=_see,
    then=take_in,
    apart=True,
)


async def _account(engine: Engine, form_id: str, row: sql.WitnessedGet) -> bytes:
    """Return whom a form is about; a new customer's account is opened now, without a way to sign in."""
    if person_id := await holder_of(engine, form_id):
        return person_id
    form = open_nobodys(engine, form_id, row.sealed)
    keys = await engine.keyring.create_person(random_bytes(16), engine.ready())
    key_id, sealed = seal_form(engine, keys, form_id, form)

    async def bind(tx: Transaction, person_id: bytes) -> None:
        held = {"form_id": form_id, "expected": SEEN, "status": SEEN, "at": row.moved_at, "witness": row.witness}
        if not await tx.run("witnessed_see", **held) or await tx.one(sql.WitnessedPersonGet, form_id=form_id):
            raise ConflictError("expected a form nobody took in yet, found one that is", reason="witnessed-taken")
        await tx.run("witnessed_person_put", person_id=person_id, form_id=form_id, key_id=key_id, sealed=sealed)

    return await open_account(engine, form.language, bind, keys=keys, by=Actor("staff", form.entered_by))


def _changed(state: PersonState, form: WitnessedForm, *, key_id: str, at: float) -> PersonState:
    """Return a person's state with what a form says, or refuse."""
    ticks = [(purpose, Exit(way) if way else None) for purpose, way in form.ticks]
    change.require_not_undone(state, form.slots, ticks, since=form.given_at)
    after = change.fill(
        state, form.slots, notice_id=form.notice_id, point=form.point, source=WAYS[form.how], key_id=key_id, at=at,
    )  # fmt: skip
    after = change.given_earlier(after, form.slots, form.given_at)
    by_purpose: dict[str, list[Exit]] = {}
    for purpose, way in ticks:
        by_purpose.setdefault(purpose, []).extend([way] if way else [])
    after = change.grant(
        after, by_purpose, notice_id=form.notice_id, slots=form.slots, recipients={}, at=at, by=form.how
    )
    for purpose, exit_word in form.noes:
        way_out = Exit(exit_word) if exit_word else None
        before = state.choice(purpose, way_out)
        if before is None or before.at < form.given_at:  # what they chose themselves since then stands
            after = change.choose(after, purpose, way_out, allow=False, at=at, by=form.how)
    return change.replace(after, g=state.g + 1)


def _taking(  # noqa: PLR0913 -- what it changes, of whom
    engine: Engine, person: Person, form_id: str, form: WitnessedForm, notice: Notice, at: float
) -> Change:
    policy, taken = engine.policy.policy, msgspec.structs.replace(form, values={}, taken_at=at)
    state = _changed(person.state, form, key_id=person.keys.newest("values"), at=at)
    ticks = tuple((purpose, way, "") for purpose, way in form.ticks)
    receipt = consent_receipt(policy, notice, person.id, form.slots, ticks, at)
    receipt.record["event"][0] |= {
        "how": {"paper": "on paper", "call": "by phone"}[form.how],
        "given": form.given_on,
        "entered by": f"staff {form.entered_by}",
        "witnessed by": f"staff {form.witnessed_by}",
        "form": form_id,
    }
    facts = (
        ("form", form_id), ("how", form.how), ("given", form.given_on), ("notice", form.notice_id), ("point", form.point),
        ("choices", ",".join(f"{purpose}/{way}/" for purpose, way in form.ticks)),
        ("noes", ",".join(f"{purpose}/{way}/" for purpose, way in form.noes)), ("witnessed-by", form.witnessed_by),
    )  # fmt: skip

    async def extra(tx: Transaction) -> None:
        if not await tx.run(
            "witnessed_end", form_id=form_id, expected=SEEN, status=TELLING, reason="", at=at, sealed=b""
        ):
            raise ConflictError("expected a form not taken in yet, found one that is", reason="witnessed-taken")
        await _put(engine, tx, person, form_id, taken)

    agreed = [(purpose, Exit(way) if way else None) for purpose, way in form.ticks]
    return Change(
        state,
        account_part(engine, Actor("staff", form.entered_by), Act.VALUE_WITNESS, at=at, items=form.slots, facts=facts),
        values=dict(form.values),
        gained=tuple(one for slot, value in form.values.items() for one in find_forms(engine, slot, value)),
        extra=extra,
        receipt=(receipt.id, RECEIPT, msgspec.json.encode(receipt.record)),
        register=evidence_of(engine, person, agreed, form.values, form.notice_id, at),
    )


async def _put(engine: Engine, tx: Transaction, person: Person, form_id: str, form: WitnessedForm) -> None:
    key_id, sealed = seal_form(engine, person.keys, form_id, form)
    await tx.run("witnessed_person_put", person_id=person.id, form_id=form_id, key_id=key_id, sealed=sealed)


async def _turn_down(
    engine: Engine, form_id: str, error: InputError | DeniedError | ErasedError | EvidenceError
) -> None:
    """Say of a witnessed form that it is not taken in after all; what it held is gone."""
    at, holder = engine.ready(), await holder_of(engine, form_id)
    facts = (("form", form_id), ("reason", error.reason))
    try:
        person = await engine.people.load(holder) if holder else None
    except (ErasedError, EvidenceError):
        person = None
    entry = entry_of(
        engine, SYSTEM, Act.VALUE_WITNESS, about(person) if person is not None else None, at=at,
        outcome=Outcome.REFUSED, facts=facts,
    )  # fmt: skip

    async def body(tx: Transaction) -> None:
        if await _end(tx, form_id, SEEN, REFUSED, error.reason, at):
            await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def _end(tx: Transaction, form_id: str, expected: str, status: str, reason: str, at: float) -> bool:  # noqa: PLR0913
    """End a form: nothing that was entered stays."""
    about_ = await tx.one(sql.WitnessedPersonGet, form_id=form_id)
    moved = {"form_id": form_id, "expected": expected, "status": status, "reason": reason, "at": at, "sealed": b""}
    if not await tx.run("witnessed_end", **moved):
        return False
    if about_ is not None:
        await tx.run("witnessed_person_end", person_id=about_.person_id, form_id=form_id)
    return True


async def finish_witnessed(engine: Engine) -> int:
    """Take in what was witnessed, and tell of it, where a kill came between; end what nobody witnessed in time; return how many."""
    at, done = engine.clock.now(), 0
    for form_id in await engine.data.values(sql.WitnessedIn, status=SEEN, before=at + 1):
        done += bool(await take_in(engine, form_id))
    for form_id in await engine.data.values(sql.WitnessedIn, status=TELLING, before=at + 1):
        await tell(engine, await holder_of(engine, form_id), form_id)
        done += 1
    for form_id in await engine.data.values(sql.WitnessedIn, status=WAITING, before=at - limits.WITNESSED_WAIT_SECONDS):
        done += await engine.data.write(lambda tx, one=form_id: _end(tx, one, WAITING, OVER, "", at))  # type: ignore[misc]
    return done


async def end_returned(engine: Engine) -> int:
    """End what waits of new customers after a restore, and return how many that were: what became of it since, nobody knows.

    It may have been taken in since the backup, and whom it was about may have had themselves erased. The paper is in the
    company's files, and can be entered again.
    """
    at, done = engine.clock.now(), 0
    for status in (WAITING, SEEN):
        for form_id in await engine.data.values(sql.WitnessedIn, status=status, before=at + 1):
            if not await holder_of(engine, form_id):
                done += await engine.data.write(lambda tx, one=form_id, now=status: _end(tx, one, now, OVER, "", at))  # type: ignore[misc]
    return done


def _waits_no_more() -> InputError:
    return InputError(
        "expected a form that waits for a second member of staff, found none",
        reason="witnessed-unknown",
        hint="look at the list: it was witnessed, or its time is over",
        rests_on="sources:direct",
    )


def _no_notice() -> SubmissionError:
    return SubmissionError(
        "expected the notice as shown, found it missing", reason="notice-missing", rests_on="notice-first"
    )


def day_today(engine: Engine) -> str:
    """Return today, as the day a form may have been given on."""
    return day_of(engine.clock.now(), engine.zone)
