"""A value answers to the notice it was given under, whatever later versions say."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee, Known
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


GUARANTEE = Guarantee(
    id="bound-to-notice",
    sentence={
        "en": "A value answers to the notice it was given under, whatever later versions say.",
        "ja": "値は、ご提供時に示した通知に従い続けます。後の版が何を述べても変わりません。",
    },
    enforced_at=(
        "kept.policy.reference.decide",
        "kept.services.engine.notices.Notices.get",
    ),
    known=Known.WATCHED,
    check=check,
    shown_by="tests/unit/guarantees/test_watched.py::test_a_value_whose_notice_is_gone",
)
