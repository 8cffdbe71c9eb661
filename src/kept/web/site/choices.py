"""Choices about the use of one's own data: a yes or a no, a stop."""

from __future__ import annotations

from starlette.responses import Response

from kept.policy.words import Exit
from kept.services.gate.own_session import Own
from kept.services.my_data import choices
from kept.web.exchange import Exchange
from kept.web.needs import CUSTOMER
from kept.web.routes import page


async def _choose(exchange: Exchange[Own]) -> Response:
    """A yes or a no."""
    form = await exchange.form("purpose", "exit", "allow")
    way_out = Exit(form["exit"]) if form["exit"] in set(Exit) else None
    await choices.choose(exchange.engine, exchange.session, form["purpose"], way_out, allow=form["allow"] == "yes")
    return exchange.go("/my-data#choices")


async def _stop(exchange: Exchange[Own]) -> Response:
    """Stop a use, or resume it."""
    form = await exchange.form("purpose", "stop")
    await choices.stop_use(exchange.engine, exchange.session, form["purpose"], stop=form["stop"] == "yes")
    return exchange.go("/my-data#choices")


PAGES = (page("/my-data/choice", post=CUSTOMER(_choose)), page("/my-data/stop", post=CUSTOMER(_stop)))
