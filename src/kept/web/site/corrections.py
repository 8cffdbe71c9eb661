"""Correcting one value of one's own, or taking it away."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from kept.errors import SubmissionError
from kept.number import parse_number
from kept.services.gate.own_session import Own
from kept.services.my_data import corrections
from kept.services.my_data.own_data import own_data
from kept.web.exchange import Exchange
from kept.web.routes import CUSTOMER, FRESH, page


async def _form(exchange: Exchange[Own]) -> Response:
    return await _page(exchange)


async def _correct(exchange: Exchange[Own]) -> Response:
    slot = exchange.path("slot")
    form = await exchange.form("version", several=("value",))
    values = [str(one) for one in (await exchange.request.form()).getlist("value")] or [
        ""
    ]  # a line break is no second value
    version = form["version"]
    item = exchange.policy.items.get(slot.partition("#")[0])
    several = len(values) > 1 or (item is not None and item.type.about.several)
    try:
        await corrections.correct(
            exchange.engine,
            exchange.session,
            slot,
            values if several else values[0],
            expected_version=parse_number(version) or 0,
        )
    except SubmissionError as error:
        return await _page(exchange, error, values)
    return exchange.go("/my-data")


async def _remove(exchange: Exchange[Own]) -> Response:
    await exchange.form()
    await corrections.remove_value(exchange.engine, exchange.session, exchange.path("slot"))
    return exchange.go("/my-data")


async def _page(exchange: Exchange[Own], error: SubmissionError | None = None, typed: Sequence[str] = ()) -> Response:
    slot = exchange.path("slot")
    item = exchange.policy.items.get(slot.partition("#")[0])
    mine = await own_data(exchange.engine, exchange.session)
    held = next((one for one in mine.held if one.slot == slot), None)
    if item is None or held is None:
        return exchange.missing()
    return exchange.page("correct.html", 422 if error else 200, item=item, held=held, error=error, typed=typed)


PAGES = (
    page("/my-data/correct/{slot}", get=CUSTOMER(_form), post=FRESH(_correct)),
    page("/my-data/remove/{slot}", post=FRESH(_remove)),
)
