"""Asking a data set: charged before it is counted, answered with noise, the same question answered from store.

The charge and the record of the question are one transaction that compares and sets what was charged before: two askers
at once cannot both spend the last of a budget. What fails after the charge stays charged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kept.crypto.random import random_id
from kept.errors import ConflictError, DeniedError, InputError, SealError
from kept.services.acts import Act, Outcome
from kept.services.data_sets import data_set_of, require_desk, statistic_entry
from kept.services.flush import insert_entries
from kept.services.house_record import open_house_record, seal_house_record
from kept.services.projecting import Build, open_columns, usable_build
from kept.services.sampling import draw
from kept.statistics.budget import YEAR_SECONDS, Precision, Room, period_of, price, returns_at, room, variance
from kept.statistics.counting import count
from kept.statistics.figures import Figures, decode_figures, encode_figures, make_figures
from kept.statistics.question import Question, make_question

if TYPE_CHECKING:
    from kept.services.engine import Engine
    from kept.services.staff import StaffSession
    from kept.statistics.data_set import DataSet
    from kept.store.interface import Row, Transaction

KIND = "figures"
DAMAGED = "damaged"
"""Its figures do not open; it is in no list of what is released."""
TRIES = 5


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
    for row in await engine.data.read(
        lambda tx: tx.all("statistic_same", build_id=built.id, dimensions=question.words, micro_rho=cost)
    ):
        if str(row[1]) != "charged":
            return str(row[0])
    statistic_id = await _charge(engine, session, built, question, purpose, cost)
    await _answer(engine, session, built, question, purpose, statistic_id, cost)
    return statistic_id


async def _charge(  # noqa: PLR0913 -- what is charged, to what
    engine: Engine, session: StaffSession, built: Build, question: Question, purpose: str, cost: int
) -> str:
    statistic_id, data_set = random_id(), built.data_set
    for _ in range(TRIES):
        at = engine.ready()
        facts = (
            ("data-set", data_set.id), ("build", built.id), ("question", statistic_id),
            ("by", question.words or "nothing"), ("micro-rho", str(cost)),
        )  # fmt: skip
        entry = statistic_entry(
            engine, session, Act.STATISTIC_ASK, at, purpose=purpose, clause=data_set.clause, facts=facts
        )

        async def body(tx: Transaction, at: float = at, entry: object = entry) -> tuple[bool, float]:
            await tx.run("statistic_account_open", data_set=data_set.id)
            account = await tx.one("statistic_account_get", data_set=data_set.id)
            charges = await _charges(tx, data_set, at)
            if room(data_set.budget, charges, at).left < cost:
                return False, returns_at(data_set.budget, charges, at, cost)
            standing = await tx.one("projection_of", data_set=data_set.id)
            if standing is None or str(standing[0]) != built.id:
                raise ConflictError(
                    "expected the build the question was asked of, found a newer one",
                    reason="build-moved",
                    hint="ask again",
                )
            if not await tx.run(
                "statistic_charge", data_set=data_set.id, cost=cost, expected=int(account[0]) if account else 0
            ):
                raise ConflictError("somebody else was charged at the same moment", reason="charged-meanwhile")
            row = await tx.one("statistic_next")
            await tx.run(
                "statistic_insert",
                statistic_id=statistic_id,
                number=int(row[0] if row else 0) + 1,
                data_set=data_set.id,
                clause=data_set.clause,
                build_id=built.id,
                built_at=built.built_at,
                dimensions=question.words,
                purpose=purpose,
                asked_by=session.login,
                asked_at=at,
                micro_rho=cost,
                delta=data_set.budget.delta,
                sealed=b"",
            )
            await insert_entries(tx, [entry], at)  # type: ignore[list-item]  # bound as a default, so that each try has its own
            return True, 0.0

        try:
            charged, back = await engine.data.write(body)
        except ConflictError as error:
            if error.reason != "charged-meanwhile":
                raise
            continue
        if not charged:
            raise await _spent(engine, session, data_set, purpose, cost, back)
        return statistic_id
    raise ConflictError("others keep asking at the same moment", reason="charged-meanwhile", hint="ask again")


async def _charges(tx: Transaction, data_set: DataSet, at: float) -> list[tuple[float, int]]:
    since = min(at - YEAR_SECONDS, period_of(at, data_set.budget.per)[0] - 1)
    rows = await tx.all("statistic_charges", data_set=data_set.id, since=since)
    return [(float(row[0]), int(row[1])) for row in rows]


async def _spent(  # noqa: PLR0913 -- what is refused
    engine: Engine, session: StaffSession, data_set: DataSet, purpose: str, cost: int, back: float
) -> DeniedError:
    """Record the refusal, and say when the budget comes back."""
    at = engine.clock.now()
    facts = (("data-set", data_set.id), ("micro-rho", str(cost)), ("reason", "budget-spent"))
    entry = statistic_entry(
        engine, session, Act.STATISTIC_ASK, at, purpose=purpose, clause=data_set.clause, facts=facts,
        outcome=Outcome.REFUSED,
    )  # fmt: skip
    await engine.flush.append(entry)
    day = datetime.fromtimestamp(back, tz=UTC).strftime("%Y-%m-%d")
    return DeniedError(
        "expected room in the budget of this data set, found it spent",
        step=9,
        needed=f"a rougher question now, or this one from {day} on",
        entry_id=entry.entry.id.hex(),
        reason="budget-spent",
        clause=f"§{data_set.clause}",
    )


async def _answer(  # noqa: PLR0913 -- what is answered
    engine: Engine,
    session: StaffSession,
    built: Build,
    question: Question,
    purpose: str,
    statistic_id: str,
    cost: int,
) -> None:
    noise, sampler = draw(question.cells, spread := variance(question.squared_sensitivity, cost))
    totals = [0] * question.cells
    for columns, rows, weights in await open_columns(engine, built, question.dimensions):
        for cell, found in enumerate(count(columns, rows, weights)):
            totals[cell] += found
    noisy = [found + one for found, one in zip(totals, noise, strict=True)]
    sealed = seal_house_record(
        engine, KIND, statistic_id, encode_figures(make_figures(question, noisy, spread, sampler))
    )
    at = engine.ready()
    facts = (("question", statistic_id), ("sampler", sampler))
    entry = statistic_entry(
        engine, session, Act.STATISTIC_ANSWER, at, purpose=purpose, clause=built.data_set.clause, facts=facts
    )

    async def body(tx: Transaction) -> None:
        if await tx.run("statistic_answer", statistic_id=statistic_id, sealed=sealed):
            await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def statistic_of(engine: Engine, statistic_id: str) -> Statistic:
    """Return one question.

    Args:
        engine: Open.
        statistic_id: From outside.

    Raises:
        InputError: There is none of that id.
        SealError: Its figures were changed.
    """
    row = await engine.data.read(lambda tx: tx.one("statistic_get", statistic_id=statistic_id))
    if row is None:
        raise InputError("expected a question, found none of that number", reason="statistic-unknown", clause="§4.8")
    sealed = bytes(row[12])
    return _statistic(
        statistic_id, row, decode_figures(open_house_record(engine, KIND, statistic_id, sealed)) if sealed else None
    )


async def _without_figures(engine: Engine, statistic_id: str) -> Statistic:
    row = await engine.data.read(lambda tx: tx.one("statistic_get", statistic_id=statistic_id))
    return _statistic(statistic_id, row or (), None, status=DAMAGED)


def _statistic(statistic_id: str, row: Row, figures: Figures | None, *, status: str = "") -> Statistic:
    return Statistic(
        statistic_id, int(row[0]), str(row[1]), str(row[2]), str(row[3]), float(row[4]), tuple(str(row[5]).split()),
        str(row[6]), str(row[7]), float(row[8]), int(row[9]), float(row[10]), status or str(row[11]), figures,
        str(row[13]), None if row[14] is None else float(row[14]),
    )  # fmt: skip


async def all_statistics(engine: Engine) -> list[Statistic]:
    """Return every question, newest first."""
    rows = await engine.data.read(lambda tx: tx.all("statistics"))
    found = []
    for row in rows:
        try:
            found.append(await statistic_of(engine, str(row[0])))
        except SealError:
            found.append(await _without_figures(engine, str(row[0])))  # the others are still looked at
    return found


async def budget_left(engine: Engine, data_set: DataSet) -> Room:
    """Return what is left of a data set's budget now."""
    at = engine.clock.now()
    return room(data_set.budget, await engine.data.read(lambda tx: _charges(tx, data_set, at)), at)
