"""The console's page of letters that wait for the printer."""

from __future__ import annotations

from starlette.responses import Response

from kept.errors import ConflictError, KeptError
from kept.policy.words import Exit
from kept.services.messages import letters
from kept.web.console.stepped import Staff
from kept.web.routes import FILE, Menu, page, reached_by, reaching

SENDS = reaching(Exit.POST)


async def _waiting(exchange: Staff) -> Response:
    return await _page(exchange)


async def _fetch(exchange: Staff) -> Response:
    """The print file of one run, once."""
    form = await exchange.form("purpose", "origin", "origin_id")
    try:
        printed = await letters.fetch(
            exchange.engine, exchange.session, form["purpose"], form["origin"], form["origin_id"]
        )
    except ConflictError as error:
        return await _page(exchange, error, 409)
    if not printed.pdf:
        return exchange.go("/letters", left_out=printed.left_out)
    return exchange.download(printed.pdf, "application/pdf", "letters.pdf")


async def _page(exchange: Staff, error: KeptError | None = None, status: int = 200) -> Response:
    runs = await letters.waiting_runs(exchange.engine, exchange.session)
    return exchange.page("letters.html", status, runs=runs, error=error, left_out=exchange.number("left_out"))


PAGES = (
    page(
        "/letters",
        get=SENDS(_waiting),
        post=SENDS(_fetch),
        menu=Menu("Letters"),
        where=reached_by(Exit.POST),
        shows=FILE,
    ),
)
