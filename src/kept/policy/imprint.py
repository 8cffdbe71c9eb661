"""The imprint of messages that advertise: who sends them, from where, and where one complains; from the policy's controller.

Source: Japan's Act on Regulation of Transmission of Specified Electronic Mail, Art. 4, with its enforcement regulation: the
sender's name and postal address, a contact for complaints and questions, and how to say no.
"""

from __future__ import annotations

from kept.policy.campaign import campaign_purposes
from kept.policy.model import Policy
from kept.policy.words import Exit

FIELDS = ("name", "contact", "address", "complaints")
"""What stands under `controller` for it."""
ADVERTISES = frozenset({Exit.MAIL, Exit.POST, Exit.FAX})
"""Ways that carry an imprint; a caller says who calls."""


def imprint_of(policy: Policy, language: str) -> dict[str, str]:
    """Return the controller's fields as its readers in *language* see them, those that are written."""
    said = {**policy.controller, **policy.controllers.get(language, {})}
    return {one: said[one] for one in FIELDS if said.get(one)}


def missing_from_imprint(policy: Policy) -> tuple[str, ...]:
    """Return what a policy lacks to advertise in every one of its languages; nothing where it declares no advertising."""
    if not any(policy.purposes[one].exits & ADVERTISES for one in campaign_purposes(policy)):
        return ()
    written = [imprint_of(policy, language) for language in policy.languages]
    return tuple(one for one in FIELDS if any(one not in said for said in written))
