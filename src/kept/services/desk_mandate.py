"""A mandate for one piece of work on many people: for one purpose of the staff member's own roles, time-boxed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kept.crypto.random import random_id
from kept.errors import DeniedError
from kept.policy.decision import Mandate

if TYPE_CHECKING:
    from kept.services.engine import Engine
    from kept.services.staff import StaffSession

WORK_SECONDS = 30 * 60.0
RELEASES = 100_000


async def issue_mandate(
    engine: Engine,
    session: StaffSession,
    purpose: str,
    *,
    seconds: float = WORK_SECONDS,
    releases: int = RELEASES,
) -> Mandate:
    """Issue a mandate that holds nobody yet.

    Args:
        engine: Open.
        session: Signed in with both factors.
        purpose: A purpose of one of their roles.
        seconds: Time box.
        releases: How many releases it is good for.

    Raises:
        DeniedError: No role of theirs has this purpose.
    """
    session.require_purpose(engine, purpose)
    roles = engine.policy.policy.roles
    role = next((one for one in session.roles if one in roles and purpose in roles[one].purposes), "")
    if not role:
        raise DeniedError("expected a role with the purpose", step=1, reason="role", clause="§5.2")
    mandate_id, at = random_id(), engine.ready()
    await engine.data.write(
        lambda tx: tx.run(
            "mandate_insert",
            mandate_id=mandate_id,
            kind="staff",
            actor=session.actor,
            role=role,
            purpose=purpose,
            case_id="",
            signed_in_at=session.signed_in_at,
            expires_at=at + seconds,
            volume_left=releases,
        )
    )
    return Mandate(
        id=mandate_id,
        kind="staff",
        actor=session.actor,
        role=role,
        purpose=purpose,
        case="",
        person_id=b"",
        signed_in_at=session.signed_in_at,
        expires_at=at + seconds,
        volume_left=releases,
    )
