"""The specification: may mandate m open item i of person x for purpose p, leaving by exit e, at time t, under policy C?

The first step that fails answers; what is unknown, or fails to be checked, denies. `decide.py` is tested against it.
"""

from __future__ import annotations

from collections.abc import Mapping

from kept.policy import needs
from kept.policy.channel import CHANNELS, EXIT_TYPES
from kept.policy.decision import Allowed, Decision, Request
from kept.policy.ground import clause_of
from kept.policy.model import Policy
from kept.policy.notice import Notice
from kept.policy.person import PersonState
from kept.policy.retention import end_of_use
from kept.policy.words import Basis, Exit


@needs.an_error_denies
def decide(C: Policy, r: Request, x: PersonState, notices: Mapping[str, Notice]) -> Decision:  # noqa: N803, C901, PLR0912
    """Answer request *r* about person *x*; *notices* are those the person's values and grants answer to."""
    m, p, i, e, t, own = r.mandate, r.mandate.purpose, r.item, r.exit, r.at, r.mandate.kind == "own"
    # 1  the mandate is valid and for this person, and the policy still gives its role the purpose
    if m.kind not in needs.MANDATES or m.revoked or t > m.expires_at or m.person_id not in needs.bound(m, r.person_id):
        return needs.no(C, 1, "mandate")
    if needs.beyond(m, e, t):
        return needs.no(C, 1, "own-exit")
    if not own and (m.role not in C.roles or p not in C.roles[m.role].purposes):
        return needs.no(C, 1, "role")
    # 2  the purpose is declared
    if not own and p not in C.purposes:
        return needs.no(C, 2, "purpose")
    # 3  the policy lets the purpose use the item; under a law, the request names it
    purpose = None if own else C.purposes[p]
    if purpose and i not in C.items:
        return needs.no(C, 3, "item")
    if purpose and purpose.basis is Basis.LAW and (r.law is None or i not in r.law.items):
        return needs.no(C, 3, "law-item")
    if purpose and purpose.basis is not Basis.LAW and not purpose.may_use(i):
        return needs.refuse(3, "uses", purpose.clause)
    # 4  a current value exists, and its time has not ended
    slot = x.slots.get(r.slot)
    if slot is None or (x.status != "active" and not own):
        return needs.no(C, 4, "value")
    bound_id = dict(slot.accepted).get(p, slot.notice_id)
    if (end := end_of_use(C, x, r.slot, p, notices, r.events)) is not None and t >= end:
        return needs.no(C, 4, "ended")
    if purpose is None:  # own-access: of what follows only step 9 applies
        return needs.charged(C, m, Allowed(clause_of(C, needs.OWN), Basis.NECESSARY, slot.notice_id, end))
    # 5  the notice bound the item to this revision of the purpose; under a law, the request names person and period
    if purpose.basis is Basis.LAW:
        within = needs.within_request(r, x) and e == Exit.LEGAL_BUNDLE and e in purpose.exits
        allowed = Allowed(purpose.clause, Basis.LAW, "", end)
        return needs.charged(C, m, allowed) if within else needs.no(C, 5, "law-scope")
    term = notices[bound_id].term(i, p) if bound_id in notices else None
    if term is None:
        return needs.no(C, 5, "notice")
    if term.revision != purpose.revision and term.revision not in purpose.editorial:
        return needs.no(C, 5, "revision")
    # 6  choices, on the narrower basis of policy and notice; a channel needs its own yes, a third party its own consent
    basis, whole, by_exit = needs.narrower(purpose.basis, term.basis), x.choice(p, None), x.choice(p, e)
    if basis is not Basis.NECESSARY and ((whole and not whole.allow) or (by_exit and not by_exit.allow)):
        return needs.refuse(6, "no", purpose.clause)
    grants = [g for g in x.grants if needs.covers(g, p, bound_id, r.slot)]
    if basis is Basis.CONSENT and (not grants or (e in CHANNELS and by_exit is None)):
        return needs.refuse(6, "consent", purpose.clause)
    if e == Exit.PROVISION and not any(r.recipient in g.recipients for g in grants):
        return needs.no(C, 6, "consent")
    # 7  the exit is one of the purpose's in policy and notice, opens this item to this recipient; an address is confirmed
    if e not in purpose.exits or e not in term.exits or C.items[i].type not in EXIT_TYPES.get(e, {C.items[i].type}):
        return needs.refuse(7, "exit", purpose.clause)
    if closed := needs.cannot_leave(C, m, e, r.recipient, i, term.recipients, slot):
        return needs.refuse(7, closed, clause_of(C, needs.PROVISION) if e == Exit.PROVISION else purpose.clause)
    # 8  the person has not stopped this use
    if p in x.stops:
        return needs.refuse(8, "stopped", purpose.clause)
    # 9  volume is left (the time box was step 1; both are charged again in the flush)
    return needs.charged(C, m, Allowed(purpose.clause, basis, bound_id, end))
