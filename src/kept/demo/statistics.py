"""The demo's statistics: invented visits, both data sets built, and two questions released by two.

A few hundred people are few: in a cross-tab many cells still come out as "fewer than about ten", and the demo shows that, too.
"""

from __future__ import annotations

from datetime import UTC, datetime

from kept import limits
from kept.demo.dice import dice
from kept.services.engine.engine import Engine
from kept.services.figures import exports, projections, queries, releases
from kept.services.staff import sessions
from kept.statistics.budget import Precision

DAYS = 85
LOOKS = {
    ("home", "look"): 46, ("home", "filter"): 17, ("own", "look"): 31, ("policy", "look"): 4, ("join", "look"): 6,
    ("registration", "look"): 3, ("cookies", "look"): 2,
}  # fmt: skip
"""Browsers a day that agreed to be counted, about."""
RESEARCHER, APPROVER = "ono", "kato"


async def visit(engine: Engine, today: float) -> None:
    """Three months of visits, counted as the site counts them: so many a day, and nobody's."""
    rows = []
    for back in range(DAYS, 0, -1):
        at = datetime.fromtimestamp(today - back * limits.DAY, tz=UTC)
        weekday = 0.6 if at.weekday() > 4 else 1.0  # noqa: PLR2004 -- Saturday and Sunday
        for (page, feature), looks in LOOKS.items():
            times = round(looks * weekday * (0.7 + 0.6 * dice("visits", back, page, feature).random()))
            if times:
                rows.append({"day": f"{at:%Y-%m-%d}", "page": page, "feature": feature, "count": times})
    await engine.data.write(lambda tx: tx.many("visit_add", rows))


async def count_them(engine: Engine) -> None:
    """Build both data sets, ask four questions, release two, hand one to the press."""
    asks = await sessions.session_of(engine, await sessions.start_demo_session(engine, RESEARCHER))
    approves = await sessions.session_of(engine, await sessions.start_demo_session(engine, APPROVER))
    if asks is None or approves is None:
        return
    for name in ("customers", "usage"):
        await projections.build(engine, asks, name)
    everybody = await queries.ask(engine, asks, "customers", (), Precision.NORMAL)
    await queries.ask(engine, asks, "customers", ("occupation",), Precision.FINE)
    pages = await queries.ask(engine, asks, "usage", ("page",), Precision.FINE)
    await queries.ask(engine, asks, "usage", ("week",), Precision.FINE)
    for one in (everybody, pages):
        await releases.ask_release(engine, asks, one)
        await releases.RELEASE.approve(engine, approves, one)
    await exports.export(engine, asks, pages, "csv", "press", "en")
