"""The demo's second member of staff: reads what waits, then approves it."""

from __future__ import annotations

from typing import Any

from kept.services.engine.engine import Engine
from kept.services.staff.approvals import Approval
from kept.services.staff.sessions import StaffSession
from kept.services.upkeep.approvals import marks


async def read_and_approve(engine: Engine, session: StaffSession, kind: Approval[Any], subject: str) -> None:
    """Approve what waits for a subject, with the mark of having been shown it.

    Args:
        engine: Open.
        session: Has the right `approve`, and is not who asked.
        kind: Of the approval.
        subject: What it is done to.
    """
    await kind.approve(engine, session, subject, (await marks(engine, session))[kind.act, subject])
