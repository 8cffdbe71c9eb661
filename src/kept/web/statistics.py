"""Statistics: on the console data sets, questions, answers, release and export; on the site what is released."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kept.errors import InputError, KeptError
from kept.services.figures import exports, projections, queries, releases
from kept.services.figures.data_sets import RIGHT, all_data_sets
from kept.services.staff.approvals import approved_by
from kept.services.staff.sessions import StaffSession
from kept.statistics.budget import Precision, price
from kept.statistics.data_set import MICRO, DataSet
from kept.statistics.figures import Cell, Figures, cells_of, margin_before, margins_of, total_of
from kept.statistics.question import Question
from kept.statistics.sheet import question_text
from kept.statistics.table import labels_of
from kept.web.answers import Web, form_of, go, language_of, page

ROWS_SHOWN = 300
BARS_SHOWN = 60


def console_routes() -> list[Route]:
    """Return the routes of the console, under both languages."""
    return [
        Route(f"/{language}{path}", act, methods=[method])
        for language in ("en", "ja")
        for path, act, method in (
            ("/statistics", desk, "GET"),
            ("/statistics", ask, "POST"),
            ("/statistics/build", build, "POST"),
            ("/statistics/{statistic}", answer, "GET"),
            ("/statistics/{statistic}", step, "POST"),
        )
    ]


def site_routes() -> list[Route]:
    """Return the routes of the site, under both languages."""
    return [
        Route(f"/{language}{path}", act, methods=["GET"])
        for language in ("en", "ja")
        for path, act in (("/statistics", public), ("/statistics/{number}", public_one))
    ]


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


def may_look(web: Web, session: StaffSession) -> bool:
    """Whether a member of staff sees the statistics desk: who may ask, and who approves."""
    return session.may(web.engine, RIGHT) or session.may(web.engine, "approve")


async def desk(request: Request) -> Response:
    """Data sets with what is left of their budgets, the question form, every question."""
    session: StaffSession | None = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    return await _desk(request, session, None, {}, 200)


async def ask(request: Request) -> Response:
    """Ask a question."""
    web: Web = request.app.state.web
    session: StaffSession | None = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("data_set", "precision"), several=("by",))
    try:
        if form.get("precision") not in set(Precision):
            raise InputError("expected a precision of the list, found another", reason="precision-unknown")
        statistic = await queries.ask(
            web.engine,
            session,
            form.get("data_set", ""),
            tuple(one for one in form.get("by", "").split("\n") if one),
            Precision(form["precision"]),
        )
    except KeptError as error:
        if error.reason in {"right", "statistics-purpose"}:
            raise
        return await _desk(request, session, error, form, 403 if error.reason == "budget-spent" else 422)
    return go(request, f"/statistics/{statistic}")


async def build(request: Request) -> Response:
    """Build a data set anew."""
    web: Web = request.app.state.web
    session: StaffSession | None = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("data_set",))
    await projections.build(web.engine, session, form.get("data_set", ""))
    return go(request, "/statistics")


async def answer(request: Request) -> Response:
    """One answer: table, chart, sheet, and its release."""
    web: Web = request.app.state.web
    session: StaffSession | None = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    _require_look(web, session)
    found = await queries.statistic_of(web.engine, request.path_params["statistic"])
    return page(
        request,
        "statistic.html",
        one=found,
        approver=await approved_by(web.engine, found.approval_id) if found.approval_id else "",
        may_ask=session.may(web.engine, RIGHT),
        may_approve=session.may(web.engine, "approve"),
        session=session,
        recipients=exports.recipients(web.engine),
        **_shown(web, found, language_of(request)),
    )


async def step(request: Request) -> Response:
    """Ask for the release, approve it, go on, or export."""
    web: Web = request.app.state.web
    session: StaffSession | None = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("step", "form", "recipient"))
    statistic = request.path_params["statistic"]
    match form.get("step"):
        case "ask":
            await releases.ask_release(web.engine, session, statistic)
        case "approve":
            await releases.approve_and_release(web.engine, session, statistic)
        case "go-on":
            await releases.release(web.engine, session, statistic)
        case "export":
            kind = form.get("form", "")
            content = await exports.export(
                web.engine, session, statistic, kind, form.get("recipient", ""), language_of(request)
            )
            return Response(
                content,
                media_type="application/json" if kind == "json" else "text/csv; charset=utf-8",
                headers={"content-disposition": f'attachment; filename="statistics.{kind}"'},
            )
        case _:
            raise InputError("expected a step of a release, found another", reason="step-unknown")
    return go(request, f"/statistics/{statistic}")


async def public(request: Request) -> Response:
    """What is released, for everybody."""
    web: Web = request.app.state.web
    made = await releases.released(web.engine)
    language = language_of(request)
    return page(
        request,
        "statistics_public.html",
        made=[(one, question_text(one.figures, language)) for one in made if one.figures is not None],
    )


async def public_one(request: Request) -> Response:
    """One release, with its sheet."""
    web: Web = request.app.state.web
    try:
        found = await releases.released_one(web.engine, request.path_params["number"])
    except InputError:
        return page(request, "missing.html", 404)
    return page(request, "statistic_public.html", one=found, **_shown(web, found, language_of(request)))


async def _desk(
    request: Request, session: StaffSession, error: KeptError | None, typed: dict[str, str], status: int
) -> Response:
    web: Web = request.app.state.web
    _require_look(web, session)
    language = language_of(request)
    made = await queries.all_statistics(web.engine)
    declared = all_data_sets(web.engine)
    return page(
        request,
        "statistics.html",
        status,
        offers=[await _offer(web, session, one) for one in declared.values()],
        made=[
            (one, question_text(one.figures, language) if one.figures else ", ".join(one.dimensions)) for one in made
        ],
        micro=MICRO,
        typed=typed,
        error=error,
    )


async def _offer(web: Web, session: StaffSession, data_set: DataSet) -> Offer:
    engine = web.engine
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


def _shown(web: Web, found: queries.Statistic, language: str) -> dict[str, Any]:
    """Return what the table, the chart and the sheet are made of."""
    figures = found.figures
    if figures is None:
        return {"question": ", ".join(found.dimensions)}
    cells = list(cells_of(figures))
    bars = cells if len(figures.axes) < 2 else margins_of(figures, 0)  # noqa: PLR2004 -- a cross-tab has two or more
    totals = [
        (axis.titles.get(language, axis.dimension), _labelled(figures, margins_of(figures, place), language))
        for place, axis in enumerate(figures.axes)
        if len(figures.axes) > 1 and margins_of(figures, place)
    ]
    return {
        "question": question_text(figures, language),
        "figures": figures,
        "titles": [axis.titles.get(language, axis.dimension) for axis in figures.axes],
        "rows": _labelled(figures, cells[:ROWS_SHOWN], language),
        "more": max(0, len(cells) - ROWS_SHOWN),
        "bars": _labelled(figures, bars[:BARS_SHOWN], language),
        "totals": totals,
        "total": total_of(figures),
        "sheet": exports.sheet_of(web.engine, found, language),
    }


def _labelled(figures: Figures, cells: list[Cell], language: str) -> list[tuple[tuple[str, ...], Cell]]:
    return [(labels_of(figures, one, language), one) for one in cells]


def _require_look(web: Web, session: StaffSession) -> None:
    if not may_look(web, session):
        session.require(web.engine, RIGHT)
