"""What is true of a message now, in the words of its way: a letter waits for the printer, a call on a sheet, a fax at its server.

The outbox's *sent* says that the message left it; what became of it then only its own way knows.
"""

from __future__ import annotations

from dataclasses import dataclass

from kept.policy.channel import CHANNEL_TABLE
from kept.policy.words import Exit
from kept.store import sql
from kept.store.interface import Transaction

LEFT = "sent"


@dataclass(frozen=True, slots=True)
class MessageState:
    """The state of a message.

    Args:
        word: Of the outbox (`waiting`, `handing`, `sent`, `failed`, `unknown`, `left-out`, `stopped`), or one of its channel's own.
        reason: Why, where the state needs one.
        at: Since when, unix seconds.
        sheet: Id of the call sheet; empty otherwise.
    """

    word: str
    reason: str
    at: float
    sheet: str = ""


async def state_of(tx: Transaction, message_id: str, row: sql.OutboxFind) -> MessageState:
    """Return the state of a message, within *tx*."""
    channel, at = Exit(row.channel), row.moved_at
    if channel is Exit.PHONE:
        call = await tx.one(sql.CallRowOfPerson, person_id=row.person_id, message_id=message_id)
        if call is None:
            return MessageState(row.status, row.reason, at)
        if row.status == LEFT:
            word = CHANNEL_TABLE[channel].begins if call.outcome == "waiting" else call.outcome
            return MessageState(word, row.reason, call.moved_at, call.sheet_id)
        return MessageState(row.status, row.reason, at, call.sheet_id)
    if row.status == LEFT and channel is Exit.POST:
        letter = await tx.one(sql.LetterOfPerson, person_id=row.person_id, message_id=message_id)
        return MessageState("printed" if letter is None else CHANNEL_TABLE[channel].begins, row.reason, at)
    if row.status == LEFT and channel is Exit.FAX:
        fax = await tx.one(sql.FaxJobGet, person_id=row.person_id, message_id=message_id)
        if fax is not None:
            word = CHANNEL_TABLE[channel].begins if fax.state == "queued" else fax.state
            return MessageState(word, row.reason, fax.moved_at)
    return MessageState(row.status, row.reason, at)
