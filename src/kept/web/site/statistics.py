"""Released statistics, for everybody: what is released, and each with its sheet."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from kept.errors import InputError
from kept.services.figures import releases
from kept.statistics.sheet import question_text
from kept.web.exchange import Exchange
from kept.web.figures import declared, shown_figures
from kept.web.routes import ANYBODY, page


async def _released(exchange: Exchange[Any]) -> Response:
    language = exchange.language
    return exchange.page(
        "statistics_public.html",
        made=[
            (one, question_text(one.figures, language))
            for one in await releases.released(exchange.engine)
            if one.figures is not None
        ],
    )


async def _one(exchange: Exchange[Any]) -> Response:
    try:
        found = await releases.released_one(exchange.engine, exchange.path("number"))
    except InputError:
        return exchange.missing()
    return exchange.page("statistic_public.html", one=found, **shown_figures(exchange.engine, found, exchange.language))


PAGES = (
    page("/statistics", get=ANYBODY(_released), where=declared),
    page("/statistics/{number}", get=ANYBODY(_one), where=declared),
)
