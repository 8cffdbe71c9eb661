"""Signing in to the console with both factors, and out of it."""

from __future__ import annotations

from starlette.responses import Response

from kept import limits
from kept.errors import InputError, KeptError
from kept.services.staff import sessions
from kept.services.staff.sessions import StaffSession
from kept.web.exchange import Exchange
from kept.web.form import look_filled
from kept.web.jar import drop_session, set_session
from kept.web.routes import ANYBODY, page

Anybody = Exchange[StaffSession | None]


async def _ask(exchange: Anybody) -> Response:
    return exchange.page("staff_sign_in.html", error=None, typed="")


async def _sign_in(exchange: Anybody) -> Response:
    form = await exchange.form("login", "password", "code")
    try:
        look_filled(form, "login", "password", "code").insist()
    except InputError as error:
        return exchange.page("staff_sign_in.html", 422, error=error, typed=form["login"])
    client = exchange.request.client.host if exchange.request.client else ""
    await exchange.web.limits.count(
        "staff-sign-in", client, most=limits.STAFF_ADDRESS_TRIES, seconds=limits.SIGN_IN_WINDOW_SECONDS
    )
    await exchange.web.limits.count(
        "staff-account", form["login"], most=limits.STAFF_SIGN_IN_TRIES, seconds=limits.SIGN_IN_WINDOW_SECONDS
    )
    try:
        token = await sessions.sign_in(exchange.engine, form["login"], form["password"], form["code"])
    except KeptError as error:
        return exchange.page("staff_sign_in.html", 401, error=error, typed=form["login"])
    return set_session(exchange, exchange.go(""), token)


async def _sign_out(exchange: Anybody) -> Response:
    """Sign out; mandates end."""
    await exchange.form()
    if exchange.session is not None:
        await sessions.sign_out(exchange.engine, exchange.session)
    return drop_session(exchange, exchange.go("/sign-in"))


PAGES = (page("/sign-in", get=ANYBODY(_ask), post=ANYBODY(_sign_in)), page("/sign-out", post=ANYBODY(_sign_out)))
