"""Signing in to the console with both factors, and out of it."""

from __future__ import annotations

from starlette.responses import Response

from kept.errors import InputError, KeptError, SignInError
from kept.policy.words import CookieDuty
from kept.services.accounts.devices import account_of_staff, known_device, new_device
from kept.services.accounts.guesses import note_failed, note_staff_signed_in
from kept.services.accounts.rate_limits import STAFF
from kept.services.staff import sessions
from kept.services.staff.sessions import StaffSession
from kept.web.exchange import Exchange
from kept.web.form import look_filled
from kept.web.jar import drop_session, put_serving, set_session
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
    account, address = account_of_staff(form["login"]), exchange.network
    device = known_device(exchange.engine, exchange.web.cookies.sent(exchange.jar, CookieDuty.DEVICE), account)
    await exchange.web.limits.count_sign_in(address, form["login"], device, STAFF)
    networks = exchange.web.limits.networks
    try:
        token = await sessions.sign_in(exchange.engine, form["login"], form["password"], form["code"])
    except KeptError as error:
        if isinstance(error, SignInError):
            await note_failed(exchange.engine, networks, account, address, known=bool(device))
        return exchange.page("staff_sign_in.html", 401, error=error, typed=form["login"])
    mark = new_device(exchange.engine, account)
    given = known_device(exchange.engine, mark, account)
    await note_staff_signed_in(exchange.engine, networks, account, address, came=device, goes=given)
    return put_serving(exchange, await set_session(exchange, exchange.go(""), token), CookieDuty.DEVICE, mark)


async def _sign_out(exchange: Anybody) -> Response:
    """Sign out; mandates end."""
    await exchange.form()
    if exchange.session is not None:
        await sessions.sign_out(exchange.engine, exchange.session)
    return drop_session(exchange, exchange.go("/sign-in"))


PAGES = (page("/sign-in", get=ANYBODY(_ask), post=ANYBODY(_sign_in)), page("/sign-out", post=ANYBODY(_sign_out)))
