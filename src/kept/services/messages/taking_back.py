"""What a no finds on its way: what is with the other side at that moment is counted, what still can be is taken back.

A message that is being handed over cannot be called back, and is said in the answer to the person. A fax that waits in the
fax server's queue is removed there; what the server keeps is said too. Letters and calls that wait are decided again before
anybody opens them.
"""

from __future__ import annotations

from dataclasses import dataclass

from kept.errors import SettingError
from kept.policy.words import Exit
from kept.services.engine.dispatchers import Waiting
from kept.services.engine.engine import Engine
from kept.services.messages.fax import QUEUED, FaxDispatcher
from kept.services.messages.letters import unsend
from kept.store import sql
from kept.store.interface import Transaction

TAKEN_BACK = "taken-back"


@dataclass(frozen=True, slots=True)
class Going:
    """What a no could not keep back.

    Args:
        under_way: Messages that were being handed over at that moment: they may still arrive.
        faxes_held: Faxes the fax server did not give back.
    """

    under_way: int = 0
    faxes_held: int = 0


async def count_under_way(tx: Transaction, person_id: bytes, purpose: str = "", channel: Exit | None = None) -> int:
    """Count the messages to a person that are with the other side, within the transaction that says no.

    Args:
        tx: A transaction of D; whatever is decided after it is decided on the no.
        person_id: 16 bytes.
        purpose: Which the no is about; empty for all.
        channel: Which way it is about; None for all.
    """
    rows = await tx.all(sql.OutboxUnderWay, person_id=person_id)
    return sum(1 for row in rows if purpose in {"", row.purpose} and channel in {None, row.channel})


async def take_back_faxes(engine: Engine, person_id: bytes, reason: str, purpose: str = "") -> int:
    """Remove a person's faxes from the fax server's queue; return how many the server keeps.

    Args:
        engine: Open.
        person_id: 16 bytes.
        reason: Why they do not go, a word.
        purpose: Which the no is about; empty for all.
    """
    dispatcher, held = engine.dispatchers.get(Exit.FAX), 0
    for row in await engine.data.all(sql.FaxJobsOfPerson, person_id=person_id):
        if row.state != QUEUED or purpose not in {"", row.purpose}:
            continue
        try:
            removed = isinstance(dispatcher, FaxDispatcher) and await dispatcher.server.remove(row.job)
        except (SettingError, OSError):
            removed = False
        if removed:
            await _note(engine, person_id, row, reason)
        held += not removed
    return held


async def _note(engine: Engine, person_id: bytes, row: sql.FaxJobsOfPerson, reason: str) -> None:
    at = engine.clock.now()

    async def body(tx: Transaction) -> None:
        message = await tx.one(sql.OutboxFind, message_id=row.message_id)
        await tx.run(
            "fax_job_move", person_id=person_id, message_id=row.message_id, job=row.job, state=TAKEN_BACK, moved_at=at
        )
        if message is not None:
            waiting = Waiting(
                person_id, row.message_id, message.origin, message.origin_id, message.purpose, Exit.FAX, "", 0
            )
            await unsend(tx, waiting, reason, at)

    await engine.data.write(body)
