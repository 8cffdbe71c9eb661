"""What would be needed for a yes: the closed list of refusals, and the two small checks both evaluators share."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from kept.policy.decision import Allowed, Decision, Mandate, Refused
from kept.policy.model import Policy, Purpose
from kept.policy.words import Exit

NEEDED = {
    "mandate": "a mandate that is valid now, for this person: sign in again, or open a case",
    "own-exit": "the person's own page, or a sign-in within the last five minutes",
    "role": "a role whose purposes include this one",
    "purpose": "a purpose the policy in force declares",
    "item": "an item the policy in force declares",
    "uses": "a purpose that uses this item",
    "law-item": "a request that names this item",
    "law-scope": "a request that names this person and period, leaving in a legal bundle",
    "value": "a current value: the person has given none, or it is being erased",
    "ended": "a value whose time has not ended",
    "notice": "a notice that bound this item to this purpose when it was given; ask the person",
    "revision": "the person's agreement to the purpose as it is worded now; ask on their next visit",
    "no": "the person's own yes: they said no to this use, and only they can lift it",
    "consent": "the person's consent, given on the form that collected the item, for this way out",
    "exit": "a way out that both the policy and the notice name for this purpose, and that opens this item",
    "recipient": "a recipient that the policy and the notice name for this item",
    "stopped": "the person to resume this use: they stopped it on my data",
    "volume": "a new case or sign-in: this one's volume is used up",
    "check-error": "somebody to look at the policy: a check failed, and what fails denies",
}
"""What would be needed, by reason."""


@cache
def refuse(step: int, reason: str, clause: str) -> Refused:
    """Return a refusal at *step* for *reason*, following from *clause*."""
    return Refused(step, reason, clause, NEEDED[reason])


def may_receive(  # noqa: PLR0913 -- a question with six parts
    policy: Policy, way_out: Exit, who: str, item: str, purpose: str, named: Sequence[str]
) -> bool:
    """Whether a recipient (named in the notice) or processor (declared) may receive *item* for *purpose*."""
    if way_out is Exit.PROVISION:
        recipient = policy.recipients.get(who)
        return recipient is not None and who in named and item in recipient.items and recipient.purpose == purpose
    processor = policy.processors.get(who)
    return processor is not None and item in processor.uses and purpose in processor.for_purposes


def last(mandate: Mandate, purpose: Purpose, way_out: Exit, allowed: Allowed) -> Decision:
    """Step 9: volume is left. (Under law, step 7's exit is checked here too: the policy must name it.)"""
    if way_out not in purpose.exits:
        return refuse(7, "exit", purpose.clause)
    return allowed if mandate.volume_left > 0 else refuse(9, "volume", "5.2")
