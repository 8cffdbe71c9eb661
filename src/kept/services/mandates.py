"""The mandate of a request that outlives the session that asked: what its releases are charged to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kept.policy.decision import Mandate

if TYPE_CHECKING:
    from kept.services.engine import Engine


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
    row = await engine.data.read(lambda tx: tx.one("mandate_get", mandate_id=mandate_id))
    if row is None:
        return None
    kind, actor, role, purpose, _, signed_in_at, expires_at, revoked_at, volume_left = row
    return Mandate(
        id=mandate_id,
        kind=str(kind),
        actor=str(actor),
        role=str(role),
        purpose=str(purpose),
        case="",
        person_id=b"",
        signed_in_at=float(signed_in_at),
        expires_at=float(expires_at),
        revoked=revoked_at is not None,
        volume_left=int(volume_left),
    )
