"""Recipients: the third parties a policy declares, each with its entry in the register of other parties."""

from __future__ import annotations

from kept.errors import InputError
from kept.policy.model import Recipient
from kept.services.engine.engine import Engine
from kept.services.staff.parties import Party, PartyKind, party_of


def declared_recipient(engine: Engine, recipient: str) -> Recipient:
    """Return a declared recipient.

    Raises:
        InputError: The policy declares none of that name.
    """
    declared = engine.policy.policy.recipients.get(recipient)
    if declared is None:
        raise InputError(
            "expected a declared recipient, found another",
            reason="recipient-unknown",
            hint="declare it under `recipients` in the policy",
            rests_on="recipients",
        )
    return declared


async def registered_recipient(engine: Engine, recipient: str) -> Party:
    """Return a recipient's entry in the register of other parties: who it is, and the key it opens its files with.

    Raises:
        InputError: None is in effect.
    """
    party = await party_of(engine, PartyKind.RECIPIENT, recipient)
    if party is None:
        raise InputError(
            "expected the recipient's key, found none in effect",
            reason="recipient-key-missing",
            hint="register it on the console, with what the recipient made by `kept recipient new-key`; two confirm it",
            rests_on="recipients",
        )
    return party
