"""Four eyes: an act that one member of staff asks for, and another with the right `approve` approves, once."""

from __future__ import annotations

from kept import limits
from kept.crypto.random import random_id
from kept.errors import ConflictError, DeniedError
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.record import record
from kept.services.staff.sessions import StaffSession
from kept.store import sql

APPROVAL_SECONDS = limits.APPROVAL_SECONDS


async def ask_for_approval(engine: Engine, session: StaffSession, act: str, subject: str) -> str:
    """Ask for a second approver; return the approval's id.

    Args:
        engine: Open.
        session: Who asks; the caller has checked that they may.
        act: What shall be done, a word.
        subject: What it shall be done to, an id.
    """
    approval_id, at = random_id(), engine.ready()
    await engine.data.write(
        lambda tx: tx.run(
            "approval_insert",
            approval_id=approval_id,
            act=act,
            subject=subject,
            requested_by=session.login,
            requested_at=at,
            expires_at=at + APPROVAL_SECONDS,
        )
    )
    await record(engine, session.acting(), Act.APPROVAL_ASK, facts=(("act", act), ("subject", subject)))
    return approval_id


async def approve_act(engine: Engine, session: StaffSession, approval_id: str) -> None:
    """Approve as the second.

    Raises:
        DeniedError: The same person asked, or the right is missing.
        ConflictError: Nothing waits under that id.
    """
    session.require(engine, "approve")
    row = await engine.data.one(sql.ApprovalGet, approval_id=approval_id)
    at = engine.ready()
    if row is None or row.outcome != "waiting" or row.expires_at < at:
        raise ConflictError(
            "expected an act that waits for approval, found none", reason="approval-none", hint="ask again"
        )
    if row.requested_by == session.login:
        raise DeniedError(
            "expected a second approver, found the one who asked",
            step=1,
            needed="another member of staff",
            reason="second-approver",
            rests_on="roles",
        )
    await engine.data.write(
        lambda tx: tx.run(
            "approval_decide", approval_id=approval_id, decided_by=session.login, decided_at=at, outcome="approved"
        )
    )
    facts = (("act", row.act), ("asked-by", engine.actor_of(row.requested_by)))
    await record(engine, session.acting(), Act.APPROVAL_GIVE, facts=facts)


async def approved_by(engine: Engine, approval_id: str) -> str:
    """Return who approved an act; empty while nobody has."""
    row = await engine.data.one(sql.ApprovalGet, approval_id=approval_id)
    return (row.decided_by or "") if row and row.outcome == "approved" else ""


async def require_approved(engine: Engine, approval_id: str) -> str:
    """Insist on a second approver; return their login.

    Raises:
        DeniedError: Nobody has approved it.
    """
    found = await approved_by(engine, approval_id)
    if not found:
        raise DeniedError(
            "expected a second approver, found none",
            step=1,
            needed="another member of staff with the right `approve`",
            reason="second-approver",
            rests_on="roles",
        )
    return found


async def waiting_approvals(engine: Engine) -> list[sql.ApprovalsWaiting]:
    """Return acts that wait for a second approver, as rows of `approvals_waiting`."""
    return await engine.data.all(sql.ApprovalsWaiting)
