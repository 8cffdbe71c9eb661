"""The console's page of emergencies: opening one, what each opened, and the look somebody else takes at it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kept.errors import DeniedError, InputError, KeptError, NotFoundError
from kept.services.cases import emergencies
from kept.services.staff.sessions import StaffSession
from kept.web.answers import Web, form_of, go, page


def routes() -> list[Route]:
    """Return the routes, under both languages."""
    return [
        Route(f"/{language}{path}", act, methods=[method])
        for language in ("en", "ja")
        for path, act, method in (
            ("/emergencies", overview, "GET"),
            ("/emergencies", begin, "POST"),
            ("/emergencies/{case}", reviewed, "POST"),
        )
    ]


def may_look(web: Web, session: StaffSession) -> bool:
    """Whether a member of staff sees the page: who may open an emergency, and who approves."""
    return session.may(web.engine, "break-glass") or session.may(web.engine, "approve")


async def overview(request: Request) -> Response:
    """Every emergency, and the form for one."""
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    return await _page(request, session, None, {}, 200)


async def begin(request: Request) -> Response:
    """Open an emergency."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    findable = tuple(web.engine.findable())
    form = await form_of(request, ("purpose", "reason", "text", *findable))
    try:
        case = await emergencies.open_emergency(
            web.engine,
            session,
            purpose=form.get("purpose", ""),
            why=form.get("reason", ""),
            text=form.get("text", ""),
            criteria={item: form[item] for item in findable if form.get(item, "").strip()},
        )
    except (DeniedError, NotFoundError, InputError) as error:
        status = 404 if isinstance(error, NotFoundError) else 403 if isinstance(error, DeniedError) else 422
        return await _page(request, session, error, form, status)
    return go(request, f"/case/{case}")


async def reviewed(request: Request) -> Response:
    """Say whether an emergency was justified."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("outcome",))
    await emergencies.review(web.engine, session, request.path_params["case"], form.get("outcome", ""))
    return go(request, "/emergencies")


async def _page(
    request: Request, session: StaffSession, error: KeptError | None, typed: dict[str, str], status: int
) -> Response:
    web: Web = request.app.state.web
    if not may_look(web, session):
        session.require(web.engine, "break-glass")
    may_approve = session.may(web.engine, "approve")
    made = await emergencies.all_emergencies(web.engine)
    return page(
        request,
        "emergencies.html",
        status,
        made=[one for one in made if may_approve or one.opened_by == session.login],
        may_open=session.may(web.engine, "break-glass"),
        may_approve=may_approve,
        lendable=emergencies.lendable(web.engine, session),
        reasons_of=emergencies.REASONS,
        review_by=emergencies.review_seconds(web.engine),
        findable=tuple(web.engine.findable()),
        items=web.engine.policy.policy.items,
        session=session,
        typed=dict.fromkeys(("purpose", "reason", "text"), "") | typed,
        error=error,
        now=web.engine.clock.now(),
    )
