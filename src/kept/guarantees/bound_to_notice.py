"""A value answers to the notice it was given under, whatever later versions say."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding
from kept.guarantees.sample import one_person
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    person_id = await one_person(engine)
    if person_id is None:
        return Finding(True, "no values yet")
    person = await engine.people.load(person_id)
    notices = await engine.notices.of_person(person.state)
    missing = [slot for slot, held in person.state.slots.items() if held.notice_id not in notices]
    return Finding(not missing, "values whose notice is missing or rewritten, in a sample: {n}", {"n": len(missing)})
