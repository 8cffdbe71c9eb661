"""Everything about a person, for them to take along."""

from __future__ import annotations

from starlette.responses import Response

from kept.services.gate.own_session import Own
from kept.services.my_data import portability
from kept.web.exchange import Exchange
from kept.web.needs import FRESH
from kept.web.routes import page


async def _take_along(exchange: Exchange[Own]) -> Response:
    """Everything, as a ZIP."""
    await exchange.form()
    packed = await portability.take_along(exchange.engine, exchange.session, exchange.language)
    return exchange.download(packed, "application/zip", "my-data.zip")


PAGES = (page("/my-data/take-along", post=FRESH(_take_along)),)
