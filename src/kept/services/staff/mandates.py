"""Mandates of staff: made from a session, and loaded again where the work outlives it."""

from __future__ import annotations

from kept.crypto.random import random_id
from kept.policy.decision import Mandate
from kept.services.engine.engine import Engine
from kept.services.engine.flush import spent
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction


def staff_mandate(  # noqa: PLR0913 -- what a mandate says
    session: StaffSession,
    role: str,
    purpose: str,
    *,
    expires_at: float,
    volume: int,
    case: str = "",
    actor: str = "",
) -> Mandate:
    """Return a mandate of a member of staff that holds nobody yet; it is good for nothing until `insert_mandate` wrote it.

    Args:
        session: Who acts.
        role: One of their roles that has the purpose; the caller has checked.
        purpose: Declared purpose.
        expires_at: End of its time box, unix seconds.
        volume: Releases its work needs.
        case: Case number; empty when there is none.
        actor: Who it says acts, where it outlives their session; empty for the member of staff.
    """
    return Mandate(
        id=random_id(),
        kind="staff",
        actor=actor or session.actor,
        role=role,
        purpose=purpose,
        case=case,
        person_id=b"",
        signed_in_at=session.signed_in_at,
        expires_at=expires_at,
        volume_left=volume,
    )


async def load_mandate(engine: Engine, mandate_id: str) -> Mandate:
    """Return a mandate as its row stands now: its time box, what is left of its volume, whether it was taken back.

    Args:
        engine: Open.
        mandate_id: Of a request that names it.
    """
    found = await find_mandate(engine, mandate_id)
    if found is None:
        raise RuntimeError("a request without its mandate")
    return found


async def find_mandate(engine: Engine, mandate_id: str) -> Mandate | None:
    """Return a mandate as its row stands now; None when it is over for so long that its row is gone."""
    row = await engine.data.one(sql.MandateGet, mandate_id=mandate_id)
    if row is None:
        return None
    return Mandate(
        id=mandate_id,
        kind=row.kind,
        actor=row.actor,
        role=row.role,
        purpose=row.purpose,
        case="",
        person_id=b"",
        signed_in_at=row.signed_in_at,
        expires_at=row.expires_at,
        revoked=row.revoked_at is not None,
        volume_left=row.volume_left,
    )


async def charge(tx: Transaction, mandate: Mandate, at: float) -> None:
    """Charge an act to a mandate, within *tx*, as a release is charged.

    Args:
        tx: A write transaction of D.
        mandate: Under which it is done.
        at: Now, unix seconds.

    Raises:
        DeniedError: It is used up, over or revoked.
    """
    if not await tx.run("mandate_charge", mandate_id=mandate.id, count=1, at=at):
        raise spent()
