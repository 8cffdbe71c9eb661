"""Signing in to an account, by each of its ways, and out of it; how often one may try."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response

from kept.errors import InputError, SignInError
from kept.policy.words import CookieDuty
from kept.services.accounts import accounts, devices, guesses, passkeys, recovery, remember_me
from kept.services.gate.own_session import Own
from kept.web.answers import status_of
from kept.web.exchange import Exchange
from kept.web.form import look_filled
from kept.web.jar import drop_serving, drop_session, put_choices, put_serving, set_session
from kept.web.routes import ANYBODY, SCRIPT, Menu, page

Anybody = Exchange[Own | None]
AFTER = ("/account", "/my-data/erase")
"""Pages that ask to sign in once more, and are gone on with afterwards."""


async def _how(exchange: Anybody) -> Response:
    return _page(exchange, to=exchange.request.query_params.get("to", ""))


async def _with_password(exchange: Anybody) -> Response:
    engine = exchange.engine
    form = await exchange.form("login_name", "password", "remember", "to")
    account = form["login_name"]
    try:
        look_filled(form, "login_name", "password").insist()
        await _count(exchange, account)
        person_id = await accounts.sign_in_with_password(engine, account, form["password"])
        answer = await _signed_in(exchange, exchange.go(_to(form["to"])), person_id, account)
    except (InputError, SignInError) as error:
        return await _failed(exchange, error, account, to=form["to"])
    cookie = exchange.web.cookies.serving(CookieDuty.REMEMBER)
    if cookie and form["remember"] == "yes":  # ticked by them, beside what it means: that is the yes
        put_choices(exchange, answer, exchange.jar.allowed | {cookie.purpose})
        put_serving(exchange, answer, CookieDuty.REMEMBER, await remember_me.remember(engine, person_id))
    return answer


async def _remembered(exchange: Anybody) -> Response:
    """Sign in with a remembered device: one press instead of a password."""
    await exchange.form()
    await exchange.web.limits.count_address(exchange.network)
    sent = exchange.web.cookies.sent(exchange.jar, CookieDuty.REMEMBER)
    browser = exchange.web.cookies.sent(exchange.jar, CookieDuty.DEVICE) or exchange.network
    try:
        token, following = await remember_me.sign_in_remembered(exchange.engine, sent, browser)
    except SignInError as error:
        return drop_serving(exchange, _page(exchange, error), CookieDuty.REMEMBER)
    answer = await set_session(exchange, exchange.go("/my-data"), token)
    if own := await accounts.session_of(exchange.engine, token):
        await _look(exchange, own.person_id, own.person_id.hex(), own.person_id.hex())
    return put_serving(exchange, answer, CookieDuty.REMEMBER, following) if following else answer


async def _with_code(exchange: Anybody) -> Response:
    """Sign in with a recovery code, and set a new password or go on to add a passkey."""
    form = await exchange.form("login_name", "code", "password")
    account = form["login_name"]
    try:
        wrong = look_filled(form, "login_name", "code")
        if form["password"]:  # empty, it adds a passkey instead
            with wrong.of("password"):
                exchange.engine.passwords.fit(form["password"], account)
        wrong.insist()
        await _count(exchange, account)
        person_id = await recovery.sign_in_with_recovery_code(exchange.engine, account, form["code"], form["password"])
        return await _signed_in(exchange, exchange.go("/account"), person_id, account)
    except (InputError, SignInError) as error:
        return await _failed(exchange, error, account, recovering=True)


async def _passkey_begin(exchange: Anybody) -> Response:
    return JSONResponse(passkeys.begin_sign_in(exchange.engine, host_of(exchange)))


async def _passkey(exchange: Anybody) -> Response:
    form = await exchange.form("credential", "token", "to")
    engine = exchange.engine
    await exchange.web.limits.count_address(exchange.network)
    try:
        person_id = await passkeys.finish_sign_in(
            engine, form["credential"], form["token"], rp_id=host_of(exchange), origin=origin_of(exchange)
        )
    except SignInError:
        name, account = await passkeys.account_of(engine, form["credential"])
        if name:
            await _note(exchange, name, account)
        raise
    go = JSONResponse({"go": exchange.at(_to(form["to"]))})
    return await _signed_in(exchange, go, person_id, person_id.hex())


async def _sign_out(exchange: Anybody) -> Response:
    """Sign out here, or everywhere."""
    form = await exchange.form("everywhere")
    if exchange.session is not None:
        await accounts.end_session(exchange.engine, exchange.session, everywhere=form["everywhere"] == "yes")
    answer = drop_session(exchange, exchange.go(""))
    await forget_cookie(exchange, answer)  # who signs out does not want to be remembered here
    return answer


async def forget_cookie(exchange: Exchange[Any], answer: Response) -> None:
    """Forget the device whose mark this browser sends, and take the mark away."""
    if sent := exchange.web.cookies.sent(exchange.jar, CookieDuty.REMEMBER):
        await remember_me.forget_cookie(exchange.engine, sent)
        drop_serving(exchange, answer, CookieDuty.REMEMBER)


def _to(page: str) -> str:
    """Return where to go after signing in: where something asked for it, or else my data."""
    return next((one for one in AFTER if page == one or page.startswith(f"{one}/")), "/my-data")


def _page(
    exchange: Anybody,
    error: InputError | SignInError | None = None,
    typed: str = "",
    *,
    to: str = "",
    recovering: bool = False,
) -> Response:
    cookie = exchange.web.cookies.serving(CookieDuty.REMEMBER)
    remembered = error is None and cookie is not None and exchange.jar.has(cookie.name)
    return exchange.page(
        "sign_in.html",
        status_of(error) if error else 200,
        error=error,
        remember=cookie,
        remembered=remembered,
        to=_to(to),
        typed=typed,
        recovering=recovering,
        session_cookie=exchange.web.cookies.serving(CookieDuty.SESSION),
        device=exchange.web.cookies.serving(CookieDuty.DEVICE),
    )


async def _signed_in(exchange: Anybody, answer: Response, person_id: bytes, account: str) -> Response:
    """Start a session, and give the device a fresh mark; a device not seen before stands on my data."""
    await set_session(exchange, answer, await accounts.start_session(exchange.engine, person_id))
    known, mark = _device(exchange, account), devices.new_device(exchange.engine, account)
    await _look(exchange, person_id, known, devices.known_device(exchange.engine, mark, account))
    if not known:
        await devices.note_new_device(exchange.engine, person_id)
    return put_serving(exchange, answer, CookieDuty.DEVICE, mark)


async def _failed(
    exchange: Anybody, error: InputError | SignInError, account: str, *, to: str = "", recovering: bool = False
) -> Response:
    """Say that it failed; a try with what is not right is written down for the account's owner."""
    if isinstance(error, SignInError):
        await _note(exchange, account, account)
    return _page(exchange, error, account, to=to, recovering=recovering)


