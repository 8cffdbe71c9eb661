"""Notifications: a person is told what a law forbade to tell at once, on the named date and not before.

Until then the person part of such an entry lies in a table of its own, which nothing the person can open reads: not my
data, not its count, not what it commits to, not taking along. Then it moves to where all others are, with an entry that
says so. The leaf was in the tree from the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass

from kept import limits
from kept.services.authorities.disclosure_record import disclosure_of, purpose_of
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.entry_chain import link_entries
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import SYSTEM, about_person, entry_of
from kept.services.gate.history import Line, history_of
from kept.store import sql
from kept.store.interface import Transaction


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One disclosure about a person, as my data shows it.

    Args:
        authority: Who asked.
        ground: On which ground.
        waited_for: Why the person was not told at once; empty where they were.
        line: The line of the history.
    """

    authority: str
    ground: str
    waited_for: str
    line: Line


async def tell_due(engine: Engine) -> int:
    """Move every person part whose date has come to where the person sees it; return how many moved."""
    at = engine.clock.now()
    rows = await engine.data.all(sql.EntriesLaterDue, at=at)
    by_person: dict[bytes, list[sql.EntriesLaterDue]] = {}
    for row in rows:
        by_person.setdefault(row.person_id, []).append(row)
    return sum([await _tell(engine, person_id, mine, at) for person_id, mine in by_person.items()])


async def _tell(engine: Engine, person_id: bytes, rows: list[sql.EntriesLaterDue], at: float) -> int:
    whom = await about_person(engine, person_id)
    if whom.keys is None:
        return 0  # an erasure takes them
    purpose = purpose_of(engine)
    entry = entry_of(
        engine,
        SYSTEM,
        Act.DISCLOSURE_TELL,
        whom,
        at=at,
        purpose=purpose.id if purpose else "",
        facts=(("lines", str(len(rows))),),
    )

    async def body(tx: Transaction) -> int:
        moved = 0
        for row in rows:
            if await tx.run("entry_later_delete", person_id=person_id, entry_id=row.entry_id):
                moved += 1
                (number,) = await link_entries(tx, [(person_id, row.entry_id)])
                await tx.run(
                    "entry_person_insert",
                    person_id=person_id,
                    entry_id=row.entry_id,
                    key_id=row.key_id,
                    sealed=row.sealed,
                    recorded_at=row.recorded_at,
                    number=number,
                )
        if moved:
            await insert_entries(tx, [entry], at)
        return moved

    return await engine.data.write(body)


async def disclosures_to_authorities(engine: Engine, person_id: bytes) -> list[Disclosed]:
    """Return what was disclosed about a person, as far as they may be told, newest first.

    Args:
        engine: Open.
        person_id: 16 bytes.
    """
    rows = await engine.data.all(sql.DisclosuresOfPerson, person_id=person_id)
    if not rows:
        return []
    named = {str(one.number): one for one in [await disclosure_of(engine, row.disclosure_id) for row in rows]}
    found: list[Disclosed] = []
    older = ""
    while True:
        page = await history_of(engine, person_id, older=older, limit=limits.PEOPLE_PAGE)
        for line in page.lines:
            request = named.get(dict(line.account.facts).get("request", ""))
            if request is not None and line.account.act == Act.DISCLOSE.value and line.account.outcome == "permitted":
                found.append(Disclosed(request.terms.authority, request.terms.ground, request.terms.waits_for, line))
        if not page.older:
            return found
        older = page.older
