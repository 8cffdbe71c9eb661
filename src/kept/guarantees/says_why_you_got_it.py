"""Every message answers why the person got it."""

from __future__ import annotations

from kept import limits
from kept.guarantees.guarantee import Finding
from kept.services.engine.engine import Engine
from kept.services.my_data.message_reasons import message_answers
from kept.store import sql
from kept.store.interface import Transaction


async def check(engine: Engine) -> Finding:
    """Look whether each message that left has a link, and what the link would answer names its purpose and its entry."""

    async def body(tx: Transaction) -> list[tuple[bytes, str, int]]:
        rows = await tx.all(sql.OutboxInStatus, status="sent", limit=limits.MESSAGES_LOOKED_AT)
        return [
            (
                row.person_id,
                row.message_id,
                len(await tx.all(sql.MessageLinksOf, person_id=row.person_id, message_id=row.message_id)),
            )
            for row in rows
        ]

    found = await engine.data.read(body)
    silent = 0
    for person_id, message_id, links in found:
        silent += not links or not await message_answers(engine, person_id, message_id)
    return Finding(
        not silent, "{n} of the newest {m} messages say why they came", {"n": len(found) - silent, "m": len(found)}
    )
