"""The fast evaluator: the same answers as `reference.py`, from tables compiled once per policy.

What depends only on the policy (steps 1 to 3, 7) is one dictionary look-up; what depends on policy and notice (5, and
the narrower basis and exits) is computed once per notice and remembered, since notices never change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kept.policy import needs, reference
from kept.policy.decision import Allowed, Decision, Refused, Request
from kept.policy.model import Policy, Purpose, Retention
from kept.policy.notice import Notice
from kept.policy.person import PersonState, Slot
from kept.policy.retention import end_of
from kept.policy.words import CHANNELS, EXIT_TYPES, Basis, Exit, ItemType

REMEMBER_AT_MOST = 200_000


@dataclass(slots=True)
class _Route:
    """Role, purpose, item and exit, as far as the policy alone decides them."""

    refused: Refused | None
    exit_refused: Refused | None
    purpose: Purpose


@dataclass(slots=True)
class _Bound:
    """Notice, item and purpose together: the narrower basis and exits, or why not."""

    refused: Refused | None
    basis: Basis
    exits: tuple[Exit, ...]
    retention: Retention | None


class Evaluator:
    """Decides by one policy.

    Args:
        policy: As read.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._routes: dict[tuple[str, str, str, Exit], _Route] = {}
        self._bounds: dict[tuple[str, str, str], _Bound] = {}
        self._in_force = {point.id: point.retention for point in policy.points.values()}
        self._allowed: dict[tuple[str, Basis, str], Allowed] = {}

    def decide(self, request: Request, person: PersonState, notices: Mapping[str, Notice]) -> Decision:
        """Answer as `reference.decide` does; a check that fails denies.

        Args:
            request: What is asked.
            person: The opened state.
            notices: Those the person's values and grants answer to.
        """
        try:
            return self._decide(request, person, notices)
        except Exception:  # noqa: BLE001 -- a check that fails denies, whatever failed
            return needs.refuse(4, "check-error", "4.1")

    def _decide(  # noqa: C901, PLR0912 -- the procedure, in its order
        self, request: Request, person: PersonState, notices: Mapping[str, Notice]
    ) -> Decision:
        mandate, way_out, slot_name = request.mandate, request.exit, request.slot
        if mandate.kind == "own" or request.law is not None:
            return reference.decide(self._policy, request, person, notices)
        at = request.at
        if mandate.revoked or at > mandate.expires_at or (
            mandate.person_id and mandate.person_id != request.person_id
        ):
            return needs.refuse(1, "mandate", "5.2")
        item = slot_name if "#" not in slot_name else slot_name.partition("#")[0]
        purpose_id = mandate.purpose
        route = self._routes.get((mandate.role, purpose_id, item, way_out))
        if route is None:
            route = self._route(mandate.role, purpose_id, item, way_out)
        if route.refused is not None:
            return route.refused
        slot = person.slots.get(slot_name)
        if slot is None or person.status != "active":
            return needs.refuse(4, "value", "4.1")
        notice_id = slot.notice_id
        end = self._end(slot, item, person, notices.get(notice_id), request.events)
        if end is not None and at >= end:
            return needs.refuse(4, "ended", "4.1")
        if slot.accepted:
            notice_id = dict(slot.accepted).get(purpose_id, notice_id)
        bound = self._bounds.get((notice_id, item, purpose_id))
        if bound is None or notice_id not in notices:
            bound = self._bind(notice_id, item, route.purpose, notices.get(notice_id))
        if bound.refused is not None:
            return bound.refused
        basis = bound.basis
        if basis is not Basis.NECESSARY:
            by_exit = None
            for choice in person.choices:
                if choice.purpose == purpose_id and (choice.exit is None or choice.exit == way_out):
                    if not choice.allow:
                        return needs.refuse(6, "no", route.purpose.clause)
                    if choice.exit is not None:
                        by_exit = choice
            if basis is Basis.CONSENT:
                granted = named = False
                for grant in person.grants:
                    if grant.purpose == purpose_id and grant.notice_id == notice_id and slot_name in grant.slots:
                        granted = True
                        named = named or request.recipient in grant.recipients
                if not granted or (by_exit is None and way_out in CHANNELS):
                    return needs.refuse(6, "consent", route.purpose.clause)
                if way_out is Exit.PROVISION and not named:
                    return needs.refuse(6, "consent", "4.6")
        if route.exit_refused is not None or way_out not in bound.exits:
            return needs.refuse(7, "exit", route.purpose.clause)
        if way_out is Exit.PROVISION or way_out is Exit.PROCESSOR:
            term = notices[notice_id].term(item, purpose_id)
            if term is None or not needs.may_receive(
                self._policy, way_out, request.recipient, item, purpose_id, term.recipients
            ):
                return needs.refuse(7, "recipient", "4.6")
        if purpose_id in person.stops:
            return needs.refuse(8, "stopped", route.purpose.clause)
        if mandate.volume_left <= 0:
            return needs.refuse(9, "volume", "5.2")
        if end is not None:
            return Allowed(route.purpose.clause, basis, notice_id, end)
        key = (route.purpose.clause, basis, notice_id)
        allowed = self._allowed.get(key)
        if allowed is None:
            allowed = self._allowed[key] = Allowed(*key, None)
        return allowed

    def _end(
        self, slot: Slot, item: str, person: PersonState, notice: Notice | None, events: Mapping[str, float]
    ) -> float | None:
        end = None
        if notice is not None:
            key = (slot.notice_id, item, "")
            bound = self._bounds.get(key)
            if bound is None:
                first = next((term.retention for term in notice.terms if term.item == item), None)
                bound = self._remember(key, _Bound(None, Basis.CONSENT, (), first))
            if bound.retention is not None:
                end = end_of(bound.retention, slot.given_at, person, events)
        in_force = self._in_force.get(slot.point)
        if in_force is not None:
            other = end_of(in_force, slot.given_at, person, events)
            if other is not None and (end is None or other < end):
                end = other
        return end

    def _route(self, role: str, purpose_id: str, item: str, way_out: Exit) -> _Route:
        policy = self._policy
        refused: Refused | None = None
        purpose = policy.purposes.get(purpose_id)
        if role not in policy.roles or purpose_id not in policy.roles[role].purposes:
            refused = needs.refuse(1, "role", "5.2")
        elif purpose is None:
            refused = needs.refuse(2, "purpose", "2.1")
        elif item not in policy.items:
            refused = needs.refuse(3, "item", "1.1")
        elif purpose.basis is Basis.LAW:
            refused = needs.refuse(3, "law-item", "4.9")
        elif not purpose.may_use(item):
            refused = needs.refuse(3, "uses", purpose.clause)
        if purpose is None:
            purpose = Purpose(purpose_id, Basis.CONSENT, (), frozenset(), "", "", {})
        exit_refused = None
        if refused is None:
            kind: ItemType = policy.items[item].type
            if way_out not in purpose.exits or kind not in EXIT_TYPES.get(way_out, {kind}):
                exit_refused = needs.refuse(7, "exit", purpose.clause)
        route = _Route(refused, exit_refused, purpose)
        if len(self._routes) < REMEMBER_AT_MOST:
            self._routes[role, purpose_id, item, way_out] = route
        return route

    def _bind(self, notice_id: str, item: str, purpose: Purpose, notice: Notice | None) -> _Bound:
        if notice is None:  # not remembered: it may be found again
            return _Bound(needs.refuse(5, "notice", "4.1"), Basis.CONSENT, (), None)
        term = notice.term(item, purpose.id)
        if term is None:
            bound = _Bound(needs.refuse(5, "notice", "4.1"), Basis.CONSENT, (), None)
        elif term.revision != purpose.revision and term.revision not in purpose.editorial:
            bound = _Bound(needs.refuse(5, "revision", "4.1"), Basis.CONSENT, (), None)
        else:
            order = reference.NARROWNESS
            basis = min(purpose.basis, term.basis, key=order.index) if term.basis in order else Basis.CONSENT
            bound = _Bound(None, basis, term.exits, term.retention)
        return self._remember((notice_id, item, purpose.id), bound)

    def _remember(self, key: tuple[str, str, str], bound: _Bound) -> _Bound:
        if len(self._bounds) >= REMEMBER_AT_MOST:
            self._bounds.clear()
        self._bounds[key] = bound
        return bound


