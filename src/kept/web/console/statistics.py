"""The console's statistics desk: data sets with what is left of their budgets, questions, answers, release, export."""

from __future__ import annotations

from starlette.responses import Response

from kept.errors import DeniedError, InputError, KeptError
from kept.services.figures import exports, projections, queries, releases
from kept.services.figures.data_sets import RIGHT
from kept.services.figures.offers import offers_to
from kept.services.staff.approvals import approved_by
from kept.services.upkeep.approvals import marks
from kept.statistics.budget import Precision
from kept.statistics.sheet import question_text
from kept.web.console.stepped import Begun, Staff, Stepped, approving, plain
from kept.web.figures import declared, shown_figures
from kept.web.form import Form
from kept.web.routes import FILE, Menu, either, page, right

SEES = either(right("approve"), right(RIGHT))


async def _list(exchange: Staff, error: KeptError | None, form: Form, status: int) -> Response:
    engine, language = exchange.engine, exchange.language
    offers = await offers_to(engine, exchange.session)
    return exchange.page(
        "statistics.html",
        status,
        offers=offers,
        budgets={one.data_set.id: one.data_set.budget.micro_rho for one in offers},
        made=[
            (one, question_text(one.figures, language) if one.figures else ", ".join(one.dimensions))
            for one in await queries.all_statistics(engine)
        ],
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
    form = await exchange.form("data_set")
    await projections.build(exchange.engine, exchange.session, form["data_set"])
    return exchange.go("/statistics")


async def _one(exchange: Staff, statistic: str) -> Response:
    engine = exchange.engine
    found = await queries.statistic_of(engine, statistic)
    return exchange.page(
        "statistic.html",
        one=found,
        seen=await marks(engine, exchange.session),
        approver=await approved_by(engine, found.approval_id) if found.approval_id else "",
        may_ask=exchange.may(RIGHT),
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


PAGES = (
    page("/statistics/build", post=right(RIGHT)(_build), where=declared),
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
            "approve": approving(releases.RELEASE),
            "export": _export,
        },
        fields=("form", "recipient"),
        menu=Menu("Statistics"),
        shows={"export": FILE},
        where=declared,
    ).pages(),
)
