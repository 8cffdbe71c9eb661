"""Counts of people for staff and programs: charged before anybody is looked at, noised, remembered; no true count is kept.

Whoever asks the same gets the same answer for a month and pays nothing. All counts of an installation draw on one account,
whoever asks: else two members of staff would learn twice as much as one. Data sets about people draw on the same account: else
research and marketing would.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from kept import limits
from kept.crypto.random import random_bits, random_id
from kept.errors import DeniedError
from kept.policy.day import day_of
from kept.policy.decision import Mandate
from kept.services.engine.acts import GROUNDS, Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import entry_of, holder_of, record
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record
from kept.services.gate import spending
from kept.statistics.head_count import Narrowing, narrowing
from kept.statistics.noise import draw_gaussian
from kept.store import sql
from kept.store.interface import Transaction

KIND = "head-count"
Tally: TypeAlias = Callable[[], Awaitable[Mapping[str, int]]]
"""Counts: how many in each cell; of a cell that is not among the asked ones nothing is said."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked.

    Args:
        question: In a canonical form; the same words have the same answer.
        cells: Every cell there can be, whether anybody is in it or not.
        squared_sensitivity: By how much one person can move all cells together, squared.
        act: What it is recorded as.
        rests_on: Its ground; empty for the act's own.
    """

    question: str
    cells: tuple[str, ...]
    squared_sensitivity: int
    act: Act
    rests_on: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it may be shown.

    Args:
        figures: By cell; None for fewer than *fewer_than*.
        fewer_than: The floor.
        margin: About how far a figure may be off, nineteen times in twenty.
        at: When it was counted, unix seconds.
    """

    figures: Mapping[str, int | None]
    fewer_than: int
    margin: int
    at: float


def account_of(engine: Engine) -> spending.Account:
    """Return the account all counts of people draw on, and data sets about people with them, within the counts' own budget."""
    return spending.Account(spending.PEOPLE, narrowing(engine.policy.policy).budget)


async def counts_left(engine: Engine) -> int:
    """Return how many more counts the budget bears in this period."""
    return (await spending.left(engine, account_of(engine))).left // narrowing(engine.policy.policy).price


async def remembered(engine: Engine, asked: Asked) -> Answer | None:
    """Return the answer the same question had; None when nobody asked it in the time answers are remembered.

    Raises:
        SealError: It was changed.
    """
    row = await _row(engine, asked)
    return _shown(engine, asked, row) if row is not None and row.sealed else None


async def answer(engine: Engine, mandate: Mandate, asked: Asked, tally: Tally) -> Answer:
    """Return how many there are in each cell, about: from memory, or charged, counted and noised now.

    Args:
        engine: Open.
        mandate: Under which it is counted.
        asked: The question.
        tally: Counts; called once the charge is durable.

    Raises:
        DeniedError: The budget is used up (`counts-spent`), recorded; it says from when on there is room.
    """
    row = await _row(engine, asked)
    if row is None:
        await _charge(engine, mandate, asked)
        row = await _row(engine, asked)
    if row is not None and not row.sealed:  # a kill between charge and answer: nobody has seen anything of it
        sealed = seal_installation_record(engine, KIND, row.count_id, await _noisy(engine, asked, tally))
        count_id = row.count_id
        await engine.data.write(lambda tx: tx.run("head_count_answer", count_id=count_id, sealed=sealed, expected=b""))
        row = await _row(engine, asked)  # of two who counted at once the first is remembered
    if row is None:
        raise RuntimeError("a count just charged was not found")
    return _shown(engine, asked, row)


async def _charge(engine: Engine, mandate: Mandate, asked: Asked) -> None:
    count_id, rules, actor = random_id(), narrowing(engine.policy.policy), holder_of(mandate)
    facts = (("question", _key(engine, asked)[:16]), ("micro-rho", str(rules.price)))
    ground = asked.rests_on or GROUNDS[asked.act]

    async def also(tx: Transaction, at: float) -> None:
        await tx.run("head_count_insert", count_id=count_id, question=_key(engine, asked), asked_at=at, sealed=b"")
        await insert_entries(tx, [entry_of(engine, actor, asked.act, at=at, rests_on=ground, facts=facts)], at)

    back = await spending.spend(engine, account_of(engine), count_id, rules.price, also)
    if back is None:
        return
    reason = ("reason", "counts-spent")
    entry_id = await record(engine, actor, asked.act, outcome=Outcome.REFUSED, rests_on=ground, facts=(*facts, reason))
    raise DeniedError(
        "expected room for another count of people, found the budget of counts and statistics about them used up",
        step=9,
        needed=f"a count somebody made before, which stays free; or {day_of(back, engine.zone)}, from when on there is room again",
        entry_id=entry_id,
        reason="counts-spent",
        rests_on=ground,
    )


async def _noisy(engine: Engine, asked: Asked, tally: Tally) -> bytes:
    """Return the noisy figures; the true counts end with this call."""
    spread = narrowing(engine.policy.policy).spread(asked.squared_sensitivity)
    counted = await tally()
    return json.dumps({one: counted.get(one, 0) + draw_gaussian(spread, random_bits) for one in asked.cells}).encode()


async def _row(engine: Engine, asked: Asked) -> sql.HeadCountNewest | None:
    since = engine.clock.now() - limits.HEAD_COUNT_SECONDS
    return await engine.data.one(sql.HeadCountNewest, question=_key(engine, asked), since=since)


def _shown(engine: Engine, asked: Asked, row: sql.HeadCountNewest) -> Answer:
    rules: Narrowing = narrowing(engine.policy.policy)
    noisy = json.loads(open_installation_record(engine, KIND, row.count_id, row.sealed))
    figures = {cell: rules.shown(noisy[cell]) for cell in asked.cells}
    return Answer(figures, rules.fewer_than, rules.margin(asked.squared_sensitivity), row.asked_at)


def _key(engine: Engine, asked: Asked) -> str:
    """Return the question as D names it: with its cells and its sensitivity, since they decide the noise."""
    text = "\n".join((asked.question, str(asked.squared_sensitivity), *asked.cells))
    return engine.token_hash(KIND, text.encode()).hex()
