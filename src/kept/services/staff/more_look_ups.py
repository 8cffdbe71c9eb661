"""More look-ups: a second member of staff lets somebody look for as many people again, on the day that is approved."""

from __future__ import annotations

from kept.errors import InputError
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect
from kept.services.gate.look_ups import a_day, today
from kept.services.staff.approvals import Approval, Given, Subject
from kept.services.staff.sessions import StaffSession
from kept.store.interface import Transaction


def subject_of(engine: Engine, purpose: str) -> str:
    """Return what is asked for: look-ups for a purpose, with the day they are asked for on, so that each day may ask."""
    return f"{purpose}:{today(engine)}"


async def ask(engine: Engine, session: StaffSession, purpose: str) -> str:
    """Ask a second member of staff for more look-ups today; return the approval's id.

    Args:
        engine: Open.
        session: Whose look-ups they are.
        purpose: A purpose of a role of theirs.

    Raises:
        DeniedError: No role of theirs has the purpose.
        ConflictError: They asked for it already today.
    """
    return await MORE.ask(engine, session, subject_of(engine, purpose))


async def _about(engine: Engine, subject: str) -> Subject:
    purpose, _, day = subject.partition(":")
    declared = engine.policy.policy.purposes.get(purpose)
    if declared is None:
        raise InputError(
            "expected look-ups for a declared purpose, found others",
            reason="look-ups-unknown",
            hint="ask again when they are used up",
        )
    return Subject(day, titles=declared.titles, purposes=(purpose,))


async def _more(engine: Engine, given: Given) -> Effect:
    purpose, day = given.subject.partition(":")[0], today(engine)
    more = a_day(engine, given.role)

    async def effect(tx: Transaction) -> bool:
        return bool(await tx.run("look_up_grant", actor=given.asker.actor, purpose=purpose, day=day, more=more))

    return effect


async def _then(engine: Engine, subject: str) -> str:
    del engine
    return subject


MORE = Approval(
    act="look-ups", title="Look for more people today", page="/approvals", about=_about, effect=_more, then=_then
)
