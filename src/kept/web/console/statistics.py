"""The console's statistics desk: data sets with what is left of their budgets, questions, answers, release, export."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from kept.errors import DeniedError, InputError, KeptError
from kept.services.engine.engine import Engine
from kept.services.figures import exports, projections, queries, releases
from kept.services.figures.data_sets import RIGHT, all_data_sets
from kept.services.staff.approvals import approved_by
from kept.statistics.budget import Precision, price
from kept.statistics.data_set import MICRO, DataSet
from kept.statistics.figures import margin_before
from kept.statistics.question import Question
from kept.statistics.sheet import question_text
from kept.web.console.stepped import Begun, Staff, Stepped, plain
from kept.web.figures import shown_figures
from kept.web.form import Form
from kept.web.needs import either, right
from kept.web.routes import Menu, page

SEES = either(right("approve"), right(RIGHT))


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


async def _list(exchange: Staff, error: KeptError | None, form: Form, status: int) -> Response:
    engine, language = exchange.engine, exchange.language
    return exchange.page(
        "statistics.html",
        status,
        offers=[await _offer(exchange, one) for one in all_data_sets(engine).values()],
        made=[
            (one, question_text(one.figures, language) if one.figures else ", ".join(one.dimensions))
            for one in await queries.all_statistics(engine)
        ],
        micro=MICRO,
        typed=form,
        error=error,
    )


async def _ask(exchange: Staff, form: Form) -> str:
    if form["precision"] not in set(Precision):
        raise InputError("expected a precision of the list, found another", reason="precision-unknown")
    return await queries.ask(
        exchange.engine, exchange.session, form["data_set"], form.lines("by"), Precision(form["precision"])
    )


async def _build(exchange: Staff) -> Response:
    """Build a data set anew."""
    form = await exchange.form("data_set")
    await projections.build(exchange.engine, exchange.session, form["data_set"])
    return exchange.go("/statistics")


async def _one(exchange: Staff, statistic: str) -> Response:
    engine = exchange.engine
    found = await queries.statistic_of(engine, statistic)
    return exchange.page(
        "statistic.html",
        one=found,
        approver=await approved_by(engine, found.approval_id) if found.approval_id else "",
        may_ask=exchange.may(RIGHT),
        may_approve=exchange.may("approve"),
        session=exchange.session,
        recipients=exports.recipients(engine),
        **shown_figures(engine, found, exchange.language),
    )


async def _export(exchange: Staff, statistic: str, form: Form) -> Response:
    kind = form["form"]
    content = await exports.export(
        exchange.engine, exchange.session, statistic, kind, form["recipient"], exchange.language
    )
    return exchange.download(
        content, "application/json" if kind == "json" else "text/csv; charset=utf-8", f"statistics.{kind}"
    )


async def _offer(exchange: Staff, data_set: DataSet) -> Offer:
    engine = exchange.engine
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
        exchange.may(RIGHT) and any(exchange.acts_for(one) for one in data_set.purposes),
    )


def _declared(engine: Engine) -> bool:
    return any(one.word == "statistics" for one in engine.policy.policy.declarations)


PAGES = (
    page("/statistics/build", post=right(RIGHT)(_build)),
    *Stepped(
        path="/statistics",
        needs=SEES,
        needs_one=SEES,
        overview=_list,
        begun=Begun(
            needs=right(RIGHT),
            fields=("data_set", "precision"),
            several=("by",),
            begin=_ask,
            refused=(InputError, DeniedError),
        ),
        one=_one,
        steps={
            "ask": plain(releases.ask_release),
            "approve": plain(releases.approve_and_release),
            "go-on": plain(releases.release),
            "export": _export,
        },
        fields=("form", "recipient"),
        menu=Menu("Statistics", where=_declared),
    ).pages(),
)
