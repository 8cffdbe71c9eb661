"""What a message's links open, without sign-in and without cookie: why it came, and a no to it."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from kept import limits
from kept.services.messages.confirmations import pending_by_link
from kept.services.messages.taking_back import Going
from kept.services.my_data.message_reasons import proof_by_link, stop_by_link, why_by_link
from kept.web.exchange import Exchange
from kept.web.routes import ANYBODY, page
from kept.web.site.my_data import late

ONE_CLICK = "One-Click"
MAIL = "what is so now: a mail program asks, which follows no redirect (RFC 8058)"
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
"""Types of body RFC 8058 has a mail program send."""


async def _confirm(exchange: Exchange[Any]) -> Response:
    """Ask before anything changes: mail scanners follow every link. The same words whatever the link is."""
    return exchange.page("stop_message.html", answer="asked", going=None, link=exchange.path("link"))


async def _stop(exchange: Exchange[Any]) -> Response:
    """Take a one-click no (RFC 8058): no cookie, no form token, no redirect; the answer says what is so now.

    Nothing but a form with its one field is a no; whatever else is posted changes nothing, and is told so.
    """
    if not await _is_one_click(exchange):
        return _answer(exchange, 400, "unchanged")
    said = await stop_by_link(exchange.engine, exchange.path("link"))
    if said is None:
        return _answer(exchange, 404, "nowhere")
    return _answer(exchange, 200, "done", said.going) if said.stands else _answer(exchange, 409, "needed")


async def _is_one_click(exchange: Exchange[Any]) -> bool:
    kind = exchange.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in FORMS:
        return False
    try:
        form = await exchange.request.form(max_files=0, max_fields=limits.SMALL_REQUEST_FIELDS)
    except HTTPException as error:
        if error.status_code == 400:  # noqa: PLR2004 -- no form, whatever its type says
            return False
        raise
    return form.multi_items() == [("List-Unsubscribe", ONE_CLICK)]


def _answer(exchange: Exchange[Any], status: int, answer: str, going: Going | None = None) -> Response:
    """Answer in words to a person, in one word to a mail program; with what the no came too late for."""
    if "text/html" in exchange.request.headers.get("accept", ""):
        return exchange.page("stop_message.html", status, answer=answer, going=going, link=exchange.path("link"))
    return PlainTextResponse(answer, status)


async def _why(exchange: Exchange[Any]) -> Response:
    link = exchange.path("link")
    found = await why_by_link(exchange.engine, link, exchange.language)
    pending = await pending_by_link(exchange.engine, link) if found else None
    return exchange.page(
        "why.html",
        200 if found else 404,
        one=found,
        link=link,
        pending=pending,
        under_way=exchange.number("under_way"),
        faxes_held=exchange.number("faxes"),
    )


async def _stop_here(exchange: Exchange[Any]) -> Response:
    """Say the no of whoever holds the message on its page, and go back to it; what cannot be stopped, the page says."""
    await exchange.form()
    link = exchange.path("link")
    said = await stop_by_link(exchange.engine, link)
    return exchange.go(f"/w/{link}", **(late(said.going) if said else {}))


async def _proof(exchange: Exchange[Any]) -> Response:
    """The proof of the message's entry, to check without this page."""
    text = await proof_by_link(exchange.engine, exchange.path("link"))
    if text is None:
        return exchange.page("why.html", 404, one=None, link="", pending=None, under_way=0, faxes_held=0)
    return exchange.download(text, "text/plain", "message.tlog-proof")


PAGES = (
    page(
        "/u/{link}", get=ANYBODY(_confirm), post=ANYBODY(_stop), spoken=False, shows=MAIL
    ),  # a mail program has no language
    page("/w/{link}", get=ANYBODY(_why)),
    page("/w/{link}/stop", post=ANYBODY(_stop_here)),
    page("/w/{link}/proof", get=ANYBODY(_proof)),
)
