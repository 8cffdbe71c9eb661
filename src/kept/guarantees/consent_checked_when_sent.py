"""Consent and stop lists are decided again in the transaction that sends."""

from __future__ import annotations

from kept import limits
from kept.guarantees.guarantee import Finding
from kept.services.engine.engine import Engine
from kept.services.gate.history import account_of
from kept.services.messages.holds import held_channels
from kept.store import sql
from kept.store.interface import Transaction


async def check(engine: Engine) -> Finding:
    """Look whether each message that left has its entry, permitted, by its channel, and whether none hangs or is held."""
    at = engine.clock.now()

    async def body(tx: Transaction) -> tuple[list[tuple[str, str]], int]:
        rows = await tx.all(sql.OutboxInStatus, status="sent", limit=limits.MESSAGES_LOOKED_AT)
        held = await tx.all(sql.OutboxInStatus, status="unknown", limit=limits.MESSAGES_LOOKED_AT)
        hanging = await tx.value(sql.OutboxHandingBefore, at=at - 2 * limits.HANDING_SECONDS)
        left = [*rows, *(row for row in held if row.entry_id)]  # one held after a restore was not let go by this D
        return [(row.channel, row.entry_id) for row in left], hanging

    left, hanging = await engine.data.read(body)
    loose = 0
    for channel, entry_id in left:
        said = await account_of(engine, entry_id)
        loose += said is None or said.exit != channel or said.outcome != "permitted"
    if held := await held_channels(engine):
        return Finding(
            False,
            "what waits to be sent is held: a server fails and not its recipients ({channels})",
            {"channels": ", ".join(f"{one.channel}: {one.said}" if one.said else one.channel for one in held)},
        )
    return Finding(
        not loose and not hanging,
        "{n} of the newest {m} messages have the entry that let them go; {hanging} long unanswered",
        {"n": len(left) - loose, "m": len(left), "hanging": hanging},
    )
