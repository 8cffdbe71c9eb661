"""When an installation must first be scanned in a real browser: a promise of a scan every few days begins with the first page served.

That moment is recorded once, by `kept serve`, with the clock it really serves by; `docs/decisions/0060-first-scan.md` says why.
"""

from __future__ import annotations

from dataclasses import dataclass

from kept import limits
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import entry_of, operator
from kept.store import sql
from kept.store.interface import Transaction

SERVING_SINCE = "serving_since"


@dataclass(frozen=True, slots=True)
class FirstScan:
    """Where an installation without any scan stands.

    Args:
        due_at: When its first scan is due, unix seconds; None while it has served no page, so that nothing can be scanned.
        overdue: Whether that has passed.
    """

    due_at: float | None
    overdue: bool


def scan_every(engine: Engine) -> float:
    """Return how often the policy promises a scan, in seconds."""
    return engine.policy.policy.promised("browser-scan", "every", limits.SCAN_EVERY_SECONDS)


async def begin_serving(engine: Engine) -> None:
    """Record that this installation begins to serve pages, the first time only: in the ledger, and as a fact of the installation.

    Args:
        engine: Open, with the clock it serves by.
    """
    at = engine.ready()
    entry = entry_of(engine, operator(""), Act.SERVE_FIRST, at=at)

    async def body(tx: Transaction) -> None:
        if await tx.one(sql.MetaGet, name=SERVING_SINCE) is None:
            await tx.run("meta_put", name=SERVING_SINCE, value=repr(at))
            await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def first_scan(engine: Engine) -> FirstScan:
    """Return when the first scan is due; a moment that lies ahead, or that nobody can read, counts as long ago.

    Args:
        engine: Open.
    """
    said = await engine.meta(SERVING_SINCE)
    if not said:
        return FirstScan(None, overdue=False)
    now = engine.clock.now()
    try:
        since = float(said)
    except ValueError:
        since = 0.0
    if not 0.0 <= since <= now:
        since = 0.0
    due_at = since + scan_every(engine)
    return FirstScan(due_at, overdue=now > due_at)
