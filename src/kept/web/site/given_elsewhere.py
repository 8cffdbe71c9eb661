"""What staff entered as given on paper or by phone: one's own list of it, and taking it back, with or without an account."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from kept.services.cases.witnessed_entry import declared
from kept.services.gate.own_session import Own
from kept.services.gate.witnessed_form import as_code, form_by_code
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


async def _lead(exchange: Exchange[Any]) -> Response:
    """Lead to what a code is about."""
    typed = (await exchange.form("code"))["code"]
    return exchange.go(f"/not-me/{as_code(typed) or '0'}")


async def _show(exchange: Exchange[Any]) -> Response:
    """Show what a code takes back, to whoever holds the message; looking at it, as mail scanners do, changes nothing."""
    engine, typed = exchange.engine, exchange.path("code")
    found, done = await form_by_code(engine, typed), await disowning.is_taken_back(engine, typed)
    wrong = found is None and not done
    return exchange.page("not_me.html", 404 if wrong else 200, one=found, typed=as_code(typed), done=done, wrong=wrong)


async def _take_back(exchange: Exchange[Any]) -> Response:
    await exchange.form()
    await disowning.disown_by_code(exchange.engine, exchange.path("code"))
    return exchange.go(f"/not-me/{as_code(exchange.path('code')) or '0'}")


PAGES = (
    page("/my-data/given-elsewhere", get=CUSTOMER(_list), post=CUSTOMER(_disown), where=declared),
    page("/not-me", get=ANYBODY(_type), post=ANYBODY(_lead), where=declared),
    page("/not-me/{code}", get=ANYBODY(_show), post=ANYBODY(_take_back), where=declared),
)
