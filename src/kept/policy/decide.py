"""The fast evaluator: the same answers as `reference.py`, from tables compiled once per policy.

What depends only on the policy (steps 1 to 3) is one look-up by role, purpose, exit and item; what depends on policy
and notice together (step 5, the narrower basis, exits and ends) is worked out once per notice and remembered, since a
notice never changes under its id. Choices, stops and times are looked at every time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kept import limits
from kept.policy import needs, reference
from kept.policy.channel import CHANNELS, CONFIRMED_TYPES, EXIT_TYPES
from kept.policy.decision import Allowed, Decision, LawRequest, Mandate, Refused, Request
from kept.policy.model import Policy, Purpose, Retention
from kept.policy.notice import Notice
from kept.policy.person import PersonState, Slot
from kept.policy.retention import event_of
from kept.policy.words import Basis, Exit

DECIDED_HERE = frozenset({"staff", "program"})
"""Kinds of mandate with tables; the person's own and a law's request are rare and read the reference."""

NO_EVENTS: Mapping[str, float] = {}


@dataclass(slots=True)
class _Bound:
    """One item under one notice, for one purpose and exit: everything but the person's choices and the time."""

    refused: Refused | None
    notice_id: str
    basis: Basis
    exit_refused: Refused | None
    recipients: tuple[str, ...]
    after_given: float | None
    after_seen: float | None
    after_events: tuple[tuple[str, float], ...]


@dataclass(slots=True)
class _Route:
    """One item by one way.

    *confirmed* says that only its owner's confirmation opens it; *bounds* are by the slot's notice, its point and the notice
    accepted later, if any.
    """

    refused: Refused | None
    opens: bool
    confirmed: bool = False
    bounds: dict[tuple[str, ...], _Bound] = field(default_factory=dict)


@dataclass(slots=True)
class _Way:
    """Role, purpose and exit; its routes by item."""

    purpose: Purpose | None
    refused: Refused | None
    clause: str
    channel: bool
    provision: bool
    narrowed: bool
    no: Refused
    consent: Refused
    stopped: Refused
    exit: Refused
    unconfirmed: Refused
    stated: Refused
    own_word: bool
    routes: dict[str, _Route] = field(default_factory=dict)


