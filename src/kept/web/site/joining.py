"""Joining: an account with a passkey, or with an issued login name and a password; not one personal item is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from kept import limits
from kept.errors import SubmissionError
from kept.services.accounts import accounts, passkeys
from kept.web.exchange import Exchange
from kept.web.jar import count_visit, set_session
from kept.web.routes import ANYBODY, Menu, page
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
    token = await accounts.start_session(engine, issued.person_id)
    joined = replace(exchange, session=await accounts.session_of(engine, token))
    return set_session(exchange, joined.page("issued.html", issued=issued), token)


async def _passkey_begin(exchange: Exchange[Any]) -> Response:
    await _count(exchange)
    return JSONResponse(passkeys.begin_join(exchange.engine, host_of(exchange), exchange.web.brand))


async def _passkey(exchange: Exchange[Any]) -> Response:
    form = await exchange.form("credential", "token")
    person_id = await passkeys.finish_join(
        exchange.engine,
        form["credential"],
        form["token"],
        rp_id=host_of(exchange),
        origin=origin_of(exchange),
        language=exchange.language,
    )
    next_page = "/registration" if exchange.offers("/registration") else "/my-data"
    return set_session(
        exchange,
        JSONResponse({"go": exchange.at(next_page)}),
        await accounts.start_session(exchange.engine, person_id),
    )


async def _count(exchange: Exchange[Any]) -> None:
    await exchange.web.limits.count(
        "join", exchange.network, most=limits.ACCOUNTS_OPENED, seconds=limits.ACCOUNTS_OPENED_WINDOW_SECONDS
    )


PAGES = (
    page("/join", get=ANYBODY(_how), post=ANYBODY(_with_password), menu=Menu("Join", strangers=True)),
    page("/join/passkey/begin", post=ANYBODY(_passkey_begin)),
    page("/join/passkey", post=ANYBODY(_passkey)),
)
