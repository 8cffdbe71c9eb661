"""Consent and stop lists are decided again in the transaction that sends."""

from __future__ import annotations

from kept import limits
from kept.guarantees.guarantee import Finding, Guarantee, Known
from kept.services.engine.engine import Engine
from kept.services.gate.history import account_of
from kept.services.messages.unknown_outcome import HANDING_AT_MOST_SECONDS
from kept.store import sql
from kept.store.interface import Transaction

LOOKED_AT = limits.MESSAGES_LOOKED_AT


async def check(engine: Engine) -> Finding:
    """Look whether each message that left has its entry, permitted, by its channel; and whether none hangs in between."""
    at = engine.clock.now()

    async def body(tx: Transaction) -> tuple[list[tuple[str, str]], int]:
        rows = await tx.all(sql.OutboxInStatus, status="sent", limit=LOOKED_AT)
        held = await tx.all(sql.OutboxInStatus, status="unknown", limit=LOOKED_AT)
        hanging = await tx.value(sql.OutboxHandingBefore, at=at - 2 * HANDING_AT_MOST_SECONDS)
        left = [*rows, *(row for row in held if row.entry_id)]  # one held after a restore was not let go by this D
        return [(row.channel, row.entry_id) for row in left], hanging

    left, hanging = await engine.data.read(body)
    loose = 0
    for channel, entry_id in left:
        said = await account_of(engine, entry_id)
        loose += said is None or said.exit != channel or said.outcome != "permitted"
    return Finding(
        not loose and not hanging,
        "{n} of the newest {m} messages have the entry that let them go; {hanging} long unanswered",
        {"n": len(left) - loose, "m": len(left), "hanging": hanging},
    )


GUARANTEE = Guarantee(
    id="consent-checked-when-sent",
    sentence={
        "en": "Consent and stop lists are decided again in the transaction that sends.",
        "ja": "同意と配信停止は、送信する処理の中であらためて確かめます。",
    },
    enforced_at=("kept.services.messages.outbox.send_one", "kept.services.engine.flush.Flush.append"),
    known=Known.WATCHED,
    check=check,
    shown_by="tests/clauses/test_4_4_sending.py::test_a_sent_row_without_its_entry_is_a_breach_the_board_names",
)
