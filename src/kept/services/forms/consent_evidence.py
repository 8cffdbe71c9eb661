"""The evidence of a consent to advertising mail: who agreed by which address, to what, when, on which notice.

It is a line of a register, sealed under the person's statutory key: where the policy promises it, it outlives an erasure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kept.policy.day import moment
from kept.policy.item_type import ItemType
from kept.policy.model import Policy
from kept.policy.person import PersonState
from kept.policy.words import Basis, Exit
from kept.services.engine.engine import Engine
from kept.services.engine.people import Person

GUARANTEE = "consent-evidence"


def mail_slots(policy: Policy) -> tuple[str, ...]:
    """Return the items that hold a mail address."""
    return tuple(one.id for one in policy.items.values() if one.type is ItemType.EMAIL)


def evidence_of(  # noqa: PLR0913 -- what such evidence says
    engine: Engine,
    person: Person,
    agreed: Iterable[tuple[str, Exit | None]],
    values: Mapping[str, str | tuple[str, ...]],
    notice_id: str,
    at: float,
) -> dict[str, str]:
    """Return what the evidence says; nothing where nobody agreed to mail, or the policy does not promise to keep it.

    Args:
        engine: Open.
        person: Loaded, with the slots of `mail_slots`.
        agreed: Purposes and channels said yes to.
        values: What is given with it, by slot.
        notice_id: Notice it was given on, hex; empty for a yes on my data.
        at: When, unix seconds.
    """
    policy = engine.policy.policy
    if not any(one.id == GUARANTEE for one in policy.guarantees):
        return {}
    purposes = sorted({one for one, way in agreed if way is Exit.MAIL and policy.purposes[one].basis is Basis.CONSENT})
    if not purposes:
        return {}
    addresses = [
        text
        for slot in mail_slots(policy)
        if isinstance(text := values.get(slot) or _held(engine, person, person.state, slot), str) and text
    ]
    said = {"agreed": ", ".join(purposes), "address": ", ".join(addresses), "consented": moment(at)}
    return {**said, "notice": notice_id} if notice_id else said


def _held(engine: Engine, person: Person, state: PersonState, slot: str) -> str | tuple[str, ...]:
    held = state.slots.get(slot)
    there = held is not None and (slot, held.version) in person.sealed
    return engine.people.open_slot(person, slot) if there else ""
