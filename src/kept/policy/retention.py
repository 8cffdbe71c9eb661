"""When a value ends: the earliest end of the retention it was given under and the one now in force."""

from __future__ import annotations

from collections.abc import Mapping

from kept.policy.model import Policy, Retention
from kept.policy.notice import Notice
from kept.policy.person import PersonState, Slot


def event_of(until: str, instance: str) -> str:
    """Return the name of an event: `closed#spring-survey` for an instance's own, `closed` for a point without instances."""
    return f"{until}#{instance}" if instance else until


def end_of(
    retention: Retention, given_at: float, state: PersonState, events: Mapping[str, float], instance: str = ""
) -> float | None:
    """Return when a value ends under *retention*, unix seconds; None when no end is known yet.

    Args:
        retention: As presented, or as now in force.
        given_at: When the slot was filled.
        state: The person's; knows when they left and were last seen.
        events: Times of events, by `event_of`.
        instance: Instance whose notice gave the retention; empty for the point itself.
    """
    ends = []
    if retention.for_seconds is not None:
        ends.append(given_at + retention.for_seconds)
    if retention.at_most_seconds is not None:
        ends.append(given_at + retention.at_most_seconds)
    if retention.dormant_seconds is not None:
        ends.append(max(state.last_seen_at, given_at) + retention.dormant_seconds)
    if retention.until:
        own = retention.until == "account-closed"
        happened = state.closed_at if own else events.get(event_of(retention.until, instance))
        if happened is not None:
            ends.append(happened + retention.then_seconds)
    return min(ends, default=None)


def end_of_slot(  # noqa: PLR0913 -- what an end depends on
    policy: Policy, state: PersonState, slot_name: str, slot: Slot, notice: Notice | None, events: Mapping[str, float]
) -> float | None:
    """Return when the value of a slot ends: the earlier of the notice it was given under and the policy in force.

    Args:
        policy: In force.
        state: The person's.
        slot_name: Its name.
        slot: Its current value.
        notice: The notice it was given under; None when it cannot be shown.
        events: As in `end_of`.
    """
    item = slot_name.partition("#")[0]
    retentions = [term.retention for term in notice.terms if term.item == item][:1] if notice else []
    if slot.point in policy.points:
        retentions.append(policy.points[slot.point].retention)
    instance = notice.instance if notice else ""
    ends = [end_of(one, slot.given_at, state, events, instance) for one in retentions]
    return min((one for one in ends if one is not None), default=None)


def end_of_use(  # noqa: PLR0913 -- what an end depends on
    policy: Policy,
    state: PersonState,
    slot_name: str,
    purpose: str,
    notices: Mapping[str, Notice],
    events: Mapping[str, float],
) -> float | None:
    """Return when *purpose* may no longer use a slot: never later than the value's own end.

    Beside the value's end, the tuple that binds the item to the purpose counts: that of a later notice where the person
    accepted one.

    Args:
        policy: In force.
        state: The person's; the slot is filled.
        slot_name: Its name.
        purpose: Purpose id.
        notices: Those the person's values answer to.
        events: As in `end_of`.
    """
    slot = state.slots[slot_name]
    ends = [end_of_slot(policy, state, slot_name, slot, notices.get(slot.notice_id), events)]
    bound = notices.get(dict(slot.accepted).get(purpose, slot.notice_id))
    term = bound.term(slot_name.partition("#")[0], purpose) if bound else None
    if bound is not None and term is not None:
        ends.append(end_of(term.retention, slot.given_at, state, events, bound.instance))
    return min((one for one in ends if one is not None), default=None)
