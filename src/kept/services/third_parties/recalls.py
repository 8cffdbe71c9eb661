"""Recalls: a recipient is told to give up what it has of a person, at once, and has to confirm by a day.

A withdrawal writes one of everything, a correction or a removal one of that item. Staff fetch it in a signed file and hand that
over, or mail it to the desk the recipient declared. It is confirmed by the recipient's answer, which only its file holds, or
by a member of staff who did not tell it. A recipient knows a person by a
pseudonym of its own; a recall names that and which items, and no value: the new one goes with the next file, decided then.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kept import limits
from kept.crypto.random import random_id
from kept.errors import ConflictError, DeniedError, InputError
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.record import entry_of, record
from kept.services.staff.sessions import StaffSession
from kept.services.third_parties.handed_over import handed_to, holders, pseudonym
from kept.services.third_parties.recall_file import is_answer, pack_recall
from kept.services.third_parties.recall_mail import mail_file
from kept.services.third_parties.recipients import declared_recipient, registered_recipient
from kept.store import sql
from kept.store.interface import Transaction

RECALLED = "recalled"
WAITING, TOLD = "waiting", "told"
BY_RECIPIENT, BY_STAFF = "recipient", "staff"


class Recalling(StrEnum):
    """What a recipient is told; words are permanent."""

    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Recall:
    """Recalls of one recipient that stand together: what waits to be told, or one file that was fetched.

    Args:
        recipient: Declared recipient, or one that was.
        file_id: The file's id; empty for what waits.
        people: How many people it names.
        items: How many items of theirs were corrected or removed, beside what is to be given up altogether.
        due_at: By when the recipient has to confirm, unix seconds: the first of its days.
        told_at: When the file was fetched; None for what waits.
        told_by: Login of who told it; empty for what waits.
    """

    recipient: str
    file_id: str
    people: int
    items: int
    due_at: float
    told_at: float | None
    told_by: str


@dataclass(frozen=True, slots=True)
class Recalled:
    """A person's recall, as they read it: *told_at* and *confirmed_at* are None until then; *due_at* is its deadline.

    *what* is `withdrawn` (everything is to be given up), or `corrected` or `removed`: that *item* alone.
    *confirmed_by* is `recipient` for its own answer, `staff` where a second member of staff noted it, empty until then.
    """

    recipient: str
    at: float
    what: str
    item: str
    due_at: float
    told_at: float | None
    confirmed_at: float | None
    confirmed_by: str


def within_seconds(engine: Engine) -> float:
    """Return how long a recipient has, from the withdrawal to its confirmation."""
    return engine.policy.policy.promised("recall-in-time", "within", limits.RECALL_SECONDS)


async def recalls_due(engine: Engine, person_id: bytes, recipients: tuple[str, ...] | None) -> list[str]:
    """Return the recipients that were handed something of a person after the last time they were told to give it up.

    Args:
        engine: Open.
        person_id: 16 bytes.
        recipients: Only these; None for all, those the policy declares no more as well.
    """
    return await engine.data.read(lambda tx: _due(engine, tx, person_id, recipients))


def recalled(recipients: list[str]) -> tuple[tuple[str, str], ...]:
    """Return what the entry of a withdrawal says about its recalls."""
    return ((RECALLED, ",".join(recipients)),) if recipients else ()


def recall(engine: Engine, person_id: bytes, recipients: tuple[str, ...] | None, at: float) -> Effect:
    """Return the statements of a withdrawal, for its own transaction: it looks there who has something by then.

    Args:
        engine: Open.
        person_id: 16 bytes.
        recipients: Whom nothing may go to any more: who of them has something is told to give it up. None for
            everybody who has.
        at: When, unix seconds.
    """
    due_at = at + within_seconds(engine)

    async def write(tx: Transaction) -> None:
        for recipient in await _due(engine, tx, person_id, recipients):
            number = pseudonym(engine, recipient, person_id)
            what = {"what": Recalling.WITHDRAWN.value, "item": ""}
            await tx.run("recall_put", recipient=recipient, pseudonym=number, at=at, **what, due_at=due_at)

    return write


async def holding(engine: Engine, person_id: bytes, slot: str) -> list[str]:
    """Return the recipients that hold one item of a person, as far as they were not told to give up everything since."""
    return await engine.data.read(lambda tx: _holding(engine, tx, person_id, slot))


def recall_item(engine: Engine, person_id: bytes, slot: str, what: Recalling, at: float) -> Effect:
    """Return the statements of a correction or a removal, for its own transaction: who holds the item is told.

    Args:
        engine: Open.
        person_id: 16 bytes.
        slot: What was corrected or removed.
        what: Which of the two.
        at: When, unix seconds.
    """
    due_at, item = at + within_seconds(engine), slot.partition("#")[0]

    async def write(tx: Transaction) -> None:
        for recipient in await _holding(engine, tx, person_id, slot):
            number = pseudonym(engine, recipient, person_id)
            known = await tx.all(sql.RecallsOf, recipient=recipient, pseudonym=number)
            if any((one.item, one.at) == (item, at) for one in known):
                continue  # a no-log said again twice says one recall
            said = {"what": what.value, "item": item, "due_at": due_at}
            await tx.run("recall_put", recipient=recipient, pseudonym=number, at=at, **said)

    return write


async def _holding(engine: Engine, tx: Transaction, person_id: bytes, slot: str) -> list[str]:
    found = await holders(engine, tx, person_id, slot.partition("#")[0])
    return [one for one, at in found.items() if await _given_up_at(engine, tx, one, person_id) < at]


async def _given_up_at(engine: Engine, tx: Transaction, recipient: str, person_id: bytes) -> float:
    """Return when a recipient was told last to give up everything of a person; 0 for never."""
    told = await tx.all(sql.RecallsOf, recipient=recipient, pseudonym=pseudonym(engine, recipient, person_id))
    return max((one.at for one in told if one.what == Recalling.WITHDRAWN), default=0.0)


async def _due(engine: Engine, tx: Transaction, person_id: bytes, recipients: tuple[str, ...] | None) -> list[str]:
    """Return who is to be told; *recipients* None for everybody who was handed something, declared still or not."""
    due = []
    for recipient, at in (await handed_to(tx, person_id)).items():
        if recipients is not None and recipient not in recipients:
            continue
        if await _given_up_at(engine, tx, recipient, person_id) < at:
            due.append(recipient)
    return due


async def open_recalls(engine: Engine) -> list[Recall]:
    """Return every recall that is not confirmed, together as they are told, the first due first."""
    rows = [*await engine.data.all(sql.RecallsIn, status=WAITING), *await engine.data.all(sql.RecallsIn, status=TOLD)]
    together: dict[tuple[str, str], list[sql.RecallsIn]] = {}
    for row in rows:
        together.setdefault((row.recipient, row.file_id), []).append(row)
    found = [
        Recall(
            recipient,
            file_id,
            len({one.pseudonym for one in them}),
            sum(bool(one.item) for one in them),
            min(one.due_at for one in them),
            them[0].told_at,
            them[0].told_by,
        )
        for (recipient, file_id), them in together.items()
    ]
    return sorted(found, key=lambda one: one.due_at)


async def recalls_of(engine: Engine, person_id: bytes) -> list[Recalled]:
    """Return a person's recalls, newest first.

    Args:
        engine: Open.
        person_id: 16 bytes.
    """

    async def body(tx: Transaction) -> list[Recalled]:
        return [
            Recalled(recipient, row.at, row.what, row.item, row.due_at, row.told_at, row.confirmed_at, row.confirmed_by)
            for recipient in await handed_to(tx, person_id)
            for row in await tx.all(
                sql.RecallsOf, recipient=recipient, pseudonym=pseudonym(engine, recipient, person_id)
            )
        ]

    found = await engine.data.read(body)
    return sorted(found, key=lambda one: -one.at)


async def fetch_recall(engine: Engine, session: StaffSession, recipient: str) -> bytes:
    """Return the signed file with every recall that waits for a recipient; what it names is told with it.

    Where nothing waits, the newest file that is not confirmed is made again: a download may have been cut.

    Args:
        engine: Open.
        session: Acts for the recipient's purpose.
        recipient: A declared recipient, or one that was.

    Raises:
        DeniedError: No role of theirs has the recipient's purpose.
        InputError: No such recipient, or nothing waits for it.
        ConflictError: Somebody else told it at this moment.
    """
    purpose = _acting_for(engine, session, recipient)
    telling = await _telling(engine, recipient)
    await _tell(engine, session, purpose, telling, "file")
    return telling.file


async def mail_recall(engine: Engine, session: StaffSession, recipient: str) -> str:
    """Mail the file to the desk a policy declares for a recipient; return its id. What it names is told once a server took it.

    Args:
        engine: Open.
        session: Acts for the recipient's purpose.
        recipient: A declared recipient with a `contact`.

    Raises:
        DeniedError: No role of theirs has the recipient's purpose.
        InputError: No such recipient, no contact of it is declared, or nothing waits for it.
        SettingError: This installation sends no mail.
        BusyError: The mail server did not take it, or nobody knows whether it did: nothing counts as told.
        ConflictError: Somebody else told it at this moment; the desk has it twice.
    """
    purpose, declared = _acting_for(engine, session, recipient), declared_recipient(engine, recipient)
    if not declared.contact:
        raise InputError(
            "expected a recipient with a declared contact, found none",
            reason="recall-no-contact",
            hint="declare its `contact` under `recipients` in the policy, or fetch the file and hand it over",
            rests_on="recipients",
        )
    telling = await _telling(engine, recipient)
    await mail_file(engine, declared, telling.file_id, telling.file, telling.at)
    await _tell(engine, session, purpose, telling, "mail")
    return telling.file_id


@dataclass(frozen=True, slots=True)
class _Telling:
    """A file about to be told: *rows* wait; none where it was told before and is made again."""

    recipient: str
    file_id: str
    at: float
    rows: tuple[sql.RecallsIn, ...]
    file: bytes


async def _telling(engine: Engine, recipient: str) -> _Telling:
    party, at, file_id = await registered_recipient(engine, recipient), engine.ready(), random_id()
    waiting = tuple(row for row in await engine.data.all(sql.RecallsIn, status=WAITING) if row.recipient == recipient)
    rows = waiting
    if not waiting:
        told = [row for row in await engine.data.all(sql.RecallsIn, status=TOLD) if row.recipient == recipient]
        if not told:
            raise InputError("expected a recall that waits, found none", reason="recall-none", rests_on="recipients")
        newest = max(told, key=lambda one: one.told_at or 0.0)
        file_id, at = newest.file_id, newest.told_at or at
        rows = tuple(row for row in told if row.file_id == file_id)
    return _Telling(
        recipient, file_id, at, waiting, pack_recall(engine, file_id, recipient, party.public_key, rows, at)
    )


async def _tell(engine: Engine, session: StaffSession, purpose: str, telling: _Telling, by: str) -> None:
    """Note that what a file names is told."""
    if not telling.rows:
        return
    at, recipient, file_id = telling.at, telling.recipient, telling.file_id
    people = str(len({row.pseudonym for row in telling.rows}))
    facts = (("recipient", recipient), ("file", file_id), ("people", people), ("by", by))
    entry = entry_of(engine, session.acting(), Act.RECALL_TELL, at=at, purpose=purpose, facts=facts)

    async def body(tx: Transaction) -> None:
        for row in telling.rows:
            named = {"recipient": recipient, "pseudonym": row.pseudonym, "at": row.at, "item": row.item}
            if not await tx.run("recall_tell", **named, file_id=file_id, told_at=at, told_by=session.login):
                raise ConflictError(
                    "expected a recall that waits, found it told just now",
                    reason="recall-told",
                    hint="look at the list",
                    rests_on="recipients",
                )
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def confirm_recall(engine: Engine, session: StaffSession, file_id: str, answer: str = "") -> int:
    """Note that a recipient confirmed a recall; return how many people it was about.

    Args:
        engine: Open.
        session: Acts for the recipient's purpose, or has the right `approve`.
        file_id: Of the file it was told by.
        answer: What the recipient found in the file; empty where it confirmed in another way, which only somebody may note
            who did not tell it.

    Raises:
        DeniedError: They may not, or told it themselves and bring no answer; recorded.
        InputError: No such file waits for a confirmation, or the answer is another's.
    """
    found = [one for one in await open_recalls(engine) if file_id and one.file_id == file_id]
    if not found:
        raise InputError("expected a recall that was told, found none", reason="recall-none", rests_on="recipients")
    recipient, at = found[0].recipient, engine.ready()
    if not session.may(engine, "approve"):
        _acting_for(engine, session, recipient)
    by = BY_RECIPIENT if answer else BY_STAFF
    facts = (("recipient", recipient), ("file", file_id), ("people", str(found[0].people)), ("by", by))
    if answer and not is_answer(engine, recipient, file_id, answer):
        await _refuse(engine, session, facts)
        raise InputError(
            "expected the answer that stands in the recall's file, found another",
            field="answer",
            reason="recall-answer",
            hint="ask the recipient for what its file holds as `confirm with`",
            rests_on="recipients",
        )
    if not answer and session.login == found[0].told_by:
        raise DeniedError(
            "expected the recipient's answer, or another member of staff, found who told the recall",
            step=1,
            needed="what the recipient's file holds as `confirm with`, or a colleague who asked the recipient",
            entry_id=await _refuse(engine, session, facts),
            reason="recall-own",
            rests_on="recipients",
        )
    entry = entry_of(
        engine, session.acting(), Act.RECALL_CONFIRM, at=at, purpose=_purpose(engine, recipient), facts=facts
    )

    async def body(tx: Transaction) -> int:
        confirmed = await tx.run("recalls_confirm", file_id=file_id, confirmed_at=at, confirmed_by=by)
        if confirmed:
            await insert_entries(tx, [entry], at)
        return confirmed

    return await engine.data.write(body)


async def _refuse(engine: Engine, session: StaffSession, facts: tuple[tuple[str, str], ...]) -> str:
    """Record a confirmation that was not taken; return the entry's id."""
    return await record(engine, session.acting(), Act.RECALL_CONFIRM, outcome=Outcome.REFUSED, facts=facts)


def _purpose(engine: Engine, recipient: str) -> str:
    """Return the purpose of a recipient, empty for one the policy declares no more."""
    declared = engine.policy.policy.recipients.get(recipient)
    return declared.purpose if declared else ""


def _acting_for(engine: Engine, session: StaffSession, recipient: str) -> str:
    """Insist that somebody may act towards a recipient; return the purpose, empty for one the policy declares no more.

    Raises:
        DeniedError: No role of theirs has the recipient's purpose; or, where it is declared no more, the right `approve`.
    """
    purpose = _purpose(engine, recipient)
    if purpose:
        session.require_purpose(engine, purpose)
    else:
        session.require(engine, "approve")
    return purpose
