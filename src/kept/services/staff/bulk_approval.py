"""Four eyes where many people are concerned: one mechanism, below every mandate that staff are issued.

A mandate is written with the volume of a few people, or of a kind named here; one for more is written empty, unless a
second member of staff approved. The flush charges what is there: an empty mandate releases nothing, whatever calls it.
"""

from __future__ import annotations

from dataclasses import replace

from kept import limits
from kept.errors import DeniedError
from kept.policy.decision import Mandate
from kept.services.engine.engine import Engine
from kept.services.staff.approvals import APPROVED
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction

ONE_PERSON, COUNTS, REQUEST, PROGRAM, PRINT = "one-person", "counts", "request", "program", "print"
WITHOUT_A_SECOND = {
    ONE_PERSON: "a case or an emergency: one person, bound by its first hit, however often",
    COUNTS: "figures: what is opened is counted (statistics, how many match a segment), and no value reaches anybody's eyes",
    REQUEST: "an authority's request: at most twenty people, and its scope is approved before anything leaves",
    PRINT: "letters let go before: written in a case each, or of a campaign two agreed on; addresses open into the print file",
    PROGRAM: "an API credential: issued by an operator on the machine, for named purposes, to a program",
}
"""Kinds of mandate that may be larger without a second member of staff, each with why."""


async def insert_mandate(
    tx: Transaction, mandate: Mandate, *, case_id: str = "", kind: str = "", approval_id: str = ""
) -> Mandate:
    """Insert a mandate, within *tx*; return it with the volume it really has.

    Args:
        tx: A write transaction of D.
        mandate: As issued; *volume_left* is what its work needs.
        case_id: The case or request it ends with; empty for none.
        kind: One of `WITHOUT_A_SECOND`; empty for a mandate of a few people, or one that needs an approval.
        approval_id: The approval; empty, or one nobody gave yet, leaves a mandate for many people without volume.
    """
    if kind and kind not in WITHOUT_A_SECOND:
        raise RuntimeError("a kind of mandate nobody declared")
    approval = await tx.one(sql.ApprovalGet, approval_id=approval_id) if approval_id else None
    approved = approval is not None and approval.outcome == APPROVED
    volume = mandate.volume_left if kind or approved or mandate.volume_left <= limits.FEW_PEOPLE else 0
    await tx.run(
        "mandate_insert",
        mandate_id=mandate.id,
        kind=mandate.kind,
        actor=mandate.actor,
        role=mandate.role,
        purpose=mandate.purpose,
        case_id=case_id,
        signed_in_at=mandate.signed_in_at,
        expires_at=mandate.expires_at,
        volume_left=volume,
    )
    return replace(mandate, volume_left=volume)


async def require_second(engine: Engine, session: StaffSession, act: str, subject: str, people: int) -> str:
    """Insist on a second member of staff where an act is about more than a few people; return the approval's id.

    Args:
        engine: Open.
        session: Who acts.
        act: What is done.
        subject: What it is done to.
        people: How many people it is about.

    Returns:
        Empty for a few people.

    Raises:
        DeniedError: More than a few, and no second member of staff approved what this one asked for.
    """
    if people <= limits.FEW_PEOPLE:
        return ""
    row = await _find(engine, session.login, act, subject)
    if row is None or row.outcome != APPROVED:
        raise DeniedError(
            "expected a second member of staff for an act about many people, found none",
            step=1,
            needed="another member of staff who approves: ask for it first",
            reason="bulk",
            rests_on="roles",
        )
    return row.approval_id


async def state_of(engine: Engine, session: StaffSession, act: str, subject: str) -> str:
    """Return `waiting`, `approved`, or nothing where this member of staff did not ask."""
    row = await _find(engine, session.login, act, subject)
    return row.outcome if row else ""


async def _find(engine: Engine, login: str, act: str, subject: str) -> sql.ApprovalOf | None:
    """Return the newest approval that has not ended."""
    at = engine.clock.now()
    return await engine.data.one(sql.ApprovalOf, act=act, subject=subject, requested_by=login, at=at)
