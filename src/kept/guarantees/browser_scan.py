"""A scan in a real browser compares the declared cookies with those observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kept.guarantees.guarantee import Finding, Guarantee
from kept.policy.vocabulary import ParameterKind
from kept.services.scanning import newest_scan

if TYPE_CHECKING:
    from kept.services.engine import Engine

DAY = 86400.0


async def check(engine: Engine) -> Finding:
    """Look whether the newest scan is recent enough, and found nothing."""
    scan = await newest_scan(engine)
    if scan is None:
        return Finding(False, "no scan yet: `kept scan URL` makes one")
    use = next((one for one in engine.policy.policy.guarantees if one.id == "browser-scan"), None)
    said = use.parameters.get("every") if use else None
    every = float(said) if isinstance(said, int | float) else 7 * DAY
    days = int((engine.clock.now() - scan.at) / DAY)
    if engine.clock.now() - scan.at > every:
        return Finding(False, "the last scan is {days} days old", {"days": days})
    if not scan.clean:
        return Finding(False, "the last scan found {n} things that are not as declared", {"n": len(scan.findings)})
    return Finding(
        True,
        "the last scan, {days} days ago, saw nothing but what is declared, in {n} phases",
        {"days": days, "n": len(scan.phases)},
    )


GUARANTEE = Guarantee(
    id="browser-scan",
    sentence={
        "en": "A scan in a real browser compares the declared cookies with those observed.",
        "ja": "実際のブラウザによる検査で、宣言と実際のクッキーを照合します。",
    },
    enforced_at=("kept.services.scanning.scan_site", "kept.cookies.findings.compare"),
    check=check,
    parameters={"every": ParameterKind.DURATION, "publish": ParameterKind.FLAG},
)
