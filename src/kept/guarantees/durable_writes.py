"""Nothing acknowledged is lost by a kill, a full disk or a failed transaction."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee, Known
from kept.services.engine.engine import WAITING_AT_MOST_SECONDS, Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    oldest = await engine.sequencer.oldest_waiting_since()
    waits = engine.clock.now() - oldest if oldest else 0.0
    return Finding(
        waits < WAITING_AT_MOST_SECONDS,
        "the oldest entry not integrated has waited {seconds} s",
        {"seconds": round(waits, 1)},
    )


GUARANTEE = Guarantee(
    id="durable-writes",
    sentence={
        "en": "Nothing acknowledged is lost by a kill, a full disk or a failed transaction.",
        "ja": "受け付けたものは、強制終了・ディスク満杯・処理の失敗があっても失われません。",
    },
    enforced_at=(
        "kept.store.sqlite.SqliteStore.write",
        "kept.services.engine.flush.Flush",
    ),
    known=Known.WATCHED,
    check=check,
    shown_by="tests/unit/guarantees/test_watched.py::test_an_entry_that_is_not_integrated",
)
