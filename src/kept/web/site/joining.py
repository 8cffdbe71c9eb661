"""Joining: an account with a passkey, or with an issued login name and a password; not one personal item is asked for."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from kept import limits
from kept.errors import SubmissionError
from kept.services.accounts import accounts, passkeys
from kept.services.accounts.accounts import Issued
from kept.services.accounts.shown_once import Codes, show
from kept.web.exchange import Exchange
from kept.web.jar import count_visit, set_session
from kept.web.routes import ANYBODY, SCRIPT, Menu, page
from kept.web.site.sign_in import host_of, origin_of


async def _how(exchange: Exchange[Any]) -> Response:
    return count_visit(exchange, exchange.page("join.html", error=None), "join")


async def _with_password(exchange: Exchange[Any]) -> Response:
    engine = exchange.engine
    await _count(exchange)
    try:
        form = await exchange.form("password")
        issued = await accounts.join_with_password(engine, form["password"], exchange.language)
    except SubmissionError as error:
        return exchange.page("join.html", 422, error=error)
    return await opened(exchange, exchange.go("/account/issued"), issued)


async def _passkey_begin(exchange: Exchange[Any]) -> Response:
    await _count(exchange)
    return JSONResponse(passkeys.begin_join(exchange.engine, host_of(exchange), exchange.web.brand))


async def _passkey(exchange: Exchange[Any]) -> Response:
    form = await exchange.form("credential", "token")
    issued = await passkeys.finish_join(
        exchange.engine,
        form["credential"],
        form["token"],
        rp_id=host_of(exchange),
        origin=origin_of(exchange),
        language=exchange.language,
    )
    return await opened(exchange, JSONResponse({"go": exchange.at("/account/issued")}), issued)


async def opened(exchange: Exchange[Any], answer: Response, issued: Issued) -> Response:
    """Begin the first session of an account; its name and codes are shown to it, on a page that can be loaded again."""
    token = await accounts.start_session(exchange.engine, issued.person_id)
    if own := await accounts.session_of(exchange.engine, token):
        await show(exchange.engine, own, Codes(issued.login_name, issued.recovery_codes, opened=True))
    return await set_session(exchange, answer, token)


async def _count(exchange: Exchange[Any]) -> None:
    await exchange.web.limits.count(
        "join", exchange.network, most=limits.ACCOUNTS_OPENED, seconds=limits.ACCOUNTS_OPENED_WINDOW_SECONDS
    )


PAGES = (
    page("/join", get=ANYBODY(_how), post=ANYBODY(_with_password), menu=Menu("Join", strangers=True)),
    page("/join/passkey/begin", post=ANYBODY(_passkey_begin), shows=SCRIPT),
    page("/join/passkey", post=ANYBODY(_passkey), shows=SCRIPT),
)
