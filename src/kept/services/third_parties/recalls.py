"""Recalls: a recipient is told to give up what it has of a person, at once, and has to confirm by a day.

A withdrawal writes it; staff fetch it in a signed file, hand that over, and note the recipient's confirmation. A recipient
knows a person by a pseudonym of its own, and a recall names that and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from kept import limits
from kept.crypto.random import random_id
from kept.errors import InputError
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.record import entry_of
from kept.services.staff.sessions import StaffSession
from kept.services.third_parties.handed_over import handed_to, pseudonym
from kept.services.third_parties.recall_file import pack_recall
from kept.services.third_parties.recipients import registered_recipient
from kept.store import sql
from kept.store.interface import Transaction

RECALLED = "recalled"
WAITING, TOLD = "waiting", "told"


@dataclass(frozen=True, slots=True)
class Recall:
    """Recalls of one recipient that stand together: what waits to be told, or one file that was fetched.

    Args:
        recipient: Declared recipient, or one that was.
        file_id: The file's id; empty for what waits.
        people: How many people it names.
        due_at: By when the recipient has to confirm, unix seconds: the first of its days.
        told_at: When the file was fetched; None for what waits.
    """

    recipient: str
    file_id: str
    people: int
    due_at: float
    told_at: float | None


@dataclass(frozen=True, slots=True)
class Recalled:
    """A person's recall, as they read it: *told_at* and *confirmed_at* are None until then; *due_at* is its deadline."""

    recipient: str
    at: float
    due_at: float
    told_at: float | None
    confirmed_at: float | None


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
            await tx.run("recall_put", recipient=recipient, pseudonym=number, at=at, due_at=due_at)

    return write


async def _due(engine: Engine, tx: Transaction, person_id: bytes, recipients: tuple[str, ...] | None) -> list[str]:
    """Return who is to be told; *recipients* None for everybody who was handed something, declared still or not."""
    due = []
    for recipient, at in (await handed_to(tx, person_id)).items():
        number = pseudonym(engine, recipient, person_id)
        told = await tx.all(sql.RecallsOf, recipient=recipient, pseudonym=number)
        if (recipients is None or recipient in recipients) and (not told or told[0].at < at):
            due.append(recipient)
    return due


async def open_recalls(engine: Engine) -> list[Recall]:
    """Return every recall that is not confirmed, together as they are told, the first due first."""
    rows = [*await engine.data.all(sql.RecallsIn, status=WAITING), *await engine.data.all(sql.RecallsIn, status=TOLD)]
    together: dict[tuple[str, str], list[sql.RecallsIn]] = {}
    for row in rows:
        together.setdefault((row.recipient, row.file_id), []).append(row)
    found = [
        Recall(recipient, file_id, len(them), min(one.due_at for one in them), them[0].told_at)
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
            Recalled(recipient, row.at, row.due_at, row.told_at, row.confirmed_at)
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
    """
    purpose = _acting_for(engine, session, recipient)
    party, at, file_id = await registered_recipient(engine, recipient), engine.ready(), random_id()

    async def body(tx: Transaction) -> list[sql.RecallsIn]:
        rows = [row for row in await tx.all(sql.RecallsIn, status=WAITING) if row.recipient == recipient]
        for row in rows:
            await tx.run(
                "recall_tell", recipient=recipient, pseudonym=row.pseudonym, at=row.at, file_id=file_id, told_at=at
            )
        if rows:
            facts = (("recipient", recipient), ("file", file_id), ("people", str(len(rows))))
            entry = entry_of(engine, session.acting(), Act.RECALL_TELL, at=at, purpose=purpose, facts=facts)
            await insert_entries(tx, [entry], at)
        return rows

    if not (rows := await engine.data.write(body)):
        told = [row for row in await engine.data.all(sql.RecallsIn, status=TOLD) if row.recipient == recipient]
        if not told:
            raise InputError("expected a recall that waits, found none", reason="recall-none", rests_on="recipients")
        newest = max(told, key=lambda one: one.told_at or 0.0)
        file_id, at = newest.file_id, newest.told_at or at
        rows = [row for row in told if row.file_id == file_id]
    return pack_recall(engine, file_id, recipient, party.public_key, rows, at)


async def confirm_recall(engine: Engine, session: StaffSession, file_id: str) -> int:
    """Note that a recipient confirmed a recall; return how many people it was about.

    Args:
        engine: Open.
        session: Acts for the recipient's purpose.
        file_id: Of the file it was told by.

    Raises:
        DeniedError: No role of theirs has the recipient's purpose.
        InputError: No such file waits for a confirmation.
    """
    found = [one for one in await open_recalls(engine) if file_id and one.file_id == file_id]
    if not found:
        raise InputError("expected a recall that was told, found none", reason="recall-none", rests_on="recipients")
    recipient, at = found[0].recipient, engine.ready()
    purpose = _acting_for(engine, session, recipient)
    facts = (("recipient", recipient), ("file", file_id), ("people", str(found[0].people)))
    entry = entry_of(engine, session.acting(), Act.RECALL_CONFIRM, at=at, purpose=purpose, facts=facts)

    async def body(tx: Transaction) -> int:
        confirmed = await tx.run("recalls_confirm", file_id=file_id, confirmed_at=at)
        if confirmed:
            await insert_entries(tx, [entry], at)
        return confirmed

    return await engine.data.write(body)


def _acting_for(engine: Engine, session: StaffSession, recipient: str) -> str:
    """Insist that somebody may act towards a recipient; return the purpose, empty for one the policy declares no more.

    Raises:
        DeniedError: No role of theirs has the recipient's purpose; or, where it is declared no more, the right `approve`.
    """
    declared = engine.policy.policy.recipients.get(recipient)
    if declared is None:
        session.require(engine, "approve")
        return ""
    session.require_purpose(engine, declared.purpose)
    return declared.purpose