async def _note(exchange: Anybody, name: str, account: str) -> None:
    """Write a failed try down for whoever signs in by *name*; *account* is what their devices are known by."""
    known, networks = bool(_device(exchange, account)), exchange.web.limits.networks
    await guesses.note_failed(exchange.engine, networks, name, exchange.network, known=known)


async def _look(exchange: Anybody, person_id: bytes, came: str, goes: str) -> None:
    networks = exchange.web.limits.networks
    await guesses.note_signed_in(exchange.engine, networks, person_id, exchange.network, came=came, goes=goes)


def _device(exchange: Anybody, account: str) -> str:
    sent = exchange.web.cookies.sent(exchange.jar, CookieDuty.DEVICE)
    return devices.known_device(exchange.engine, sent, account)


def host_of(exchange: Exchange[Any]) -> str:
    """Return the declared host name that was asked, which a passkey is bound to."""
    return str(exchange.request.state.host)


def origin_of(exchange: Exchange[Any]) -> str:
    """Return the origin of the customers' site, which a passkey's answer names: as configured, never as a header says.

    Where the address of the site names the host that was asked, it is that address's, with its port. Another declared host is
    asked over https; one of this machine alone as the server listens.
    """
    host, site = host_of(exchange), urlsplit(exchange.web.addresses.get("site", ""))
    if site.hostname == host:
        return f"{site.scheme}://{site.netloc.lower()}"
    if host in {"localhost", "127.0.0.1", "::1"} or host.endswith(".localhost"):
        _, port = exchange.request.scope.get("server") or ("", None)
        name = f"[{host}]" if ":" in host else host
        return f"{exchange.request.scope['scheme']}://{name}" + (f":{port}" if port not in {None, 80, 443} else "")
    return f"https://{host}"


async def _count(exchange: Anybody, account: str) -> None:
    device = _device(exchange, account)
    await exchange.web.limits.count_sign_in(exchange.network, account, device)


PAGES = (
    page("/sign-in", get=ANYBODY(_how), post=ANYBODY(_with_password), menu=Menu("Sign in", strangers=True)),
    page("/sign-in/remembered", post=ANYBODY(_remembered)),
    page("/sign-in/recovery", post=ANYBODY(_with_code)),
    page("/sign-in/passkey/begin", post=ANYBODY(_passkey_begin), shows=SCRIPT),
    page("/sign-in/passkey", post=ANYBODY(_passkey), shows=SCRIPT),
    page("/sign-out", post=ANYBODY(_sign_out)),
)
