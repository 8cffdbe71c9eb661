"""Witnessing: staff enter what somebody gave on paper or by phone; a second who was there, or has the paper, says that it is so.

Until then nothing of it is collected: it lies sealed, and is destroyed when its time is over. What the person took away, refused
or stopped on the day it was given or later stays so. The paper itself is kept by the company, in its own files: a scan of it
would hold more than the form asks for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from kept import limits
from kept.crypto.random import random_bytes, random_id
from kept.errors import ConflictError, DeniedError, ErasedError, EvidenceError, InputError, LimitError, SubmissionError
from kept.ledger.chain import begun
from kept.policy import change
from kept.policy.notice import Notice
from kept.policy.person import PersonState
from kept.policy.words import Exit
from kept.services.accounts.accounts import first_state
from kept.services.cases import cases
from kept.services.cases.witnessed_entry import RIGHT, Typed, parse_typed, policy_of, require_whole
from kept.services.cases.witnessed_notice import tell
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.people import Person
from kept.services.engine.record import SYSTEM, About, Actor, about, account_part, entry_of, record
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record
from kept.services.forms.consent_evidence import evidence_of, mail_slots
from kept.services.forms.receipts import consent_receipt
from kept.services.gate.refusals import record_refusal
from kept.services.gate.state_change import Change, change_person, find_forms, write_change
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
    seal_form,
    seal_nobodys,
    standing,
    state_of,
)
from kept.services.staff.approvals import Approval, Given, Subject, mark_of, said, waiting_for
from kept.services.staff.mandates import charge
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

RECEIPT = "witnessed"


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


async def enter(engine: Engine, session: StaffSession, typed: Typed) -> str:
    """Enter what somebody gave on paper or by phone, and ask a second member of staff to witness it; return the form's id.

    Args:
        engine: Open.
        session: With the right `witness`.
        typed: What was given.

    Raises:
        DeniedError: The right is missing; the case is over, used up, an emergency, or may not see its person any more; or the
            customer's own no stands.
        SubmissionError: A field is not acceptable, was given before, or was taken away since; nothing was given; or the notice was
            not in force on that day.
        InputError: Another way, a day that is not, too long ago, or ahead; or a case that is none of theirs, or empty.
        LimitError: They entered as many as may be within a day.
    """
    role, at = session.require(engine, RIGHT), engine.ready()
    await _require_few(engine, session, at)
    form = await parse_typed(engine, session, typed, at)
    case = await cases.case_of(engine, session, typed.case) if typed.case else None
    person = await cases.acting_about(engine, session, case, Act.WITNESSED_ENTER) if case is not None else None
    if person is not None:
        try:
            require_possible(person.state, form)
        except DeniedError as error:
            actor = session.acting(role=role, case=str(case.number) if case is not None else "")
            raise await record_refusal(engine, actor, error, about(person), act=Act.WITNESSED_ENTER) from None
    form_id = random_id()
    facts = (("form", form_id), ("how", form.how), ("given", form.given_on), ("notice", form.notice_id))
    actor = session.acting(role=role, case=str(case.number) if case is not None else "")
    concerning = about(person) if person is not None else None
    entry = entry_of(engine, actor, Act.WITNESSED_ENTER, concerning, at=at, items=form.slots, facts=facts)

    async def write(tx: Transaction, approval_id: str) -> None:
        del approval_id
        if case is not None:
            await charge(tx, case.mandate, at)
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
        policy = await policy_of(engine, form.point, form.version)
        require_whole(engine, policy, form.point, form.values)  # another version may have come since it was entered
        seen = msgspec.structs.replace(form, witnessed_by=witness)
        notice = await engine.notices.get(form.notice_id)
        if notice is None:
            raise _no_notice()
        person_id = await holder_of(engine, form_id)
        if person_id:
            await change_person(
                engine, person_id, lambda person, at: _taking(engine, person, form_id, seen, notice, at),
                slots=mail_slots(engine.policy.policy),
            )  # fmt: skip
        else:
            person_id = await _open_with(engine, form_id, seen, notice)
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


async def _open_with(engine: Engine, form_id: str, form: WitnessedForm, notice: Notice) -> bytes:
    """Open the account of a new customer with what their form says: both are there, or nothing of either is.

    Raises:
        SubmissionError, DeniedError: As `require_possible`; or the policy is not complete in the form's language any more.
        ConflictError: Somebody was faster.
    """
    at = engine.ready()
    before = change.replace(first_state(engine, form.language, at), g=0)
    require_possible(before, form)
    keys = await engine.keyring.create_person(random_bytes(16), at)
    person = Person(keys.person_id, before, keys, {}, engine.policy.hash, begun(keys.person_id))
    by = Actor("staff", form.entered_by)
    opened = entry_of(engine, by, Act.ACCOUNT_OPEN, About(person.id, keys, before.g + 1, before=person.counted), at=at)
    taking = _taking(engine, person, form_id, form, notice, at)
    try:
        await write_change(engine, person, taking, at, lambda tx: insert_entries(tx, [opened], at), first=True)
    except ConflictError:
        await engine.keyring.drop_unborn(person.id)
        raise
    return person.id


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
    over = 0.0 if engine.stands_still() else at - limits.WITNESSED_WAIT_SECONDS
    for form_id in await engine.data.values(sql.WitnessedIn, status=WAITING, before=over):
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
