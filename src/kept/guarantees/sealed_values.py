"""Values and the state that decides are sealed; moved, changed or rolled back, they do not open."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding
from kept.guarantees.sample import one_person
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    person_id = await one_person(engine)
    if person_id is None:
        return Finding(True, "no values yet")
    person = await engine.people.load(person_id, None)
    for slot in person.state.slots:
        engine.people.open_slot(person, slot)
    return Finding(
        True, "a sample of {n} values opens under exactly what it is bound to", {"n": len(person.state.slots)}
    )
