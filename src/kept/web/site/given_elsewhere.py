"""What staff entered as given on paper or by phone: one's own list of it, and taking it back, with or without an account."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from kept.services.cases.witnessing import declared
from kept.services.gate.own_session import Own
from kept.services.my_data import disowning
from kept.web.exchange import Exchange
from kept.web.routes import ANYBODY, CUSTOMER, page


async def _list(exchange: Exchange[Own]) -> Response:
    return exchange.page(
        "given_elsewhere.html", made=await disowning.given_elsewhere(exchange.engine, exchange.session)
    )


async def _disown(exchange: Exchange[Own]) -> Response:
    form = await exchange.form("form")
    await disowning.disown(exchange.engine, exchange.session, form["form"])
    return exchange.go("/my-data/given-elsewhere")


async def _type(exchange: Exchange[Any]) -> Response:
    """Ask for the code of a message."""
    return exchange.page("not_me.html", one=None, typed="", done=False, wrong=False)


async def _show(exchange: Exchange[Any]) -> Response:
    """Show what a code takes back, and take it back once that is pressed; whoever holds the message may."""
    form = await exchange.form("code", "sure")
    if form["sure"] == "yes":
        done = await disowning.disown_by_code(exchange.engine, form["code"])
        return exchange.page("not_me.html", 200 if done else 404, one=None, typed="", done=done, wrong=not done)
    found = await disowning.form_by_code(exchange.engine, form["code"])
    return exchange.page(
        "not_me.html", 200 if found else 404, one=found, typed=form["code"], done=False, wrong=found is None
    )


PAGES = (
    page("/my-data/given-elsewhere", get=CUSTOMER(_list), post=CUSTOMER(_disown), where=declared),
    page("/not-me", get=ANYBODY(_type), post=ANYBODY(_show), where=declared),
)
