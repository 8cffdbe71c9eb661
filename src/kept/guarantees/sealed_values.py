"""Values and the state that decides are sealed; moved, changed or rolled back, they do not open."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee, Known
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


GUARANTEE = Guarantee(
    id="sealed-values",
    sentence={
        "en": "Values and the state that decides are sealed; moved, changed or rolled back, they do not open.",
        "ja": "値と、判断の根拠となる状態は封印され、移動・改変・巻き戻しがあれば開きません。",
    },
    enforced_at=(
        "kept.vault.sealed.open_value",
        "kept.services.engine.people.People.load",
    ),
    known=Known.WATCHED,
    check=check,
    shown_by="tests/clauses/test_5_3_modification.py::test_the_customer_and_the_board_see_it",
)
