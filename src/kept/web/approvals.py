"""The console's page of acts about many people that wait for a second member of staff."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kept.services.engine.engine import Engine
from kept.services.forms.instance_record import standing
from kept.services.instances import contests, events
from kept.services.staff import bulk_approval
from kept.services.staff.approvals import approve_act
from kept.services.staff.sessions import StaffSession
from kept.web.answers import Web, form_of, go, language_of, page

ACTS = (events.ACT, contests.ACT)
"""Acts that are approved here; a provision and a disclosure have pages of their own."""


def routes() -> list[Route]:
    """Return the routes, under both languages."""
    return [
        Route(f"/{language}{path}", act, methods=[method])
        for language in ("en", "ja")
        for path, act, method in (("/approvals", overview, "GET"), ("/approvals/{approval}", approve, "POST"))
    ]


async def overview(request: Request) -> Response:
    """What waits, with whom it is about: how many, and nobody by name."""
    web: Web = request.app.state.web
    session: StaffSession | None = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    session.require(web.engine, "approve")
    made = [
        (one, *await _about(web.engine, one, language_of(request)))
        for one in await bulk_approval.waiting(web.engine, ACTS)
    ]
    return page(request, "approvals.html", made=made, session=session, few=bulk_approval.FEW)


async def approve(request: Request) -> Response:
    """Approve as the second."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    await form_of(request, ())
    await approve_act(web.engine, session, request.path_params["approval"])
    return go(request, "/approvals")


async def _about(engine: Engine, one: bulk_approval.Waiting, language: str) -> tuple[str, int]:
    found = await standing(engine, one.subject)
    return found.file.titles[language], found.taken
