"""What would be needed for a yes: the closed list of refusals, and the small checks both evaluators share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Concatenate, ParamSpec

from kept import limits
from kept.policy.channel import CHANNEL_TABLE, CONFIRMED_TYPES, WRITING_EXITS
from kept.policy.decision import Allowed, Decision, LawRequest, Mandate, Refused, Request
from kept.policy.ground import clause_of
from kept.policy.model import Policy
from kept.policy.person import Grant, PersonState, Slot
from kept.policy.words import OWN_EXITS, Basis, Exit

P = ParamSpec("P")

ROLES = "purpose-bound-roles roles"
NOTICE = "bound-to-notice keep"
LAW = "disclosure-within-request disclosure purposes:legal-disclosure"
PROVISION = "no-provision-without-consent recipients"
OWN = "purposes:rights-request"
RESTS_ON = {
    "mandate": ROLES,
    "own-exit": ROLES,
    "role": ROLES,
    "purpose": "purpose-before-collection purposes",
    "item": "declared-items-only items",
    "law-item": LAW,
    "law-scope": LAW,
    "value": NOTICE,
    "ended": NOTICE,
    "notice": NOTICE,
    "revision": NOTICE,
    "consent": PROVISION,
    "volume": ROLES,
    "check-error": "bound-to-notice one-gate",
}
"""Ground of a refusal, by reason (see `ground`); one that follows from a purpose cites the purpose's own clause."""

CONFIRMATION = "confirmation"
WARNING = "warning"
MANDATES = frozenset({"staff", "program", "own", CONFIRMATION, WARNING})
"""Kinds of mandate; any other is not valid. Kept's own do nothing but write to the person: *confirmation* asks the owner of an
address to confirm it, *warning* tells a person what the sign-in saw at their account, or what became of their request."""

WORD_EXITS = frozenset({Exit.SCREEN, Exit.LEGAL_BUNDLE}) | OWN_EXITS
"""By what a value leaves that stands on another company's word alone: where it is said to be that, or the law decides."""

NARROWNESS = (Basis.CONSENT, Basis.NOTICE, Basis.NECESSARY)
"""Bases a notice can bind, narrowest first."""

NEEDED = {
    "mandate": "a mandate that is valid now, for this person: sign in again, or open a case",
    "own-exit": "the person's own page, or a sign-in within the last five minutes; a message, to ask an address's owner",
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
    "stated": "the person's own word: another company gave it and says that they agreed, and they have not confirmed that",
    "unconfirmed": "the confirmation of the address by its owner, who is asked by a code or a link sent to it",
    "message-kind": "a second member of staff, who reads it first",
    "not-asked": "what they asked us, taken up or noted in this case",
    "exit": "a way out that both the policy and the notice name for this purpose, and that opens this item",
    "recipient": "a recipient that the policy and the notice name for this item",
    "credential": "an API credential: this way out is bound to one",
    "stopped": "the person to resume this use: they stopped it on my data",
    "volume": "a new case or sign-in: this one's volume is used up",
    "check-error": "somebody to look at the policy: a check failed, and what fails denies",
}
"""What would be needed, by reason."""


@cache
def refuse(step: int, reason: str, clause: str) -> Refused:
    """Return a refusal at *step* for *reason*, following from *clause*."""
    return Refused(step, reason, clause, NEEDED[reason])


def no(policy: Policy, step: int, reason: str) -> Refused:
    """Return a refusal at *step* for *reason*, citing the clause of *policy* that its ground stands in."""
    return refuse(step, reason, clause_of(policy, RESTS_ON[reason]))


def an_error_denies(decide: Callable[Concatenate[Policy, P], Decision]) -> Callable[Concatenate[Policy, P], Decision]:
    """Make a decision's procedure answer with a refusal when a check fails, whatever failed."""

    @wraps(decide)
    def denying(policy: Policy, /, *args: P.args, **kwargs: P.kwargs) -> Decision:
        try:
            return decide(policy, *args, **kwargs)
        except Exception:  # noqa: BLE001 -- an erroring check denies, and nothing narrower would be closed
            return no(policy, 4, "check-error")

    return denying


