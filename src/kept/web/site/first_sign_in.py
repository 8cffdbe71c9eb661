"""Signing in for the first time, by the code of the message that told what was given on paper or by phone."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from kept.errors import InputError, SignInError
from kept.services.accounts import first_sign_in
from kept.services.cases.witnessed_entry import declared
from kept.services.gate.witnessed_form import as_code, plain_code
from kept.web.answers import status_of
from kept.web.exchange import Exchange
from kept.web.routes import ANYBODY, page
from kept.web.site.joining import opened


async def _type(exchange: Exchange[Any]) -> Response:
    return exchange.page("first_sign_in.html", typed="", asked=None, unknown=False)


async def _lead(exchange: Exchange[Any]) -> Response:
    typed = (await exchange.form("code"))["code"]
    return exchange.go(f"/first-sign-in/{plain_code(typed) or '0'}")


async def _show(exchange: Exchange[Any], error: InputError | SignInError | None = None) -> Response:
    """Ask for what else was given, and for a password; looking at it changes nothing."""
    typed = exchange.path("code")
    await exchange.web.limits.count_address(exchange.network)
    asked = await first_sign_in.question_of(exchange.engine, typed)
    status = status_of(error) if error else 404 if asked is None else 200
    return exchange.page(
        "first_sign_in.html", status, typed=plain_code(typed), asked=asked, unknown=asked is None, error=error
    )


async def _sign_in(exchange: Exchange[Any]) -> Response:
    form, typed = await exchange.form("known", "password"), exchange.path("code")
    await exchange.web.limits.count_sign_in(exchange.network, as_code(typed), "")
    try:
        issued = await first_sign_in.sign_in_first(exchange.engine, typed, form["known"], form["password"])
    except (InputError, SignInError) as error:
        return await _show(exchange, error)
    return await opened(exchange, exchange.go("/account/issued"), issued)


PAGES = (
    page("/first-sign-in", get=ANYBODY(_type), post=ANYBODY(_lead), where=declared),
    page("/first-sign-in/{code}", get=ANYBODY(_show), post=ANYBODY(_sign_in), where=declared),
)
