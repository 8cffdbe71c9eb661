"""A scan in a real browser compares the declared cookies with those observed."""

from __future__ import annotations

from kept import limits
from kept.guarantees.guarantee import Finding
from kept.policy.day import day_of
from kept.services.cookies.first_scan import first_scan, scan_every
from kept.services.cookies.scan import newest_scan
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the newest scan is recent enough, and found nothing."""
    scan = await newest_scan(engine)
    if scan is None:
        first = await first_scan(engine)
        if first.due_at is None:
            return Finding(True, "not scanned yet: this installation has served no pages, so there is nothing to scan")
        due = day_of(first.due_at, engine.zone)
        if first.overdue:
            return Finding(False, "not scanned yet; the first was due by {due}: kept scan URL", {"due": due})
        return Finding(True, "not scanned yet; the first is due by {due}: kept scan URL", {"due": due})
    every = scan_every(engine)
    days = int((engine.clock.now() - scan.at) / limits.DAY)
    if engine.clock.now() - scan.at > every:
        return Finding(False, "the last scan is {days} days old", {"days": days})
    if not scan.clean:
        return Finding(False, "the last scan found {n} things that are not as declared", {"n": len(scan.findings)})
    said = {"days": days, "n": len(scan.phases)}
    if "not-signed-in" in scan.unseen:
        return Finding(
            True,
            "the last scan, {days} days ago, saw nothing but what is declared, in {n} phases, none signed in",
            said,
        )
    return Finding(True, "the last scan, {days} days ago, saw nothing but what is declared, in {n} phases", said)
