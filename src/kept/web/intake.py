"""The console's page of what other companies give: taking a file in, what is in quarantine and why, trying again."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kept.errors import EvidenceError, InputError, KeptError
from kept.services.staff.sessions import StaffSession, logins_by_actor
from kept.services.third_parties import intake
from kept.web.answers import Web, check_form_token, form_of, go, page

RIGHT = "witness"
"""Who may vouch for a paper or a call may take in what a partner vouches for."""


def routes() -> list[Route]:
    """Return the routes, under both languages."""
    return [
        Route(f"/{language}{path}", act, methods=[method])
        for language in ("en", "ja")
        for path, act, method in (
            ("/intake", intakes, "GET"),
            ("/intake", take_in, "POST"),
            ("/intake/{intake}", try_again, "POST"),
        )
    ]


async def intakes(request: Request) -> Response:
    """Partners, their files, what became of each record."""
    if request.scope["state"].get("session") is None:
        return go(request, "/sign-in")
    return await _page(request, None, 200)


async def take_in(request: Request) -> Response:
    """Take in a signed file."""
    web: Web = request.app.state.web
    session: StaffSession | None = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    session.require(web.engine, RIGHT)
    async with request.form(max_files=1, max_fields=3) as form:
        check_form_token(request, str(form.get("form_token", "")))
        file = form.get("file")
        unverified = await file.read() if isinstance(file, UploadFile) else b""
    try:
        await intake.take_in(web.engine, unverified, by=session.actor, kind="staff")
    except (InputError, EvidenceError) as error:
        return await _page(request, error, 422)
    return go(request, "/intake")


async def try_again(request: Request) -> Response:
    """Try what is in quarantine again."""
    web: Web = request.app.state.web
    session: StaffSession | None = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    session.require(web.engine, RIGHT)
    await form_of(request, ())
    await intake.try_again(web.engine, request.path_params["intake"])
    return go(request, "/intake")


async def _page(request: Request, error: KeptError | None, status: int) -> Response:
    web: Web = request.app.state.web
    session: StaffSession = request.scope["state"]["session"]
    session.require(web.engine, RIGHT)
    return page(
        request,
        "intake.html",
        status,
        error=error,
        names=await logins_by_actor(web.engine),
        partners=await intake.partners(web.engine),
        made=await intake.all_intakes(web.engine),
    )
