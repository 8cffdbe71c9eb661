"""A mandate for one piece of work, for one purpose of the staff member's own roles, time-boxed: for a few people, or for more."""

from __future__ import annotations

from kept import limits
from kept.policy.decision import Mandate
from kept.services.engine.engine import Engine
from kept.services.staff.bulk_approval import COUNTS, PRINT, insert_approved, insert_mandate
from kept.services.staff.mandates import staff_mandate
from kept.services.staff.sessions import StaffSession

EVERYBODY = 2**53


async def issue_mandate(
    engine: Engine, session: StaffSession, purpose: str, *, people: int, seconds: float = limits.DESK_WORK_SECONDS
) -> Mandate:
    """Issue a mandate that holds nobody yet, for a few people; one for more is empty.

    Args:
        engine: Open.
        session: Signed in with both factors.
        purpose: A purpose of one of their roles.
        people: How many people it is about, and releases it is good for.
        seconds: Time box.

    Raises:
        DeniedError: No role of theirs has this purpose.
    """
    mandate = _mandate(engine, session, purpose, people, seconds)
    return await engine.data.write(lambda tx: insert_mandate(tx, mandate))


async def issue_about_all(  # noqa: PLR0913 -- what a piece of work names
    engine: Engine,
    session: StaffSession,
    purpose: str,
    *,
    people: int,
    act: str,
    subject: str,
    seconds: float = limits.DESK_WORK_SECONDS,
    times: int = 1,
) -> Mandate:
    """Issue a mandate about everybody of something; where they are many, it uses up what a second member of staff approved.

    Args:
        engine: Open.
        session: Signed in with both factors.
        purpose: A purpose of one of their roles.
        people: How many people it is about.
        act: What is done, as it was asked for.
        subject: What it is done to, as it was asked for.
        seconds: Time box, where they are many.
        times: How often it is done: more than once, the mandate is issued again while it lasts, with what is left of it.

    Raises:
        DeniedError: No role of theirs has this purpose; or many people, and nobody approved, or what was approved is done.
    """
    if people <= limits.FEW_PEOPLE:
        return await issue_mandate(engine, session, purpose, people=people)
    mandate, at = _mandate(engine, session, purpose, people * times, seconds), engine.clock.now()
    return await engine.data.write(
        lambda tx: insert_approved(
            tx, mandate, act=act, subject=subject, asked_by=session.login, at=at, again=times > 1
        )
    )


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
