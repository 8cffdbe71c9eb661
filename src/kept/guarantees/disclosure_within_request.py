"""A disclosure the law requires covers what the request names and nothing beyond it."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding
from kept.services.authorities.disclosure_record import all_disclosures, scope_holds
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.store import sql


async def check(engine: Engine) -> Finding:
    """Hold every request against the scope that was approved, and what was released against the ledger's entries."""
    made = await all_disclosures(engine)
    beyond = [one.number for one in made if one.status != "recorded" and not scope_holds(engine, one)]
    beyond += [one.number for one in made if any(item not in one.terms.items for _, item in one.outcomes)]
    released = {
        (one.id, place) for one in made for (place, _), outcome in one.outcomes.items() if outcome == "released"
    }
    rows = await engine.data.all(sql.Tallies)
    entries = sum(row.count for row in rows if row.act == Act.DISCLOSE.value and row.outcome == "permitted")
    if beyond:
        return Finding(False, "request {n} names another scope than was approved", {"n": min(beyond)})
    return Finding(
        entries == len(released),
        "{n} requests; {entries} entries for {people} people disclosed",
        {"n": len(made), "entries": entries, "people": len(released)},
    )
