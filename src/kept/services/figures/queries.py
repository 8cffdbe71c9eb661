"""Queries of a data set: charged before it is counted, answered with noise, the same question answered from store.

Data sets about people draw on one account, with the counts of people for staff: a second way to ask is not a second budget.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from kept.crypto.random import random_id
from kept.errors import ConflictError, DeniedError, InputError, SealError
from kept.policy.day import day_of
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import SealedEntry, insert_entries
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record
from kept.services.figures.data_sets import data_set_of, require_desk, statistic_entry
from kept.services.figures.projections import Build, Opened, open_columns, usable_build
from kept.services.figures.sampler import draw
from kept.services.gate import spending
from kept.services.gate.spending import Account, left, spend
from kept.services.staff.sessions import StaffSession
from kept.statistics.budget import Precision, Room, price, variance
from kept.statistics.counting import count
from kept.statistics.data_set import DataSet
from kept.statistics.figures import Figures, decode_figures, encode_figures, make_figures
from kept.statistics.question import Question, make_question
from kept.store import sql
from kept.store.interface import Transaction

KIND = "figures"
DAMAGED = "damaged"
"""Its figures do not open; it is in no list of what is released."""


@dataclass(frozen=True, slots=True)
class Statistic:
    """One question, as its page shows it.

    Args:
        id: Its id.
        number: Its number.
        data_set: Word of the data set.
        clause: Clause that declared it.
        build_id: Build it was asked of.
        built_at: When that was built, unix seconds.
        dimensions: Words of its dimensions.
        purpose: For which purpose.
        asked_by: Login.
        asked_at: Unix seconds.
        micro_rho: What it cost, millionths of rho.
        delta: Of the data set's epsilon statement.
        status: `charged`, `answered`, `asked` (its release waits), `released`; `damaged` in a list.
        figures: The answer; None while it is only charged.
        approval_id: Of its release; empty while nobody asked.
        released_at: Unix seconds; None before.
    """

    id: str
    number: int
    data_set: str
    clause: str
    build_id: str
    built_at: float
    dimensions: tuple[str, ...]
    purpose: str
    asked_by: str
    asked_at: float
    micro_rho: int
    delta: float
    status: str
    figures: Figures | None
    approval_id: str
    released_at: float | None


async def ask(engine: Engine, session: StaffSession, name: str, dimensions: Sequence[str], precision: Precision) -> str:
    """Ask how many, divided by *dimensions*; return the question's id.

    The same question on the same build, answered at least as exactly before, is answered from store and costs nothing.

    Args:
        engine: Open.
        session: With the right and a purpose of the data set.
        name: Data set, from outside.
        dimensions: Words of dimensions, from outside.
        precision: How exact, and so how dear.

    Raises:
        InputError: The question is not in the catalogue, or there is no usable build.
        DeniedError: The right, the purpose or the budget is missing.
        SealError: A segment does not open; what was charged stays charged.
    """
    declared = data_set_of(engine, name)
    purpose = require_desk(engine, session, declared)
    built = await usable_build(engine, declared)
    question = make_question(built.data_set, dimensions)
    cost = price(declared.budget, precision)
    for row in await engine.data.all(sql.StatisticSame, build_id=built.id, dimensions=question.words, micro_rho=cost):
        if row.status != "charged":
            return row.statistic_id
    asked = _Asked(random_id(), session, built, question, purpose, cost)
    await _charge(engine, asked)
    await _answer(engine, asked)
    return asked.id


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question on its way: who asks what of which build, for which purpose, at what price."""

    id: str
    session: StaffSession
    built: Build
    question: Question
    purpose: str
    cost: int

    def entry(
        self, engine: Engine, act: Act, at: float, *facts: tuple[str, str], outcome: Outcome = Outcome.DONE
    ) -> SealedEntry:
        """Return an entry about it."""
        data_set = self.built.data_set.id
        return statistic_entry(
            engine, self.session, act, at, *facts, purpose=self.purpose, data_set=data_set, outcome=outcome
        )


async def _charge(engine: Engine, asked: _Asked) -> None:
    """Charge it; nothing is counted before that is durable.

    Raises:
        ConflictError: The build is not the newest any more.
        DeniedError: The budget is spent.
    """
    built, data_set = asked.built, asked.built.data_set

    async def also(tx: Transaction, at: float) -> None:
        standing = await tx.one(sql.ProjectionOf, data_set=data_set.id)
        active = await tx.value(sql.MetaGet, name="active_policy")
        if (standing and standing.build_id) != built.id or active != built.policy_hash:
            raise ConflictError(
                "expected the build the question was asked of, found a newer one",
                reason="build-moved",
                hint="ask again",
            )
        await tx.run(
            "statistic_insert",
            statistic_id=asked.id,
            number=await tx.value(sql.StatisticNext) + 1,
            data_set=data_set.id,
            clause=data_set.clause,
            build_id=built.id,
            built_at=built.built_at,
            dimensions=asked.question.words,
            purpose=asked.purpose,
            asked_by=asked.session.login,
            asked_at=at,
            micro_rho=asked.cost,
            delta=data_set.budget.delta,
            sealed=b"",
        )
        facts = (
            ("build", built.id), ("question", asked.id),
            ("by", asked.question.words or "nothing"), ("micro-rho", str(asked.cost)),
        )  # fmt: skip
        await insert_entries(tx, [asked.entry(engine, Act.STATISTIC_ASK, at, *facts)], at)

    back = await spend(engine, account_of(data_set), asked.id, asked.cost, also)
    if back is not None:
        raise await _spent(engine, asked, back)


