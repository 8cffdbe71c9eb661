"""Only declared items can be stored; Individual Numbers are refused wherever they are typed."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding
from kept.guarantees.sample import one_person
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    declared = engine.policy.policy.items
    person_id = await one_person(engine)
    if person_id is not None:
        person = await engine.people.load(person_id)
        odd = [slot for slot in person.state.slots if slot.partition("#")[0] not in declared]
        if odd:
            return Finding(False, "{n} stored items are not declared", {"n": len(odd)})
    return Finding(True, "{n} items declared; what is not declared has no place to be stored", {"n": len(declared)})
