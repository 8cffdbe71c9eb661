"""The console's page of third parties: what may go to whom, asking, approving, the file."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kept.errors import InputError
from kept.services.staff.approvals import approved_by
from kept.services.staff.sessions import StaffSession
from kept.services.third_parties import provisions, register
from kept.services.third_parties.recipients import key_of
from kept.web.answers import Web, form_of, go, page


def routes() -> list[Route]:
    """Return the routes, under both languages."""
    return [
        Route(f"/{language}{path}", act, methods=[method])
        for language in ("en", "ja")
        for path, act, method in (
            ("/provision", provisions_page, "GET"),
            ("/provision", ask, "POST"),
            ("/provision/register", register_page, "POST"),
            ("/provision/{provision}", step, "POST"),
        )
    ]


async def provisions_page(request: Request) -> Response:
    """Recipients, and every provision to them."""
    return await _page(request, None)


async def register_page(request: Request) -> Response:
    """The same page, with what the register says about people erased since: a look that is recorded."""
    web: Web = request.app.state.web
    session: StaffSession | None = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    await form_of(request, ())
    return await _page(request, await register.show_register(web.engine, session))


async def _page(request: Request, lines: list[register.RegisterLine] | None) -> Response:
    web: Web = request.app.state.web
    session: StaffSession | None = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    may_approve = session.may(web.engine, "approve")
    policy = web.engine.policy.policy
    acting = [one.id for one in policy.recipients.values() if session.acts_for(web.engine, one.purpose)]
    if not may_approve and not acting:
        session.require(web.engine, "approve")
    made: list[Any] = [
        (one, await approved_by(web.engine, one.approval_id)) for one in await provisions.all_provisions(web.engine)
    ]
    return page(
        request,
        "provision.html",
        recipients=policy.recipients.values(),
        keys={one: (await key_of(web.engine, one)).hex() for one in policy.recipients},
        acting=acting,
        made=made,
        session=session,
        may_approve=may_approve,
        register=lines,
    )


async def ask(request: Request) -> Response:
    """Ask to provide."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("recipient",))
    await provisions.ask(web.engine, session, form.get("recipient", ""))
    return go(request, "/provision")


async def step(request: Request) -> Response:
    """Approve and make the file, go on where it stopped, or fetch it."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("step",))
    provision = request.path_params["provision"]
    match form.get("step"):
        case "approve":
            await provisions.approve_and_provide(web.engine, session, provision)
        case "go-on":
            session.require(web.engine, "approve")
            await provisions.provide(web.engine, provision)
        case "fetch":
            return Response(
                await provisions.fetch(web.engine, session, provision),
                media_type="application/json",
                headers={"content-disposition": 'attachment; filename="provision.json"'},
            )
        case _:
            raise InputError("expected a step of a provision, found another", reason="step-unknown")
    return go(request, "/provision")