class Evaluator:
    """Decides by one policy.

    Args:
        policy: As read.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._unknown = needs.no(policy, 4, "check-error")
        self._mandate = needs.no(policy, 1, "mandate")
        self._no_value = needs.no(policy, 4, "value")
        self._ended = needs.no(policy, 4, "ended")
        self._unbound = needs.no(policy, 5, "notice")
        self._changed = needs.no(policy, 5, "revision")
        self._unnamed = needs.no(policy, 6, "consent")
        self._spent = needs.no(policy, 9, "volume")
        self._ways: dict[tuple[str, str, Exit], _Way] = {}
        self._remembered = 0

    def decide(self, request: Request, person: PersonState, notices: Mapping[str, Notice]) -> Decision:
        """Answer as `reference.decide` does; a check that fails denies.

        Args:
            request: What is asked.
            person: The opened state.
            notices: Those the person's values and grants answer to, by id.
        """
        mandate = request.mandate
        try:
            if request.law is not None or mandate.kind not in DECIDED_HERE:
                return reference.decide(self._policy, request, person, notices)
            at, way_out = request.at, request.exit
            bound_to = mandate.person_id
            if mandate.revoked or at > mandate.expires_at or (bound_to and bound_to != request.person_id):
                return self._mandate
            way = self._ways.get((mandate.role, mandate.purpose, way_out))
            if way is None:
                way = self._find_way(mandate.role, mandate.purpose, way_out)
            if way.refused is not None:
                return way.refused
            return self._decide(
                way, mandate, person, request.slot, way_out, at, notices, request.recipient, request.events
            )
        except Exception:  # noqa: BLE001 -- a check that fails denies, whatever failed
            return self._unknown

    def decide_slots(  # noqa: PLR0913 -- the question has this many parts
        self,
        mandate: Mandate,
        person_id: bytes,
        person: PersonState,
        slots: Sequence[str],
        exit: Exit,  # noqa: A002 -- the field's own word
        at: float,
        notices: Mapping[str, Notice],
        *,
        recipient: str = "",
        law: LawRequest | None = None,
        events: Mapping[str, float] = NO_EVENTS,
    ) -> tuple[Decision, ...]:
        """Answer for several slots of one person at once; what they share is looked at once.

        Args:
            mandate: As in `Request`.
            person_id: As in `Request`.
            person: The opened state.
            slots: Slots asked for.
            exit: As in `Request`.
            at: As in `Request`.
            notices: Those the person's values and grants answer to, by id.
            recipient: As in `Request`.
            law: As in `Request`.
            events: As in `Request`.

        Returns:
            One decision for each slot, in their order.
        """
        try:
            if law is not None or mandate.kind not in DECIDED_HERE:
                return tuple(
                    reference.decide(
                        self._policy,
                        Request(mandate, person_id, slot, exit, at, recipient, law, dict(events)),
                        person,
                        notices,
                    )
                    for slot in slots
                )
            if mandate.revoked or at > mandate.expires_at or (mandate.person_id and mandate.person_id != person_id):
                return (self._mandate,) * len(slots)
            way = self._ways.get((mandate.role, mandate.purpose, exit))
            if way is None:
                way = self._find_way(mandate.role, mandate.purpose, exit)
            if way.refused is not None:
                return (way.refused,) * len(slots)
            return tuple(
                [self._decide(way, mandate, person, slot, exit, at, notices, recipient, events) for slot in slots]
            )
        except Exception:  # noqa: BLE001 -- a check that fails denies, whatever failed
            return (self._unknown,) * len(slots)

    def _decide(  # noqa: C901, PLR0912, PLR0913 -- the procedure in its order; its question is no object, for it is the hot path
        self,
        way: _Way,
        mandate: Mandate,
        person: PersonState,
        slot_name: str,
        exit: Exit,  # noqa: A002 -- the field's own word
        at: float,
        notices: Mapping[str, Notice],
        recipient: str,
        events: Mapping[str, float],
    ) -> Decision:
        """Steps 3 to 9, in their order."""
        item = slot_name.partition("#")[0] if "#" in slot_name else slot_name
        route = way.routes.get(item)
        if route is None:
            route = self._find_route(way, item, exit)
        if route.refused is not None:
            return route.refused
        slot = person.slots.get(slot_name)
        if slot is None or person.status != "active":
            return self._no_value
        bound = None
        if not slot.accepted:
            bound = route.bounds.get((slot.notice_id, slot.point))
        if bound is None or slot.notice_id not in notices:
            bound = self._bind(way, route, item, slot, exit, notices)
        end = _end_of(bound, slot.given_at, person, events)
        if end is not None and at >= end:
            return self._ended
        if bound.refused is not None:
            return bound.refused
        if bound.basis is not Basis.NECESSARY:
            not_chosen = _not_chosen(way, bound, person, slot_name, exit, mandate.purpose)
            if not_chosen is not None:
                return not_chosen
        if way.provision and not _names(person, recipient, mandate.purpose, bound.notice_id, slot_name):
            return self._unnamed
        if bound.exit_refused is not None:
            return bound.exit_refused
        if slot.by_word and way.own_word:
            return way.stated
        if route.confirmed and slot.confirmed_at is None:
            return way.unconfirmed
        if way.narrowed:
            closed = needs.cannot_leave(self._policy, mandate, exit, recipient, item, bound.recipients, slot)
            if closed:
                return needs.refuse(7, closed, self._unnamed.clause if way.provision else way.clause)
        if mandate.purpose in person.stops:
            return way.stopped
        if mandate.volume_left <= 0:
            return self._spent
        return Allowed(way.clause, bound.basis, bound.notice_id, end)

    def _find_way(self, role: str, purpose_id: str, way_out: Exit) -> _Way:
        policy = self._policy
        purpose = policy.purposes.get(purpose_id)
        refused = None
        if role not in policy.roles or purpose_id not in policy.roles[role].purposes:
            refused = needs.no(self._policy, 1, "role")
        elif purpose is None:
            refused = needs.no(self._policy, 2, "purpose")
        clause = purpose.clause if purpose else ""
        way = _Way(
            purpose=purpose,
            refused=refused,
            clause=clause,
            channel=way_out in CHANNELS,
            provision=way_out == Exit.PROVISION,
            narrowed=way_out in {Exit.APP, Exit.OWN_PAGE, Exit.PROVISION, Exit.PROCESSOR},
            no=needs.refuse(6, "no", clause),
            consent=needs.refuse(6, "consent", clause),
            stopped=needs.refuse(8, "stopped", clause),
            exit=needs.refuse(7, "exit", clause),
            unconfirmed=needs.refuse(7, "unconfirmed", clause),
            stated=needs.refuse(7, "stated", self._unnamed.clause if way_out == Exit.PROVISION else clause),
            own_word=way_out not in needs.WORD_EXITS,
        )
        self._make_room()
        self._ways[role, purpose_id, way_out] = way
        return way

    def _find_route(self, way: _Way, item: str, way_out: Exit) -> _Route:
        declared, purpose = self._policy.items.get(item), way.purpose
        if purpose is None or declared is None:
            route = _Route(needs.no(self._policy, 3, "item"), opens=False)
        elif purpose.basis is Basis.LAW:  # a law's request is decided by the reference
            route = _Route(needs.no(self._policy, 3, "law-item"), opens=False)
        elif not purpose.may_use(item):
            route = _Route(needs.refuse(3, "uses", purpose.clause), opens=False)
        else:
            opens = way_out in purpose.exits and declared.type in EXIT_TYPES.get(way_out, {declared.type})
            route = _Route(None, opens=opens, confirmed=way.channel and declared.type in CONFIRMED_TYPES)
        self._make_room()
        way.routes[item] = route
        return route

    def _bind(  # noqa: PLR0913 -- what a bound depends on
        self, way: _Way, route: _Route, item: str, slot: Slot, way_out: Exit, notices: Mapping[str, Notice]
    ) -> _Bound:
        purpose = way.purpose
        if purpose is None:
            raise RuntimeError("a route without a purpose was asked for its bound")
        notice_id = dict(slot.accepted).get(purpose.id, slot.notice_id)
        key = (slot.notice_id, slot.point) if notice_id == slot.notice_id else (slot.notice_id, slot.point, notice_id)
        given, binding = notices.get(slot.notice_id), notices.get(notice_id)
        known = route.bounds.get(key)
        if known is not None and given is not None and binding is not None:
            return known
        term = binding.term(item, purpose.id) if binding else None
        instance = given.instance if given else ""
        ends = [(one.retention, instance) for one in (given.terms if given else ()) if one.item == item][:1]
        if slot.point in self._policy.points:
            ends.append((self._policy.points[slot.point].retention, instance))
        refused: Refused | None = None
        if term is None:
            refused = self._unbound
        else:
            ends.append((term.retention, binding.instance if binding else ""))
            if term.revision != purpose.revision and term.revision not in purpose.editorial:
                refused = self._changed
        bound = _Bound(
            refused,
            notice_id,
            needs.narrower(purpose.basis, term.basis) if term else Basis.CONSENT,
            None if route.opens and term and way_out in term.exits else way.exit,
            term.recipients if term else (),
            *_earliest(ends),
        )
        if given is not None and binding is not None:  # a missing notice may be found again
            self._make_room()
            route.bounds[key] = bound
        return bound

    def _make_room(self) -> None:
        self._remembered += 1
        if self._remembered > limits.DECISIONS_REMEMBERED:
            self._ways.clear()
            self._remembered = 0


def _end_of(bound: _Bound, given_at: float, person: PersonState, events: Mapping[str, float]) -> float | None:
    """Step 4: when the value ends, the earliest of what its bound says; None while no end is known."""
    end = None
    if bound.after_given is not None:
        end = given_at + bound.after_given
    if bound.after_seen is not None:
        seen = person.last_seen_at
        ends = (seen if seen > given_at else given_at) + bound.after_seen  # noqa: FURB136 -- a call costs more
        if end is None or ends < end:
            end = ends
    for event, then in bound.after_events:
        happened = person.closed_at if event == "account-closed" else events.get(event)
        if happened is not None and (end is None or happened + then < end):
            end = happened + then
    return end


def _not_chosen(  # noqa: C901, PLR0913 -- the choices, then the consent
    way: _Way, bound: _Bound, person: PersonState, slot_name: str, way_out: Exit, purpose_id: str
) -> Refused | None:
    """Step 6, for a basis that asks the person: their no, or on basis consent the yes that is missing; None if neither."""
    said_yes = False
    for choice in person.choices:
        if choice.purpose == purpose_id:
            if choice.exit is None:
                if not choice.allow:
                    return way.no
            elif choice.exit == way_out:
                if not choice.allow:
                    return way.no
                said_yes = True
    if bound.basis is not Basis.CONSENT:
        return None
    if way.channel and not said_yes:
        return way.consent
    notice_id = bound.notice_id
    for grant in person.grants:  # as `needs.covers`, which is a call too many here
        if (
            grant.purpose == purpose_id
            and not grant.withdrawn
            and grant.notice_id == notice_id
            and slot_name in grant.slots
        ):
            return None
    return way.consent


def _names(person: PersonState, recipient: str, purpose_id: str, notice_id: str, slot_name: str) -> bool:
    """Step 6, for a provision: whether a consent for this slot names the recipient."""
    return any(
        recipient in grant.recipients and needs.covers(grant, purpose_id, notice_id, slot_name)
        for grant in person.grants
    )


def _earliest(
    ends: Sequence[tuple[Retention, str]],
) -> tuple[float | None, float | None, tuple[tuple[str, float], ...]]:
    """Fold retentions, each with its instance, into one: seconds after giving, after the last sign-in, after each event."""
    given = [one for end, _ in ends for one in (end.for_seconds, end.at_most_seconds) if one is not None]
    seen = [end.dormant_seconds for end, _ in ends if end.dormant_seconds is not None]
    events: dict[str, float] = {}
    for end, instance in ends:
        if end.until:
            event = end.until if end.until == "account-closed" else event_of(end.until, instance)
            events[event] = min(end.then_seconds, events.get(event, end.then_seconds))
    return min(given, default=None), min(seen, default=None), tuple(events.items())
