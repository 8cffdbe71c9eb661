"""Releasing figures: one asks, another approves; from then on everybody may see them, with their sheet."""

from __future__ import annotations

from kept.errors import ConflictError, InputError
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.figures.data_sets import RIGHT, data_set_of, statistic_entry
from kept.services.figures.queries import Statistic, all_statistics, statistic_of
from kept.services.staff.approvals import Approval, Given, Subject, said
from kept.services.staff.sessions import StaffSession
from kept.store.interface import Transaction


async def ask_release(engine: Engine, session: StaffSession, statistic_id: str) -> None:
    """Ask to release the answer of a question.

    Raises:
        DeniedError: The right or the purpose is missing.
        ConflictError: It has no answer, or its release was asked for before.
    """

    async def also(tx: Transaction, approval_id: str) -> None:
        if not await tx.run("statistic_ask_release", statistic_id=statistic_id, approval_id=approval_id):
            raise ConflictError(
                "expected an answer nobody asked to release yet, found another",
                reason="release-asked",
                rests_on="released-statistics-only",
            )

    await RELEASE.ask(engine, session, statistic_id, also)


async def _about(engine: Engine, statistic_id: str) -> Subject:
    found = await statistic_of(engine, statistic_id)
    shown = {"data set": found.data_set, "figures": said(found.figures)}
    purposes = data_set_of(engine, found.data_set).purposes
    return Subject(str(found.number), purposes=purposes, shown=shown, hands=(found.asked_by,))


async def release(engine: Engine, given: Given) -> Effect:
    """Return what releases figures that a second member of staff approved."""
    found = await statistic_of(engine, given.subject)
    facts = (("question", found.id), ("asked-by", engine.actor_of(found.asked_by)))
    entry = statistic_entry(
        engine, given.by, Act.STATISTIC_RELEASE, given.at, *facts, purpose=found.purpose, data_set=found.data_set
    )

    async def effect(tx: Transaction) -> bool:
        if not await tx.run("statistic_release", statistic_id=found.id, released_at=given.at):
            return False
        await insert_entries(tx, [entry], given.at)
        return True

    return effect


RELEASE = Approval(
    act="statistics",
    title="Release figures to everybody",
    right=RIGHT,
    page="/statistics/{subject}",
    about=_about,
    effect=release,
    then=statistic_of,
    back=lambda tx, statistic_id: tx.run("statistic_back", statistic_id=statistic_id),
)


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
