"""The specification: may mandate m open item i of person x for purpose p, leaving by exit e, at time t, under policy C?

Numbered as in DESIGN §2. The first step that fails answers; what is unknown denies; an error in a step denies. The fast
evaluator (`decide.py`) is tested against this file on generated policies, people and histories.
"""

from __future__ import annotations

from collections.abc import Mapping

from kept.policy import needs
from kept.policy.decision import Allowed, Decision, Request
from kept.policy.model import Policy
from kept.policy.notice import Notice
from kept.policy.person import PersonState
from kept.policy.retention import end_of_slot
from kept.policy.words import CHANNELS, EXIT_TYPES, OWN_EXITS, Basis, Exit

NARROWNESS = (Basis.CONSENT, Basis.NOTICE, Basis.NECESSARY)


def decide(C: Policy, r: Request, x: PersonState, notices: Mapping[str, Notice]) -> Decision:  # noqa: N803, C901, PLR0912
    """Answer request *r* about person *x*; *notices* are those the person's values and grants answer to."""
    m, p, e, t, own = r.mandate, r.mandate.purpose, r.exit, r.at, r.mandate.kind == "own"
    # 1  the mandate is valid, and the policy still gives it the purpose
    if m.revoked or t > m.expires_at or (m.person_id and m.person_id != r.person_id):
        return needs.refuse(1, "mandate", "5.2")
    if own and (not m.person_id or e not in OWN_EXITS or (e == Exit.TAKE_ALONG and t > m.signed_in_at + 300)):
        return needs.refuse(1, "own-exit" if m.person_id else "mandate", "5.2")
    if not own and (m.role not in C.roles or p not in C.roles[m.role].purposes):
        return needs.refuse(1, "role", "5.2")
    # 2  the purpose is declared
    if not own and p not in C.purposes:
        return needs.refuse(2, "purpose", "2.1")
    # 3  the policy lets the purpose use the item
    purpose = None if own else C.purposes[p]
    law = purpose is not None and purpose.basis is Basis.LAW
    if r.item not in C.items and not own:
        return needs.refuse(3, "item", "1.1")
    if law and (r.law is None or r.item not in r.law.items):
        return needs.refuse(3, "law-item", "4.9")
    if purpose and not law and not purpose.may_use(r.item):
        return needs.refuse(3, "uses", purpose.clause)
    # 4  a current value exists, and its time has not ended
    slot = x.slots.get(r.slot)
    if slot is None or (x.status != "active" and not own):
        return needs.refuse(4, "value", "4.1")
    end = end_of_slot(C, x, r.slot, slot, notices.get(slot.notice_id), r.events)
    if end is not None and t >= end:
        return needs.refuse(4, "ended", "4.1")
    if purpose is None:
        return Allowed("0.1", Basis.NECESSARY, slot.notice_id, end) if m.volume_left > 0 else needs.refuse(9, "volume", "5.2")
    # 5  the notice bound the item to this revision of the purpose (law: the request names the person and the period)
    if law:
        if r.law is None or r.person_id not in r.law.persons or slot.given_at > r.law.ends_at or e != Exit.LEGAL_BUNDLE:
            return needs.refuse(5, "law-scope", "4.9")
        return needs.last(m, purpose, e, Allowed(purpose.clause, Basis.LAW, "", end))
    bound_id = dict(slot.accepted).get(p, slot.notice_id)
    bound = notices.get(bound_id)
    term = bound.term(r.item, p) if bound else None
    if term is None:
        return needs.refuse(5, "notice", "4.1")
    if term.revision != purpose.revision and term.revision not in purpose.editorial:
        return needs.refuse(5, "revision", "4.1")
    # 6  choices: the narrower basis of policy and notice
    basis = min(purpose.basis, term.basis, key=NARROWNESS.index) if term.basis in NARROWNESS else Basis.CONSENT
    whole, by_exit = x.choice(p, None), x.choice(p, e)
    if basis is not Basis.NECESSARY and ((whole and not whole.allow) or (by_exit and not by_exit.allow)):
        return needs.refuse(6, "no", purpose.clause)
    if basis is Basis.CONSENT:
        grants = [g for g in x.grants if g.purpose == p and g.notice_id == bound_id and r.slot in g.slots]
        if not grants or (e in CHANNELS and by_exit is None):
            return needs.refuse(6, "consent", purpose.clause)
        if e == Exit.PROVISION and not any(r.recipient in g.recipients for g in grants):
            return needs.refuse(6, "consent", "4.6")
    # 7  the exit is one of the purpose's, in the policy and in the notice, and opens this item
    kind = C.items[r.item].type
    if e not in purpose.exits or e not in term.exits or kind not in EXIT_TYPES.get(e, {kind}):
        return needs.refuse(7, "exit", purpose.clause)
    to = {Exit.PROVISION: C.recipients, Exit.PROCESSOR: C.processors}.get(e)
    if to is not None and not needs.may_receive(C, e, r.recipient, r.item, p, term.recipients):
        return needs.refuse(7, "recipient", "4.6")
    # 8  the person has not stopped this use
    if p in x.stops:
        return needs.refuse(8, "stopped", purpose.clause)
    # 9  volume and time are left
    return needs.last(m, purpose, e, Allowed(purpose.clause, basis, bound_id, end))
