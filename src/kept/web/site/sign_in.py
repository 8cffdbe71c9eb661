"""Signing in to an account, by each of its ways, and out of it; how often one may try."""

from __future__ import annotations

import ipaddress
from typing import Any

from starlette.responses import JSONResponse, Response

from kept import limits
from kept.errors import KeptError, SignInError
from kept.services.accounts import accounts, devices, passkeys, remember_me
from kept.services.gate.own_session import Own
from kept.web.exchange import Exchange
from kept.web.jar import drop_cookie, drop_session, put_choices, put_cookie, set_session
from kept.web.needs import ANYBODY
from kept.web.routes import Menu, page

SIGN_IN_TRIES = limits.SIGN_IN_TRIES
"""For one account from one device, or from one address; three times as many from one address for all accounts."""
ACCOUNT_TRIES = limits.ACCOUNT_TRIES
"""For one account from all addresses together: who has many of them is stopped as well."""
SIGN_IN_WINDOW_SECONDS = limits.SIGN_IN_WINDOW_SECONDS

Anybody = Exchange[Own | None]


async def _how(exchange: Anybody) -> Response:
    """How to sign in."""
    return _page(exchange)


async def _with_password(exchange: Anybody) -> Response:
    """Sign in with login name and password."""
    engine = exchange.engine
    form = await exchange.form("login_name", "password", "remember")
    account = form["login_name"]
    await _count(exchange, account)
    try:
        person_id = await accounts.sign_in_with_password(engine, account, form["password"])
        token = await accounts.start_session(engine, person_id)
    except KeptError as error:
        return _page(exchange, error)
    answer = set_session(exchange.go("/my-data"), token)
    await _know_device(exchange, answer, person_id, account)
    if form["remember"] == "yes":  # ticked by them, beside what it means: that is the yes
        put_choices(exchange, answer, exchange.jar.allowed | {remember_me.PURPOSE})
        put_cookie(exchange, answer, remember_me.COOKIE, await remember_me.remember(engine, person_id))
    return answer


async def _remembered(exchange: Anybody) -> Response:
    """Sign in with a remembered device: one press instead of a password."""
    await exchange.form()
    await _count_address(exchange)
    jar = exchange.jar
    sent = jar.value(remember_me.COOKIE, purpose=remember_me.PURPOSE) if jar.has(remember_me.COOKIE) else ""
    try:
        token, following = await remember_me.sign_in_remembered(exchange.engine, sent)
    except SignInError as error:
        return drop_cookie(_page(exchange, error), remember_me.COOKIE)
    answer = set_session(exchange.go("/my-data"), token)
    return put_cookie(exchange, answer, remember_me.COOKIE, following) if following else answer


async def _with_code(exchange: Anybody) -> Response:
    """Sign in with a recovery code and set a new password."""
    form = await exchange.form("login_name", "code", "password")
    account = form["login_name"]
    await _count(exchange, account)
    try:
        person_id = await accounts.sign_in_with_recovery_code(exchange.engine, account, form["code"], form["password"])
        token = await accounts.start_session(exchange.engine, person_id)
    except KeptError as error:
        return _page(exchange, error)
    answer = set_session(exchange.go("/my-data"), token)
    await _know_device(exchange, answer, person_id, account)
    return answer


async def _passkey_begin(exchange: Anybody) -> Response:
    """Options for signing in with a passkey."""
    return JSONResponse(passkeys.begin_sign_in(exchange.engine, host_of(exchange)))


async def _passkey(exchange: Anybody) -> Response:
    """A passkey's answer."""
    form = await exchange.form("credential", "token")
    await _count_address(exchange)
    person_id = await passkeys.finish_sign_in(
        exchange.engine, form["credential"], form["token"], rp_id=host_of(exchange), origin=origin_of(exchange)
    )
    answer = set_session(
        JSONResponse({"go": f"/{exchange.language}/my-data"}), await accounts.start_session(exchange.engine, person_id)
    )
    await _know_device(exchange, answer, person_id, person_id.hex())
    return answer


