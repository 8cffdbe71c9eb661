"""One's account: how one signs in, what is remembered, which sessions are open, which programs know it; and what is shown once."""

from __future__ import annotations

import html

from starlette.responses import JSONResponse, Response

from kept.errors import InputError, SubmissionError
from kept.services.accounts import accounts, linking, passkeys, recovery, remember_me, ways_in
from kept.services.accounts.known_by import known_by
from kept.services.accounts.shown_once import Codes, LinkCode, close, show, shown
from kept.services.gate.external_ids import external_ids_of
from kept.services.gate.own_session import Own
from kept.web.exchange import Exchange
from kept.web.routes import CUSTOMER, FRESH, SCRIPT, Menu, page
from kept.web.site.sign_in import host_of, origin_of

YES = "yes"


async def _account(exchange: Exchange[Own]) -> Response:
    return await _page(exchange)


async def _page(exchange: Exchange[Own], error: InputError | None = None) -> Response:
    engine, own = exchange.engine, exchange.session
    return exchange.page(
        "account.html",
        422 if error else 200,
        error=error,
        fresh=own.fresh(exchange.now),
        asked_done=exchange.said.get("done", ""),
        known=await known_by(engine, own),
        external=await external_ids_of(engine, (await engine.people.load(own.person_id)).keys),
        linkable=await linking.linkable(engine, own),
    )


async def _set_password(exchange: Exchange[Own]) -> Response:
    form = await exchange.form("password")
    try:
        await ways_in.set_password(exchange.engine, exchange.session, form["password"])
    except SubmissionError as error:
        return await _page(exchange, error)
    return exchange.go("/account", done="password")


async def _remove_password(exchange: Exchange[Own]) -> Response:
    form = await exchange.form("knowing")
    try:
        await ways_in.remove_password(exchange.engine, exchange.session, knowing=form["knowing"] == YES)
    except InputError as error:
        return await _page(exchange, error)
    return exchange.go("/account", done="password-removed")


async def _add_begin(exchange: Exchange[Own]) -> Response:
    await exchange.form("name")
    begun = await passkeys.begin_add(exchange.engine, exchange.session, host_of(exchange), exchange.web.brand)
    return JSONResponse(begun)


async def _add(exchange: Exchange[Own]) -> Response:
    """Add the passkey a script made; it asks for the next page itself."""
    form = await exchange.form("credential", "token", "name")
    await passkeys.finish_add(
        exchange.engine,
        exchange.session,
        form["credential"],
        form["token"],
        form["name"],
        rp_id=host_of(exchange),
        origin=origin_of(exchange),
    )
    return JSONResponse({"go": exchange.at("/account#passkeys", done="passkey")})


async def _name(exchange: Exchange[Own]) -> Response:
    form = await exchange.form("passkey", "name")
    try:
        await passkeys.name_passkey(exchange.engine, exchange.session, form["passkey"], form["name"])
    except InputError as error:
        return await _page(exchange, error)
    return exchange.go("/account#passkeys")


async def _remove(exchange: Exchange[Own]) -> Response:
    form = await exchange.form("passkey", "knowing")
    try:
        await passkeys.remove_passkey(
            exchange.engine, exchange.session, form["passkey"], knowing=form["knowing"] == YES
        )
    except InputError as error:
        return await _page(exchange, error)
    return exchange.go("/account#passkeys", done="passkey-removed")


async def _new_codes(exchange: Exchange[Own]) -> Response:
    await exchange.form()
    engine, own = exchange.engine, exchange.session
    codes = await recovery.renew_codes(engine, own)
    name = await accounts.login_name_of(engine, own.person_id)
    await show(engine, own, Codes(name, codes, opened=False))
    return exchange.go("/account/issued")


async def _issued(exchange: Exchange[Own]) -> Response:
    """What is shown once; after it was closed, the page says so and where new codes are to be had."""
    issued = await shown(exchange.engine, exchange.session, Codes)
    return exchange.page("issued.html", issued=issued)


async def _issued_file(exchange: Exchange[Own]) -> Response:
    """The same as a file to keep."""
    issued = await shown(exchange.engine, exchange.session, Codes)
    if issued is None:
        return exchange.missing()
    text = html.unescape(exchange.text("issued.txt", issued=issued))  # every template escapes; a file is no page
    return exchange.download(text, "text/plain; charset=utf-8", "recovery-codes.txt")


async def _close_issued(exchange: Exchange[Own]) -> Response:
    await exchange.form()
    issued = await shown(exchange.engine, exchange.session, Codes)
    await close(exchange.engine, exchange.session, Codes)
    if issued is None or not issued.opened:
        return exchange.go("/account")
    return exchange.go("/registration" if exchange.offers("/registration") else "/my-data")


async def _forget_device(exchange: Exchange[Own]) -> Response:
    series = (await exchange.form("series"))["series"]
    await remember_me.forget(exchange.engine, exchange.session, "" if series == "*" else series or "-")
    return exchange.go("/account#devices")


async def _end_session(exchange: Exchange[Own]) -> Response:
    form = await exchange.form("session")
    await accounts.end_session(exchange.engine, exchange.session, session=form["session"] or "-")
    return exchange.go("/account#sessions")


async def _link(exchange: Exchange[Own]) -> Response:
    """Get the code by which a program's own id comes to name this account."""
    system = (await exchange.form("system"))["system"]
    code = await linking.link_code(exchange.engine, exchange.session, system)
    await show(exchange.engine, exchange.session, LinkCode(system, code))
    return exchange.go("/account/link-code")


async def _link_code(exchange: Exchange[Own]) -> Response:
    return exchange.page("link.html", one=await shown(exchange.engine, exchange.session, LinkCode))


async def _close_link_code(exchange: Exchange[Own]) -> Response:
    await exchange.form()
    await close(exchange.engine, exchange.session, LinkCode)
    return exchange.go("/account#programs")


async def _unlink(exchange: Exchange[Own]) -> Response:
    system = (await exchange.form("system"))["system"]
    await linking.unlink(exchange.engine, exchange.session, system)
    return exchange.go("/account#programs", done="unlinked")


PAGES = (
    page("/account", get=CUSTOMER(_account), menu=Menu("Account")),
    page("/account/issued", get=CUSTOMER(_issued), post=CUSTOMER(_close_issued)),
    page("/account/issued/file", get=CUSTOMER(_issued_file)),
    page("/account/password", post=FRESH(_set_password)),
    page("/account/password/remove", post=FRESH(_remove_password)),
    page("/account/passkey/begin", post=FRESH(_add_begin), shows=SCRIPT),
    page("/account/passkey", post=FRESH(_add), shows=SCRIPT),
    page("/account/passkey/name", post=CUSTOMER(_name)),
    page("/account/passkey/remove", post=FRESH(_remove)),
    page("/account/codes", post=FRESH(_new_codes)),
    page("/account/devices/forget", post=CUSTOMER(_forget_device)),
    page("/account/sessions/end", post=CUSTOMER(_end_session)),
    page("/account/link", post=FRESH(_link)),
    page("/account/link-code", get=CUSTOMER(_link_code), post=CUSTOMER(_close_link_code)),
    page("/account/unlink", post=FRESH(_unlink)),
)
