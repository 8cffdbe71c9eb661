"""Releasing figures: one asks, another approves; from then on everybody may see them, with their sheet."""

from __future__ import annotations

from kept.errors import ConflictError, InputError
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.figures.data_sets import data_set_of, require_desk, statistic_entry
from kept.services.figures.queries import Statistic, all_statistics, statistic_of
from kept.services.staff.approvals import approve_act, ask_for_approval, require_approved
from kept.services.staff.sessions import StaffSession
from kept.store.interface import Transaction

ACT = "statistics"


async def ask_release(engine: Engine, session: StaffSession, statistic_id: str) -> None:
    """Ask to release the answer of a question.

    Raises:
        DeniedError: The right or the purpose is missing.
        ConflictError: It has no answer, or its release was asked for before.
    """
    found = await statistic_of(engine, statistic_id)
    require_desk(engine, session, data_set_of(engine, found.data_set))
    if found.status != "answered":
        raise _not_waiting()
    approval_id = await ask_for_approval(engine, session, ACT, statistic_id)
    if not await engine.data.write(
        lambda tx: tx.run("statistic_ask_release", statistic_id=statistic_id, approval_id=approval_id)
    ):
        raise _not_waiting()


async def approve_and_release(engine: Engine, session: StaffSession, statistic_id: str) -> None:
    """Approve as the second, and release.

    Raises:
        DeniedError: The same person asked, or the right is missing.
        ConflictError: Nothing waits.
    """
    found = await statistic_of(engine, statistic_id)
    await approve_act(engine, session, found.approval_id)
    await release(engine, session, statistic_id)


async def release(engine: Engine, session: StaffSession, statistic_id: str) -> None:
    """Release approved figures, or go on where a kill stopped it.

    Raises:
        DeniedError: Nobody approved it, or the right is missing.
    """
    session.require(engine, "approve")
    found = await statistic_of(engine, statistic_id)
    await require_approved(engine, found.approval_id)
    at = engine.ready()
    facts = (("question", statistic_id), ("asked-by", engine.actor_of(found.asked_by)))
    entry = statistic_entry(
        engine, session, Act.STATISTIC_RELEASE, at, *facts, purpose=found.purpose, data_set=found.data_set
    )

    async def body(tx: Transaction) -> None:
        if await tx.run("statistic_release", statistic_id=statistic_id, released_at=at):
            await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def released(engine: Engine) -> list[Statistic]:
    """Return what is released, newest first."""
    return [one for one in await all_statistics(engine) if one.status == "released"]


async def released_one(engine: Engine, number: str) -> Statistic:
    """Return what is released under a number, from outside.

    Raises:
        InputError: Nothing is.
    """
    for one in await released(engine):
        if str(one.number) == number:
            return one
    raise InputError(
        "expected released figures, found none of that number",
        reason="not-released",
        rests_on="released-statistics-only",
    )


def _not_waiting() -> ConflictError:
    return ConflictError(
        "expected an answer nobody asked to release yet, found another",
        reason="release-asked",
        rests_on="released-statistics-only",
    )
