"""An emergency that lends a role is seen at once, and looked at by somebody else within days."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding
from kept.services.cases.emergencies import review_seconds, waiting_for_review
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether every emergency was looked at by another member of staff in time."""
    roles = [one.id for one in engine.policy.policy.roles.values() if "break-glass" in one.may]
    waiting, now = await waiting_for_review(engine), engine.clock.now()
    overdue = sum(1 for at in waiting if now - at > review_seconds(engine))
    if overdue:
        return Finding(False, "{n} emergencies wait for a review that is overdue", {"n": overdue})
    return Finding(
        True,
        "{n} roles may open one; {m} wait for a review, none of them overdue",
        {"n": len(roles), "m": len(waiting)},
    )
