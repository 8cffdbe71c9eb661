"""Backups are tested by restoring, and never bring erased people or withdrawn consent back."""

from __future__ import annotations

from kept import limits
from kept.guarantees.guarantee import Finding, Guarantee, Known
from kept.policy.vocabulary import ParameterKind
from kept.services.backups.drill import newest_drill
from kept.services.engine.engine import Engine

DAY = limits.DAY
EVERY_DAYS = limits.DRILL_EVERY_DAYS


async def check(engine: Engine) -> Finding:
    """Look whether the newest restore drill is young enough and found nothing wrong."""
    use = next((one for one in engine.policy.policy.guarantees if one.id == GUARANTEE.id), None)
    every = use.parameters.get("every") if use else None
    most = float(every) / DAY if isinstance(every, int | float) else EVERY_DAYS
    last = await newest_drill(engine)
    if last is None:
        return Finding(False, "no restore drill yet: kept backup drill")
    at, _, holds, counted = last
    if not holds:
        return Finding(False, "the last restore drill found the backup not sound")
    days = (engine.clock.now() - at) / DAY
    return Finding(
        days <= most,
        "the last restore drill, {days} days ago, opened {people} people and brought nobody back; every {most} days promised",
        {"days": round(days), "people": str(counted.get("people", 0)), "most": round(most)},
    )


GUARANTEE = Guarantee(
    id="restore-drill",
    sentence={
        "en": "Backups are tested by restoring, and never bring erased people or withdrawn consent back.",
        "ja": "バックアップは復元して試し、消去された方や撤回された同意を戻しません。",
    },
    enforced_at=("kept.services.backups.drill.drill", "kept.services.backups.recovery.recover"),
    known=Known.WATCHED,
    check=check,
    shown_by="tests/clauses/test_5_4_destruction.py::test_the_board_breaks_when_they_are_overdue_or_a_drill_failed",
    parameters={"every": ParameterKind.DURATION},
)
