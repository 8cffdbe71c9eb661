"""After an older D was put back: what it says waits for the printer, or on a call sheet, may have been printed or called since."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from kept.policy.words import Exit
from kept.services.engine.dispatchers import Waiting
from kept.services.engine.engine import Engine
from kept.services.messages.call_sheets import SHOWN, WAITING
from kept.services.messages.outbox import begins, recount
from kept.store import sql
from kept.store.interface import Transaction


async def hold_put_aside(engine: Engine) -> int:
    """Hold every letter and call that waits: *unknown* until staff send it again under the same number; return how many.

    Args:
        engine: Open, its D older than its K.
    """
    at = engine.clock.now()

    async def body(tx: Transaction) -> int:
        held = 0
        for channel, take_out in TAKES_OUT.items():
            for row in await tx.all(sql.SentByChannel, channel=channel.value):
                person_id, message_id = row.person_id, row.message_id
                if await take_out(tx, person_id, message_id):
                    await tx.run("sent_is_unknown", person_id=person_id, message_id=message_id, moved_at=at)
                    one = Waiting(person_id, message_id, row.origin, row.origin_id, row.purpose, channel, "", 0)
                    await recount(tx, one, begins(one), "unknown")
                    held += 1
        return held

    return await engine.data.write(body)


async def _letter(tx: Transaction, person_id: bytes, message_id: str) -> bool:
    return bool(await tx.run("letter_delete", person_id=person_id, message_id=message_id))


async def _call(tx: Transaction, person_id: bytes, message_id: str) -> bool:
    call = await tx.one(sql.CallRowOfPerson, person_id=person_id, message_id=message_id)
    if call is None or call.outcome not in {WAITING, SHOWN}:
        return False
    return bool(await tx.run("call_row_delete", person_id=person_id, message_id=message_id))


TAKES_OUT: Mapping[Exit, Callable[[Transaction, bytes, str], Awaitable[bool]]] = {Exit.POST: _letter, Exit.PHONE: _call}
"""What takes a waiting message out, for each channel that puts aside; false where it does not wait any more."""
