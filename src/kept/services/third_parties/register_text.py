"""What a line of the registers of APPI Art. 29 and 30 says of the other party, the person and the consent, as text by word."""

from __future__ import annotations

from collections.abc import Mapping

from kept.policy.day import moment
from kept.policy.item_type import ItemType
from kept.services.engine.engine import Engine
from kept.services.engine.people import Person
from kept.services.staff.parties import Party


def register_of(party: Party) -> dict[str, str]:
    """Return name, address and representative of the other party."""
    return {"party": party.title, "address": party.address, "representative": party.representative}


def identity(engine: Engine, values: Mapping[str, str | tuple[str, ...]], otherwise: str) -> str:
    """Return the person's name or what identifies them, of what the line is about anyway: nothing else is opened for it.

    Args:
        engine: Open.
        values: What was provided or received, by slot.
        otherwise: A number or name that identifies them, where none of it does.
    """
    items = engine.policy.policy.items
    said = {items[slot.partition("#")[0]].type: text for slot, text in values.items() if isinstance(text, str)}
    alone = [text for slot, text in values.items() if isinstance(text, str) and items[slot.partition("#")[0]].findable]
    return said.get(ItemType.PERSON_NAME) or next(iter(alone), otherwise)


def agreed(person: Person, recipient: str, values: Mapping[str, object]) -> dict[str, str]:
    """Return when the person consented to a provision, and the notice it was on: the newest consent counts.

    Args:
        person: Loaded.
        recipient: Declared recipient.
        values: What was provided, by slot.
    """
    grants = [one for one in person.state.grants if recipient in one.recipients and set(one.slots) & set(values)]
    newest = max(grants, key=lambda one: one.at)
    return {"consented": moment(newest.at), "notice": newest.notice_id}
