"""The console's pages of reaching people: writing from a case, letters that wait for the printer, call sheets."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kept.errors import ConflictError, DeniedError, InputError, KeptError
from kept.policy.words import Exit
from kept.services.cases import contacts
from kept.services.messages import call_sheets, calls, letters
from kept.web.answers import Web, form_of, go, page
from kept.web.console import show_case


def routes() -> list[Route]:
    """Return the routes, under both languages."""
    return [
        Route(f"/{language}{path}", act, methods=[method])
        for language in ("en", "ja")
        for path, act, method in (
            ("/case/{case}/contact", contact_again, "GET"),
            ("/case/{case}/contact", contact, "POST"),
            ("/case/{case}/contact/again", again, "POST"),
            ("/letters", waiting, "GET"),
            ("/letters", fetch, "POST"),
            ("/calls", sheets, "GET"),
            ("/calls/{sheet}", sheet, "GET"),
            ("/calls/{sheet}", begin, "POST"),
            ("/calls/{sheet}/show", sheet_again, "GET"),
            ("/calls/{sheet}/show", show, "POST"),
            ("/calls/{sheet}/end", sheet_again, "GET"),
            ("/calls/{sheet}/end", end, "POST"),
        )
    ]


async def contact(request: Request) -> Response:
    """Write to the case's person."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("channel", "title", "text"))
    case = request.path_params["case"]
    try:
        await contacts.write_to(
            web.engine, session, case, form.get("channel", ""), form.get("title", ""), form.get("text", "")
        )
    except DeniedError as error:
        return await show_case(request, case, error, {}, 403, typed=form)
    except InputError as error:
        return await show_case(request, case, error, {}, 422, typed=form)
    return go(request, f"/case/{case}#contact")


async def again(request: Request) -> Response:
    """Send again what may have gone."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("message",))
    await contacts.write_again(web.engine, session, request.path_params["case"], form.get("message", ""))
    return go(request, f"/case/{request.path_params['case']}#contact")


async def contact_again(request: Request) -> Response:
    """Loaded again: the case itself; nothing is written a second time."""
    return go(request, f"/case/{request.path_params['case']}")


async def waiting(request: Request) -> Response:
    """Letters that wait for the printer."""
    return await _letters(request, None, 200)


async def fetch(request: Request) -> Response:
    """The print file of one run, once."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("purpose", "origin", "origin_id"))
    try:
        printed = await letters.fetch(
            web.engine, session, form.get("purpose", ""), form.get("origin", ""), form.get("origin_id", "")
        )
    except ConflictError as error:
        return await _letters(request, error, 409)
    if not printed.pdf:
        return await _letters(request, None, 200, left_out=printed.left_out)
    return Response(
        printed.pdf,
        media_type="application/pdf",
        headers={"content-disposition": 'attachment; filename="letters.pdf"', "cache-control": "no-store"},
    )


async def _letters(request: Request, error: KeptError | None, status: int, *, left_out: int = 0) -> Response:
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    runs = await letters.waiting_runs(web.engine, session)
    return page(request, "letters.html", status, runs=runs, error=error, left_out=left_out)


async def sheets(request: Request) -> Response:
    """Call sheets."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    found = await call_sheets.sheets_of(web.engine, session)
    return page(request, "calls.html", sheets=found, now=web.engine.clock.now())


async def sheet(request: Request) -> Response:
    """One call sheet: scripts, no numbers; so it can be printed."""
    return await _sheet(request, None, 200)


async def sheet_again(request: Request) -> Response:
    """Loaded again: the sheet itself; no number is shown a second time."""
    return go(request, f"/calls/{request.path_params['sheet']}")


async def begin(request: Request) -> Response:
    """Begin to call, or end the sheets that are over."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("step",))
    if form.get("step") != "begin":
        raise InputError("expected a step of a call sheet, found another", reason="step-unknown")
    await calls.begin(web.engine, session, request.path_params["sheet"])
    return go(request, f"/calls/{request.path_params['sheet']}")


async def show(request: Request) -> Response:
    """Show one number, on this answer alone."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    place = _place(await form_of(request, ("place",)))
    try:
        card = await calls.show_number(web.engine, session, request.path_params["sheet"], place)
    except (DeniedError, ConflictError) as error:
        return await _sheet(request, error, 403 if isinstance(error, DeniedError) else 409)
    opened: dict[str, str] = {}
    for slot in card:
        with card[slot].open(Exit.PHONE) as value:
            opened[slot] = str(value)
    return await _sheet(request, None, 200, place=place, opened=opened)


async def end(request: Request) -> Response:
    """Say how a call ended."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("place", "outcome"))
    try:
        await calls.end_call(web.engine, session, request.path_params["sheet"], _place(form), form.get("outcome", ""))
    except ConflictError as error:
        return await _sheet(request, error, 409)
    return go(request, f"/calls/{request.path_params['sheet']}")


async def _sheet(
    request: Request, error: KeptError | None, status: int, *, place: int = 0, opened: dict[str, str] | None = None
) -> Response:
    web: Web = request.app.state.web
    session: Any = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    found = await call_sheets.sheet_of(web.engine, session, request.path_params["sheet"])
    running = found.status == "begun" and found.ends_at > web.engine.clock.now()
    return page(
        request,
        "call_sheet.html",
        status,
        sheet=found,
        error=error,
        place=place,
        opened=opened or {},
        mine=running and found.begun_by == session.login,
        shown=any(one.outcome == call_sheets.SHOWN for one in found.rows),
        outcomes=call_sheets.OUTCOMES,
    )


def _place(form: dict[str, str]) -> int:
    text = form.get("place", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 -- no row is that far
