"""The console's pages of call sheets: who is called, one number at a time, and how each call ended."""

from __future__ import annotations

from starlette.responses import Response

from kept.errors import ConflictError, DeniedError, InputError, KeptError
from kept.number import parse_number
from kept.policy.words import Exit
from kept.services.messages import call_sheets, calls
from kept.web.answers import status_of
from kept.web.console.stepped import Staff
from kept.web.form import Form
from kept.web.routes import OPENED, Menu, page, reached_by, reaching

CALLS = reaching(Exit.PHONE)
BY_PHONE = reached_by(Exit.PHONE)


async def _sheets(exchange: Staff) -> Response:
    found = await call_sheets.sheets_of(exchange.engine, exchange.session)
    return exchange.page("calls.html", sheets=found)


async def _look(exchange: Staff) -> Response:
    """One call sheet: scripts, no numbers; so it can be printed."""
    return await _page(exchange)


async def _again(exchange: Staff) -> Response:
    """Loaded again: the sheet itself; no number is shown a second time."""
    return exchange.go(f"/calls/{exchange.path('sheet')}")


async def _begin(exchange: Staff) -> Response:
    form = await exchange.form("step")
    if form["step"] != "begin":
        raise InputError("expected a step of this page, found another", reason="step-unknown")
    await calls.begin(exchange.engine, exchange.session, exchange.path("sheet"))
    return await _again(exchange)


async def _show(exchange: Staff) -> Response:
    """Show one number, on this answer alone."""
    place = _place(await exchange.form("place"))
    try:
        card = await calls.show_number(exchange.engine, exchange.session, exchange.path("sheet"), place)
    except (DeniedError, ConflictError) as error:
        return await _page(exchange, error)
    opened: dict[str, str] = {}
    for slot in card:
        with card[slot].open(Exit.PHONE) as value:
            opened[slot] = str(value)
    return await _page(exchange, place=place, opened=opened)


async def _end(exchange: Staff) -> Response:
    form = await exchange.form("place", "outcome")
    try:
        await calls.end_call(exchange.engine, exchange.session, exchange.path("sheet"), _place(form), form["outcome"])
    except ConflictError as error:
        return await _page(exchange, error)
    return await _again(exchange)


async def _page(
    exchange: Staff, error: KeptError | None = None, *, place: int = 0, opened: dict[str, str] | None = None
) -> Response:
    found = await call_sheets.sheet_of(exchange.engine, exchange.session, exchange.path("sheet"))
    running = found.status == "begun" and found.ends_at > exchange.now
    return exchange.page(
        "call_sheet.html",
        status_of(error) if error else 200,
        sheet=found,
        error=error,
        place=place,
        opened=opened or {},
        mine=running and found.begun_by == exchange.session.login,
        shown=any(one.outcome == call_sheets.SHOWN for one in found.rows),
        outcomes=call_sheets.OUTCOMES,
    )


def _place(form: Form) -> int:
    return parse_number(form["place"]) or 0


PAGES = (
    page("/calls", get=CALLS(_sheets), menu=Menu("Calls"), where=BY_PHONE),
    page("/calls/{sheet}", get=CALLS(_look), post=CALLS(_begin), where=BY_PHONE),
    page("/calls/{sheet}/show", get=CALLS(_again), post=CALLS(_show), where=BY_PHONE, shows=OPENED),
    page("/calls/{sheet}/end", get=CALLS(_again), post=CALLS(_end), where=BY_PHONE),
)