def bound(mandate: Mandate, person_id: bytes) -> tuple[bytes, ...]:
    """Return whom the mandate may be bound to: the person, or (staff, program) nobody yet."""
    if mandate.kind == "own":
        return (person_id,) if person_id else ()
    return (person_id, b"")


def beyond(mandate: Mandate, way_out: Exit, at: float) -> bool:
    """Whether a way out is none of a mandate's kind, or needs a sign-in less long ago."""
    if mandate.kind == "own":
        stale = way_out == Exit.TAKE_ALONG and at > mandate.signed_in_at + limits.FRESH_SIGN_IN_SECONDS
        return stale or way_out not in OWN_EXITS
    return mandate.kind in {CONFIRMATION, WARNING} and way_out not in CHANNEL_TABLE


def narrower(in_force: Basis, presented: Basis) -> Basis:
    """Return the narrower of two bases: consent before notice before necessary; any other presented one is consent."""
    if presented not in NARROWNESS:
        return Basis.CONSENT
    return min(in_force, presented, key=NARROWNESS.index)


def within_request(r: Request, x: PersonState) -> bool:
    """Whether an authority's request covers the person, and a version of the value was held within its period."""
    return r.law is not None and r.person_id in r.law.persons and bool(versions_held(r.law, x, r.slot, r.at))


def versions_held(law: LawRequest, state: PersonState, slot: str, at: float) -> tuple[int, ...]:
    """Return the versions of a value that were held within the period of a request, the newest first.

    The newest is the current one unless that was written after the period; one replaced before the period is none of them.

    Args:
        law: The request.
        state: The person's.
        slot: A filled slot.
        at: Now, unix seconds: nothing is held later than that.
    """
    current, ends_at = state.slots[slot], min(at, law.ends_at)
    spans = [(current.version, current.corrected_at, at)]
    spans += [(one.version, one.written_at, one.replaced_at) for one in state.old if one.slot == slot]
    found = [version for version, since, until in spans if since <= ends_at and law.starts_at <= min(until, ends_at)]
    return tuple(sorted(found, reverse=True))


def covers(grant: Grant, purpose: str, notice_id: str, slot: str) -> bool:
    """Whether a consent covers *slot* for *purpose* under that notice, and was not withdrawn since."""
    return grant.purpose == purpose and grant.notice_id == notice_id and slot in grant.slots and not grant.withdrawn


def cannot_leave(  # noqa: PLR0913 -- a question with seven parts
    policy: Policy, mandate: Mandate, way_out: Exit, who: str, item: str, named: Sequence[str], slot: Slot
) -> str:
    """Return why an exit is closed to this mandate and recipient for *item*, as a reason; empty when it is open.

    Args:
        policy: In force.
        mandate: Who acts; the exit *app* is bound to an API credential, *own-page* to the person.
        way_out: Exit asked for.
        who: Recipient (provision) or processor (processor).
        item: Declared item.
        named: Recipients the notice named for it.
        slot: Its current value.
    """
    kind = policy.items[item].type
    if mandate.kind == CONFIRMATION:
        return "" if kind in CHANNEL_TABLE[way_out].address else "exit"
    if slot.by_word and way_out not in WORD_EXITS:
        return "stated"
    if way_out in WRITING_EXITS and kind in CONFIRMED_TYPES and slot.confirmed_at is None:
        return "unconfirmed"
    if way_out == Exit.APP and mandate.kind != "program":
        return "credential"
    if way_out == Exit.OWN_PAGE:
        return "exit"
    if way_out == Exit.PROVISION:
        to = policy.recipients.get(who)
        received = to is not None and who in named and item in to.items and to.purpose == mandate.purpose
        return "" if received else "recipient"
    if way_out == Exit.PROCESSOR:
        for_us = policy.processors.get(who)
        received = for_us is not None and item in for_us.uses and mandate.purpose in for_us.for_purposes
        return "" if received else "recipient"
    return ""


def charged(policy: Policy, mandate: Mandate, allowed: Allowed) -> Decision:
    """Step 9: yes while volume is left."""
    return allowed if mandate.volume_left > 0 else no(policy, 9, "volume")
