"""Backups are tested by restoring; the no-log keeps a restore from bringing erased people or withdrawn consent back."""

from __future__ import annotations

from kept import limits
from kept.guarantees.guarantee import Finding
from kept.policy.day import day_of, moment
from kept.services.backups.backup import newest_gone
from kept.services.backups.drill import newest_drill
from kept.services.engine.engine import Engine
from kept.services.upkeep.after_restore import report_of
from kept.services.upkeep.no_log_watch import look_at_no_log


async def check(engine: Engine) -> Finding:
    """Look whether the newest restore drill is young enough and found nothing wrong, and what a restore needs still lies there."""
    most = engine.policy.policy.promised("restore-drill", "every", limits.DRILL_EVERY_DAYS * limits.DAY) / limits.DAY
    if broken := await _after_restore(engine) or await _no_log(engine):
        return broken
    last = await newest_drill(engine)
    if last is None:
        return Finding(False, "no restore drill yet: kept backup drill")
    at, _, holds, counted = last
    if not holds:
        return Finding(False, "the last restore drill found the backup not sound")
    if gone := await newest_gone(engine):
        return Finding(False, "the newest backup does not lie, whole, where it was made: {file}", {"file": gone})
    days = (engine.clock.now() - at) / limits.DAY
    return Finding(
        days <= most,
        "the last restore drill, {days} days ago, opened {people} people and brought nobody back; every {most} days promised;"
        " the no-log has {lines} lines",
        {
            "lines": await engine.no_log.given(),
            "days": round(days),
            "people": str(counted.get("people", 0)),
            "most": round(most),
        },
    )


async def _after_restore(engine: Engine) -> Finding | None:
    """A restore breaks the promise until two have signed what it may have lost."""
    report = await report_of(engine)
    if report is None:
        return None
    when = day_of(report.made_at or report.at, engine.zone)
    if report.missing:
        return Finding(
            False,
            "restored to {when} without a whole no-log ({why}): only the person is served until two members of staff have signed",
            {"when": when, "why": report.missing},
        )
    return Finding(
        False,
        "restored to {when}; what {n} people had said no to was said again; it waits for two signatures",
        {"when": when, "n": report.again.get("erased", 0) + report.again.get("people", 0)},
    )


async def _no_log(engine: Engine) -> Finding | None:
    """Without a no-log, or with lines that no place has, a restore would bring people back."""
    if not engine.no_log.places:
        return Finding(
            False, "no no-log is kept (--no-log): a restore would bring back whoever said no since the backup"
        )
    await look_at_no_log(engine)
    if not engine.no_log.failing:
        return None
    return Finding(
        False,
        "the no-log cannot be written since {when} ({why}): {n} lines wait",
        {
            "when": moment(engine.no_log.failing_since),
            "why": engine.no_log.failing,
            "n": await engine.no_log.waiting(),
        },
    )
