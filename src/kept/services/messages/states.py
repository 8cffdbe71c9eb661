"""What is true of a message now, in the words of its way: a letter waits for the printer, a call on a sheet, a fax at its server.

The outbox's *sent* says that the message left it; what became of it then only its own way knows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

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
    channel, left = Exit(row.channel), MessageState(row.status, row.reason, row.moved_at)
    return await OWN_STATES[channel](tx, message_id, row, left) if channel in OWN_STATES else left


async def _letter(tx: Transaction, message_id: str, row: sql.OutboxFind, left: MessageState) -> MessageState:
    if left.word != LEFT:
        return left
    letter = await tx.one(sql.LetterOfPerson, person_id=row.person_id, message_id=message_id)
    return replace(left, word="printed" if letter is None else CHANNEL_TABLE[Exit.POST].begins)


async def _call(tx: Transaction, message_id: str, row: sql.OutboxFind, left: MessageState) -> MessageState:
    call = await tx.one(sql.CallRowOfPerson, person_id=row.person_id, message_id=message_id)
    if call is None:
        return left
    if left.word != LEFT:
        return replace(left, sheet=call.sheet_id)
    word = CHANNEL_TABLE[Exit.PHONE].begins if call.outcome == "waiting" else call.outcome
    return MessageState(word, left.reason, call.moved_at, call.sheet_id)


async def _fax(tx: Transaction, message_id: str, row: sql.OutboxFind, left: MessageState) -> MessageState:
    fax = await tx.one(sql.FaxJobGet, person_id=row.person_id, message_id=message_id)
    if fax is None or left.word != LEFT:
        return left
    word = CHANNEL_TABLE[Exit.FAX].begins if fax.state == "queued" else fax.state
    return MessageState(word, left.reason, fax.moved_at)


OWN_STATES: Mapping[Exit, Callable[[Transaction, str, sql.OutboxFind, MessageState], Awaitable[MessageState]]] = {
    Exit.POST: _letter,
    Exit.PHONE: _call,
    Exit.FAX: _fax,
}
"""For each channel with states of its own: how what was handed over stands, and since when."""
