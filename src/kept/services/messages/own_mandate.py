"""The mandate of a message nobody of staff writes: one that asks an address's owner, warns, or tells what became of a request."""

from __future__ import annotations

from kept import limits
from kept.crypto.random import random_id
from kept.policy.decision import Allowed, Mandate
from kept.policy.duties import roles_with
from kept.policy.model import Purpose
from kept.policy.needs import CONFIRMATION
from kept.policy.words import Exit
from kept.services.engine.engine import Engine
from kept.services.engine.people import Person
from kept.services.gate import gate
from kept.services.messages.stop_list import address_item


async def own_mandate(  # noqa: PLR0913 -- the question has this many parts
    engine: Engine, kind: str, purpose: Purpose, person: Person, channel: Exit, at: float
) -> Mandate | None:
    """Return a mandate for one message to a person by a channel; None where it may not go.

    Args:
        engine: Open.
        kind: `needs.CONFIRMATION` or `needs.WARNING`.
        purpose: It goes under.
        person: Loaded with the address.
        channel: What reaches them.
        at: Now, unix seconds.
    """
    policy = engine.policy.policy
    slot = address_item(policy, purpose, channel)
    if channel not in purpose.exits or not slot:
        return None
    asks = kind == CONFIRMATION
    seconds = limits.CONFIRMATION_SECONDS if asks else limits.CONTACT_SEND_SECONDS
    releases = limits.CONFIRMATION_RELEASES if asks else limits.CONTACT_RELEASES
    for role in roles_with(policy, purpose.id)[:1]:
        mandate = Mandate(
            id=random_id(), kind=kind, actor="", role=role, purpose=purpose.id, case="", person_id=b"",
            signed_in_at=at, expires_at=at + seconds, volume_left=releases,
        )  # fmt: skip
        if isinstance((await gate.decide(engine, mandate, person, (slot,), channel, at))[slot], Allowed):
            return mandate
    return None
