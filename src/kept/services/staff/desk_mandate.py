"""A mandate for one piece of work, for one purpose of the staff member's own roles, time-boxed: for a few people, or for more."""

from __future__ import annotations

from kept import limits
from kept.policy.decision import Mandate
from kept.services.engine.engine import Engine
from kept.services.staff.bulk_approval import COUNTS, PRINT, insert_mandate, require_second
from kept.services.staff.mandates import staff_mandate
from kept.services.staff.sessions import StaffSession

EVERYBODY = 2**53


async def issue_mandate(  # noqa: PLR0913 -- what a piece of work names
    engine: Engine,
    session: StaffSession,
    purpose: str,
    *,
    people: int,
    act: str = "",
    subject: str = "",
    seconds: float = limits.DESK_WORK_SECONDS,
) -> Mandate:
    """Issue a mandate that holds nobody yet; for more than a few people only with a second member of staff.

    Args:
        engine: Open.
        session: Signed in with both factors.
        purpose: A purpose of one of their roles.
        people: How many people it is about, and releases it is good for.
        act: What is done, as it was asked for; empty where it is never about many.
        subject: What it is done to, as it was asked for.
        seconds: Time box.

    Raises:
        DeniedError: No role of theirs has this purpose, or many people and nobody who approved.
    """
    mandate = _mandate(engine, session, purpose, people, seconds)
    approval_id = await require_second(engine, session, act, subject, people)
    return await engine.data.write(lambda tx: insert_mandate(tx, mandate, approval_id=approval_id))


async def issue_counting(
    engine: Engine, session: StaffSession, purpose: str, *, seconds: float = limits.DESK_WORK_SECONDS
) -> Mandate:
    """Issue a mandate to count what many people said, for figures alone: no value reaches anybody's eyes.

    Args:
        engine: Open.
        session: Signed in with both factors.
        purpose: A purpose of one of their roles.
        seconds: Time box.

    Raises:
        DeniedError: No role of theirs has this purpose.
    """
    mandate = _mandate(engine, session, purpose, EVERYBODY, seconds)
    return await engine.data.write(lambda tx: insert_mandate(tx, mandate, kind=COUNTS))


async def issue_printing(
    engine: Engine, session: StaffSession, purpose: str, letters: int, *, seconds: float
) -> Mandate:
    """Issue a mandate to print letters that were let go before: written in a case each, or of a campaign two agreed on.

    Args:
        engine: Open.
        session: Signed in with both factors.
        purpose: A purpose of one of their roles.
        letters: How many wait.
        seconds: Time box.

    Raises:
        DeniedError: No role of theirs has this purpose.
    """
    mandate = _mandate(engine, session, purpose, 2 * letters, seconds)
    return await engine.data.write(lambda tx: insert_mandate(tx, mandate, kind=PRINT))


def _mandate(
    engine: Engine, session: StaffSession, purpose: str, releases: int, seconds: float = limits.DESK_WORK_SECONDS
) -> Mandate:
    role = session.require_purpose(engine, purpose)
    return staff_mandate(
        session,
        role,
        purpose,
        expires_at=engine.ready() + seconds,
        volume=releases,
    )
