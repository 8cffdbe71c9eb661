"""Messages nobody knows the end of: named so after a kill, a cut line or a restore; sent again by staff alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kept import limits
from kept.errors import ConflictError
from kept.policy.words import Exit
from kept.services.engine.acts import Act
from kept.services.engine.dispatchers import Waiting
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.messages.outbox import count, message_entry
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction


async def find_unknown(engine: Engine, *, older_than: float | None = None) -> int:
    """Name *unknown* what has been with the other side too long to have an answer; return how many.

    Args:
        engine: Open.
        older_than: Messages handed over before this, unix seconds; by default ten minutes ago. At the start of the process
            that sends it is now: whatever was under way, its answer is lost.
    """
    if older_than is None and engine.stands_still():
        return 0
    at = engine.clock.now()
    before = at - limits.HANDING_SECONDS if older_than is None else older_than

    async def body(tx: Transaction) -> int:
        found = 0
        for row in await tx.all(sql.OutboxHanding):
            if row.moved_at < before and await tx.run(
                "outbox_settle", person_id=row.person_id, message_id=row.message_id, entry_id=row.entry_id,
                status="unknown", reason="", next_at=at, at=at,
            ):  # fmt: skip
                found += 1
                await tx.run(
                    "reach_tally_add",
                    origin=row.origin,
                    origin_id=row.origin_id,
                    outcome="unknown",
                    reason="",
                    count=1,
                )
        return found

    return await engine.data.write(body)


async def send_again(engine: Engine, session: StaffSession, message_id: str, also: Effect | None = None) -> None:
    """Send again what may have gone, under the same number: a staff member's decision, recorded; decided anew when sent.

    Args:
        engine: Open.
        session: Acts for the message's purpose.
        message_id: Of a message whose outcome is unknown.
        also: Statements of the same transaction.

    Raises:
        DeniedError: No role of theirs has the purpose.
        ConflictError: Its outcome is known, or there is no such message.
    """
    row = await engine.data.one(sql.OutboxFind, message_id=message_id)
    if row is None:
        raise _not_unknown()
    waiting = Waiting(row.person_id, message_id, row.origin, row.origin_id, row.purpose, Exit(row.channel), "", 0)
    session.require_purpose(engine, waiting.purpose)
    at = engine.ready()
    entry = await message_entry(engine, waiting, Act.MESSAGE_AGAIN, session.acting(), at=at)

    async def body(tx: Transaction) -> None:
        if not await tx.run("outbox_again", person_id=waiting.person_id, message_id=message_id, at=at):
            raise _not_unknown()
        if also is not None:
            await also(tx)
        await count(tx, waiting, "unknown", change=-1)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)


@dataclass(frozen=True, slots=True)
class Held:
    """Messages nobody knows the end of.

    Args:
        origin: What they belong to, a word such as `campaign`.
        origin_id: Which one.
        channel: How they were to go.
        messages: How many.
    """

    origin: str
    origin_id: str
    channel: Exit
    messages: int


async def held(engine: Engine) -> list[Held]:
    """Return the messages that wait for staff to say whether they go again, by what they belong to."""
    counted = Counter(await engine.data.all(sql.OutboxUnknown))
    return [Held(row.origin, row.origin_id, Exit(row.channel), messages) for row, messages in counted.items()]


def _not_unknown() -> ConflictError:
    return ConflictError(
        "expected a message whose outcome is unknown, found none",
        reason="message-known",
        hint="look at it again: somebody may have been faster",
    )


async def hold_after_restore(engine: Engine) -> int:
    """Hold what an older D says still waits: it may have gone since that backup; return how many messages are held.

    They are *unknown* until staff decide, and a look at candidates that was under way is stopped.
    """
    at = engine.clock.now()

    async def body(tx: Transaction) -> int:
        for campaign_id in await tx.values(sql.CampaignsInStatus, status="queueing"):
            await tx.run("campaign_stop", campaign_id=campaign_id, expected="queueing", stopped_at=at)
        waiting = await tx.all(sql.OutboxWaiting)
        for row in waiting:
            await tx.run(
                "reach_tally_add", origin=row.origin, origin_id=row.origin_id, outcome="unknown", reason="", count=1
            )
        await tx.run("outbox_hold", at=at)
        return len(waiting)

    return await engine.data.write(body) + await find_unknown(engine, older_than=at + 1)
