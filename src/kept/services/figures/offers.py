"""What the statistics desk may ask today: each data set with its build, what is left of its budget, and what a question costs."""

from __future__ import annotations

from dataclasses import dataclass

from kept.errors import InputError
from kept.services.engine.engine import Engine
from kept.services.figures import projections, queries
from kept.services.figures.data_sets import RIGHT, all_data_sets
from kept.services.staff.sessions import StaffSession
from kept.statistics.budget import Precision, price
from kept.statistics.data_set import DataSet
from kept.statistics.figures import margin_before
from kept.statistics.question import Question


@dataclass(frozen=True, slots=True)
class Offer:
    """One data set as the desk offers it.

    Args:
        data_set: Declared; with the options of its build where there is one.
        built: The build; None when there is none that can be asked.
        left: What is left of this period's budget, a share from 0 to 1.
        year: The same of the twelve months.
        period_ends: When the period ends, unix seconds.
        prices: By precision: share of the period's budget it costs, margin of an undivided figure, and when there is room
            for it, unix seconds; 0 for now.
        may_ask: Whether this member of staff may ask it.
    """

    data_set: DataSet
    built: projections.Build | None
    left: float
    year: float
    period_ends: float
    prices: tuple[tuple[str, float, int, float], ...]
    may_ask: bool


async def offers_to(engine: Engine, session: StaffSession) -> list[Offer]:
    """Return every declared data set, as it is offered to a member of staff."""
    return [await _offer(engine, session, one) for one in all_data_sets(engine).values()]


async def _offer(engine: Engine, session: StaffSession, data_set: DataSet) -> Offer:
    try:
        built = await projections.usable_build(engine, data_set)
    except InputError:
        built = None
    room = await queries.budget_left(engine, data_set)
    budget = data_set.budget
    whole = Question(data_set, ())
    prices = []
    for one in Precision:
        cost = price(budget, one)
        fits = 0.0 if cost <= room.left else await queries.room_from(engine, data_set, one)
        margin = margin_before(whole.squared_sensitivity, cost)
        prices.append((one.value, cost / budget.micro_rho, margin, fits))
    return Offer(
        built.data_set if built else data_set,
        built,
        max(0, room.period) / budget.micro_rho,
        max(0, room.year) / budget.micro_rho_year,
        room.period_ends,
        tuple(prices),
        session.may(engine, RIGHT) and any(session.acts_for(engine, one) for one in data_set.purposes),
    )