async def _sign_out(exchange: Anybody) -> Response:
    """Sign out here, or everywhere."""
    form = await exchange.form("everywhere")
    if exchange.session is not None:
        await accounts.end_session(exchange.engine, exchange.session, everywhere=form["everywhere"] == "yes")
    answer = drop_session(exchange.go(""))
    await forget_cookie(exchange, answer)  # who signs out does not want to be remembered here
    return answer


async def forget_cookie(exchange: Exchange[Any], answer: Response) -> None:
    """Forget the device whose mark this browser sends, and take the mark away."""
    jar = exchange.jar
    if jar.has(remember_me.COOKIE):
        await remember_me.forget_cookie(exchange.engine, jar.value(remember_me.COOKIE, purpose=remember_me.PURPOSE))
        drop_cookie(answer, remember_me.COOKIE)


def _page(exchange: Anybody, error: KeptError | None = None) -> Response:
    remembered = error is None and exchange.jar.has(remember_me.COOKIE)
    return exchange.page("sign_in.html", 401 if error else 200, error=error, remembered=remembered)


async def _know_device(exchange: Anybody, answer: Response, person_id: bytes, account: str) -> None:
    """Give a device that signed in its mark; one not seen before stands on my data."""
    if not _device(exchange, account):
        await devices.note_new_device(exchange.engine, person_id)
        put_cookie(exchange, answer, devices.COOKIE, devices.new_device(exchange.engine, account))


def _device(exchange: Anybody, account: str) -> str:
    jar = exchange.jar
    sent = jar.value(devices.COOKIE, purpose=devices.PURPOSE) if jar.has(devices.COOKIE) else ""
    return devices.known_device(exchange.engine, sent, account)


def host_of(exchange: Exchange[Any]) -> str:
    """Return the host name asked, which a passkey is bound to."""
    return exchange.request.url.hostname or ""


def origin_of(exchange: Exchange[Any]) -> str:
    """Return the origin asked, which a passkey's answer names."""
    return f"{exchange.request.url.scheme}://{exchange.request.url.netloc}"


def address_of(exchange: Exchange[Any]) -> str:
    """Return what attempts are counted under: the address, or the network of 64 bits one customer has of IPv6."""
    said = exchange.request.client.host if exchange.request.client else ""
    try:
        found = ipaddress.ip_address(said.partition("%")[0])
    except ValueError:
        return said
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))


async def _count_address(exchange: Anybody) -> None:
    await exchange.web.limits.count(
        "sign-in", address_of(exchange), most=SIGN_IN_TRIES * 3, seconds=SIGN_IN_WINDOW_SECONDS
    )


async def _count(exchange: Anybody, account: str) -> None:
    limits = exchange.web.limits
    await _count_address(exchange)
    device, name = _device(exchange, account), account.strip().lower()
    if device:  # counted apart: a stranger who guesses does not lock the owner out
        await limits.count("sign-in-device", device, most=SIGN_IN_TRIES, seconds=SIGN_IN_WINDOW_SECONDS)
        return
    here = f"{name}\n{address_of(exchange)}"  # nor does one who guesses elsewhere, on a device not seen before
    await limits.count("sign-in-here", here, most=SIGN_IN_TRIES, seconds=SIGN_IN_WINDOW_SECONDS)
    await limits.count("sign-in-account", name, most=ACCOUNT_TRIES, seconds=SIGN_IN_WINDOW_SECONDS)


PAGES = (
    page("/sign-in", get=ANYBODY(_how), post=ANYBODY(_with_password), menu=Menu("Sign in", strangers=True)),
    page("/sign-in/remembered", post=ANYBODY(_remembered)),
    page("/sign-in/recovery", post=ANYBODY(_with_code)),
    page("/sign-in/passkey/begin", post=ANYBODY(_passkey_begin)),
    page("/sign-in/passkey", post=ANYBODY(_passkey)),
    page("/sign-out", post=ANYBODY(_sign_out)),
)
