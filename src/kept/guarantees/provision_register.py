"""The register of provisions is written by the release itself."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.third_parties.provisions import all_provisions
from kept.store import sql


async def check(engine: Engine) -> Finding:
    """Look whether the ledger counts at least as many releases as the files handed over hold people."""
    people = sum(one.people for one in await all_provisions(engine))
    rows = await engine.data.all(sql.Tallies)
    entries = sum(row.count for row in rows if row.act == Act.PROVIDE.value and row.outcome == "permitted")
    return Finding(
        entries >= people,
        "{n} entries for {people} people provided; each was written by its release",
        {"n": entries, "people": people},
    )
