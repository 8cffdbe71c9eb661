"""What happened and is not dealt with yet: it breaks the promise it touches, whatever the live check says.

A run that fails is dealt with when it succeeds again; what a restore lost is, when two members of staff have signed it.
"""

from __future__ import annotations

from kept.guarantees.guarantee import Finding
from kept.policy.day import day_of, moment
from kept.services.engine.engine import Engine
from kept.services.upkeep.after_restore import report_of

LOSSES = "durable-writes"
"""The guarantee of whatever names none of its own."""


async def what_happened(engine: Engine) -> dict[str, Finding]:
    """Return a finding for each guarantee that something stands against.

    Args:
        engine: Open.
    """
    found = {}
    for failing in engine.supervision.failing.values():
        error = failing.error
        about: dict[str, str | int | float] = {"when": moment(failing.since), "reason": error.reason}
        for one in (error.rests_on or LOSSES).split():
            found[one] = Finding(False, "what runs by itself fails since {when}: {reason}", about)
    if engine.people_without_keys:
        found[LOSSES] = Finding(
            False,
            "database K lacks the keys of {count} people in D: an older K was put back, or its log was deleted",
            {"count": engine.people_without_keys},
        )
    report = await report_of(engine)
    if report is not None and not report.counted:
        said: dict[str, str | int | float] = {"when": day_of(report.made_at or report.at, engine.zone)}
        for one in (LOSSES, "ledger-consistent"):
            found[one] = Finding(
                False,
                "restored to {when}: what was acknowledged since is lost, nobody can count it, and nobody has signed that yet",
                said,
            )
    elif report is not None and (report.values_lost or report.entries_missing):
        lost: dict[str, str | int | float] = {
            "when": day_of(report.made_at or report.at, engine.zone),
            "values": report.values_lost,
            "entries": report.entries_missing,
        }
        for one in (LOSSES, "ledger-consistent") if report.entries_missing else (LOSSES,):
            found[one] = Finding(
                False,
                "restored to {when}: {values} values and {entries} entries are lost, and nobody has signed that yet",
                lost,
            )
    return found
