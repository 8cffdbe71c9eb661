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
from kept.services.staff.approvals import APPROVED, USED
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


async def insert_mandate(  # noqa: PLR0913 -- the row, and what its volume rests on
    tx: Transaction, mandate: Mandate, *, case_id: str = "", kind: str = "", approval_id: str = "", at: float = 0.0
) -> Mandate:
    """Insert a mandate, within *tx*; return it with the volume it really has.

    Args:
        tx: A write transaction of D.
        mandate: As issued; *volume_left* is what its work needs.
        case_id: The case or request it ends with; empty for none.
        kind: One of `WITHOUT_A_SECOND`; empty for a mandate of a few people, or one that needs an approval.
        approval_id: The approval, which this uses up: it is good for one mandate. Empty, one nobody gave yet, one used
            before, or one that is over, leaves a mandate for many people without volume.
        at: Now, unix seconds; by it an approval is over or not.
    """
    if kind and kind not in WITHOUT_A_SECOND:
        raise RuntimeError("a kind of mandate nobody declared")
    approved = bool(approval_id) and bool(await tx.run("approval_use", approval_id=approval_id, at=at))
    volume = mandate.volume_left if kind or approved or mandate.volume_left <= limits.FEW_PEOPLE else 0
    await tx.run(
        "mandate_insert",
        mandate_id=mandate.id,
        kind=mandate.kind,
        actor=mandate.actor,
        role=mandate.role,
        purpose=mandate.purpose,
        case_id=case_id or (approval_id if approved else ""),
        signed_in_at=mandate.signed_in_at,
        expires_at=mandate.expires_at,
        volume_left=volume,
    )
    return replace(mandate, volume_left=volume)


async def insert_approved(  # noqa: PLR0913 -- the row, and what was asked for
    tx: Transaction, mandate: Mandate, *, act: str, subject: str, asked_by: str, at: float, again: bool
) -> Mandate:
    """Use an approval up for a mandate about many people, within *tx*; return it.

    Args:
        tx: A write transaction of D.
        mandate: As issued; *volume_left* is what its work needs.
        act: What is done, as it was asked for.
        subject: What it is done to, as it was asked for.
        asked_by: Login of who asked: an approval is theirs alone.
        at: Now, unix seconds.
        again: Whether the mandate an approval was used for is returned again while it lasts.

    Raises:
        DeniedError: No second member of staff approved what this one asked for, or what was approved is done.
    """
    row = await tx.one(sql.ApprovalOf, act=act, subject=subject, requested_by=asked_by, at=at)
    if row is not None and row.outcome == APPROVED:
        return await insert_mandate(tx, mandate, approval_id=row.approval_id, at=at)
    used = row.approval_id if row is not None and row.outcome == USED and again else ""
    held = await tx.one(sql.MandateOfCase, case_id=used) if used else None
    if held is None or held.revoked_at is not None or held.expires_at < at:
        raise DeniedError(
            "expected a second member of staff for an act about many people, found none",
            step=1,
            needed="another member of staff who approves: ask for it first",
            reason="bulk",
            rests_on="roles",
        )
    return replace(mandate, id=held.mandate_id, expires_at=held.expires_at, volume_left=held.volume_left)


async def state_of(engine: Engine, session: StaffSession, act: str, subject: str) -> str:
    """Return `waiting`, `approved`, `used`, or nothing where this member of staff did not ask, or their approval is over."""
    at = engine.clock.now()
    row = await engine.data.one(sql.ApprovalOf, act=act, subject=subject, requested_by=session.login, at=at)
    return row.outcome if row else ""
