"""What another company says somebody agreed to: on my data they say that it is so, or that it is not."""

from __future__ import annotations

from starlette.responses import Response

from kept.services.gate.own_session import Own
from kept.services.my_data import statements
from kept.web.exchange import Exchange
from kept.web.routes import CUSTOMER, FRESH, page


async def _confirm(exchange: Exchange[Own]) -> Response:
    """It is so; the boxes ticked here become their own yes."""
    ticks = (await exchange.form(several=("tick",)))["tick"].split("\n")
    word = exchange.path("statement")
    await statements.confirm_statement(exchange.engine, exchange.session, word, [one for one in ticks if one])
    return exchange.go("/my-data#choices")


async def _refuse(exchange: Exchange[Own]) -> Response:
    """It is not so."""
    await exchange.form()
    await statements.refuse_statement(exchange.engine, exchange.session, exchange.path("statement"))
    return exchange.go("/my-data#choices")


PAGES = (
    page("/my-data/statement/{statement}", post=CUSTOMER(_confirm)),
    page("/my-data/statement/{statement}/refuse", post=FRESH(_refuse)),
)
