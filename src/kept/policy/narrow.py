"""An instance narrows its point: fewer items, fewer purposes, words of its own; never more of anything."""

from __future__ import annotations

from dataclasses import replace

from kept.errors import SubmissionError
from kept.policy.demand import demands_in
from kept.policy.ground import cite
from kept.policy.instance import Instance
from kept.policy.model import Point, Policy
from kept.policy.special_category import special_in
from kept.policy.words import Basis


def narrow(policy: Policy, instance: Instance) -> Point:
    """Return the point as this instance narrows it.

    Args:
        policy: In force.
        instance: As read.

    Raises:
        SubmissionError: The point is gone, or the instance asks for an item, or presents a purpose, that the point does
            not; or it asks for what none of its purposes uses; or it leaves out the purpose the point is for.
    """
    point = policy.points.get(instance.point)
    if point is None:
        raise _wider(
            policy,
            "expected a declared collection point, found another",
            "point-unknown",
            "purpose-before-collection purposes",
        )
    purposes = point.purposes if instance.purposes is None else instance.purposes
    if not set(purposes) <= set(point.purposes):
        raise _wider(
            policy,
            "expected purposes of the declared point, found another",
            "instance-wider",
            "purpose-before-collection purposes",
        )
    if main_purpose(policy, point) not in purposes:
        raise _wider(
            policy,
            "expected the purpose the point is for, found it left out",
            "instance-purpose",
            "purpose-before-collection purposes",
        )
    declared = {item for items in point.stages.values() for item in items}
    used = {
        item
        for stage, asked in point.stages.items()
        for item in asked
        if any(policy.purposes[one].may_use(item) for one in point.at(stage).purposes if one in purposes)
    }
    items = used if instance.items is None else set(instance.items)
    if not items <= declared:
        raise _wider(
            policy, "expected items of the declared point, found another", "instance-wider", "nothing-unneeded"
        )
    if not items <= used:
        raise _wider(
            policy, "expected items one of its purposes uses, found another", "instance-unneeded", "nothing-unneeded"
        )
    recipients = tuple(one for one in point.recipients if policy.recipients[one].purpose in purposes)
    return replace(
        point,
        stages={name: tuple(item for item in asked if item in items) for name, asked in point.stages.items()},
        purposes=tuple(one for one in point.purposes if one in purposes),
        recipients=recipients,
        needed={item: why for item, why in point.needed.items() if item in items},
    )


def require_nothing_special(policy: Policy, point: Point, instance: Instance) -> None:
    """Insist that an instance asks about no category that needs special care, beyond what its items declare.

    One that asks nothing of its own asks only for declared items, and its words are not looked at.

    Raises:
        SubmissionError: A word of one stands in its texts.
    """
    if not instance.questions:
        return
    declared = {one for asked in point.stages.values() for item in asked for one in policy.items[item].special}
    found = special_in(text for texts in instance.texts for text in texts.values()) - declared
    if found:
        message = f"expected questions of no special category, found words of {', '.join(sorted(found))}"
        hint = (
            "ask something else; what is needed is an item of its own in the policy, or `special` of the answer's item"
        )
        error = SubmissionError(message, reason="instance-special", hint=hint, rests_on="nothing-unneeded")
        raise cite(policy, error)


def require_nothing_demanded(policy: Policy, point: Point, instance: Instance) -> None:
    """Insist that no text of an instance says something has to be given where its point requires nothing.

    Raises:
        SubmissionError: One does.
    """
    found = demands_in(text for texts in instance.texts for text in texts.values())
    if point.needed or not found:
        return
    error = SubmissionError(
        f"expected texts that leave everything open, found one that demands: {', '.join(dict.fromkeys(found))}",
        reason="instance-demands",
        hint="every field can be left empty: say what it is for instead, or that it is not required",
        rests_on="nothing-required fair-forms",
    )
    raise cite(policy, error)


def main_purpose(policy: Policy, point: Point) -> str:
    """Return what a point is for: the first of its purposes that does not rest on consent, else the first."""
    without = (one for one in point.purposes if policy.purposes[one].basis is not Basis.CONSENT)
    return next(without, point.purposes[0])


def _wider(policy: Policy, message: str, reason: str, ground: str) -> SubmissionError:
    hint = "an instance can only narrow its point"
    return cite(policy, SubmissionError(message, reason=reason, hint=hint, rests_on=ground))