def account_of(data_set: DataSet) -> Account:
    """Return the account a data set draws on: whatever counts the same has the same, within its own budget."""
    return Account(spending.PEOPLE if data_set.about == "person" else data_set.about, data_set.budget)


async def _spent(engine: Engine, asked: _Asked, back: float) -> DeniedError:
    """Record the refusal, and say when the budget comes back."""
    data_set = asked.built.data_set
    facts = (("micro-rho", str(asked.cost)), ("reason", "budget-spent"))
    entry = asked.entry(engine, Act.STATISTIC_ASK, engine.clock.now(), *facts, outcome=Outcome.REFUSED)
    await engine.flush.append(entry)
    day = day_of(back, data_set.budget.zone)
    return DeniedError(
        "expected room in the budget of this data set, found it spent, by questions or by counts of the same",
        step=9,
        needed=f"a rougher question now, or this one from {day} on",
        entry_id=entry.entry.id.hex(),
        reason="budget-spent",
        clause=f"§{data_set.clause}",
    )


async def _answer(engine: Engine, asked: _Asked) -> None:
    question = asked.question
    parts = await open_columns(engine, asked.built, question.dimensions)
    spread = variance(question.squared_sensitivity, asked.cost)
    noisy, sampler = await asyncio.to_thread(_noisy, question, parts, spread)  # the loop answers others meanwhile
    sealed = seal_installation_record(
        engine, KIND, asked.id, encode_figures(make_figures(question, noisy, spread, sampler))
    )
    at = engine.ready()
    entry = asked.entry(engine, Act.STATISTIC_ANSWER, at, ("question", asked.id), ("sampler", sampler))

    async def body(tx: Transaction) -> None:
        if await tx.run("statistic_answer", statistic_id=asked.id, sealed=sealed):
            await insert_entries(tx, [entry], at)

    await engine.data.write(body)


def _noisy(question: Question, parts: list[Opened], spread: Fraction) -> tuple[list[int], str]:
    """Return the noisy figures and the sampler; the true counts end with this call."""
    figures, sampler = draw(question.cells, spread)
    for columns, rows, weights in parts:
        for cell, found in enumerate(count(columns, rows, weights)):
            figures[cell] += found
    return figures, sampler


async def statistic_of(engine: Engine, statistic_id: str) -> Statistic:
    """Return one question.

    Args:
        engine: Open.
        statistic_id: From outside.

    Raises:
        InputError: There is none of that id.
        SealError: Its figures were changed.
    """
    row = await engine.data.one(sql.StatisticGet, statistic_id=statistic_id)
    if row is None:
        raise InputError(
            "expected a question, found none of that number",
            reason="statistic-unknown",
            rests_on="released-statistics-only",
        )
    return _statistic(statistic_id, row, figures_in(engine, statistic_id, row.sealed))


def figures_in(engine: Engine, statistic_id: str, sealed: bytes) -> Figures | None:
    """Open the figures of a question; None while it is only charged.

    Args:
        engine: Open.
        statistic_id: The question's.
        sealed: From its row.

    Raises:
        SealError: They were changed.
    """
    return decode_figures(open_installation_record(engine, KIND, statistic_id, sealed)) if sealed else None


def _statistic(
    statistic_id: str, row: sql.StatisticGet | sql.Statistics, figures: Figures | None, *, status: str = ""
) -> Statistic:
    return Statistic(
        statistic_id, row.number, row.data_set, row.clause, row.build_id, row.built_at, tuple(row.dimensions.split()),
        row.purpose, row.asked_by, row.asked_at, row.micro_rho, row.delta, status or row.status, figures,
        row.approval_id, row.released_at,
    )  # fmt: skip


async def all_statistics(engine: Engine) -> list[Statistic]:
    """Return every question, newest first."""
    found = []
    for row in await engine.data.all(sql.Statistics):
        try:
            found.append(_statistic(row.statistic_id, row, figures_in(engine, row.statistic_id, row.sealed)))
        except SealError:  # the others are still looked at
            found.append(_statistic(row.statistic_id, row, None, status=DAMAGED))
    return found


async def budget_left(engine: Engine, data_set: DataSet) -> Room:
    """Return what is left of a data set's budget now."""
    return await left(engine, account_of(data_set))


async def room_from(engine: Engine, data_set: DataSet, precision: Precision) -> float:
    """Return when a question of this price can be asked, unix seconds; now, when there is room."""
    return await spending.room_from(engine, account_of(data_set), price(data_set.budget, precision))
