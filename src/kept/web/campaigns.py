"""The console's pages of campaigns: drafting, counting, asking, approving, stopping, and what became of each message."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kept.errors import ConflictError, InputError, KeptError
from kept.policy.campaign import campaign_purposes
from kept.policy.present import EXIT_TITLES
from kept.policy.segment import segment_items
from kept.services.campaigns import campaigns, candidates
from kept.services.messages import stop_list
from kept.services.messages.unknown_outcome import send_again
from kept.services.staff.approvals import approved_by
from kept.services.staff.sessions import StaffSession
from kept.web.answers import Web, environment, form_of, go, language_of, page


def routes() -> list[Route]:
    """Return the routes, under both languages."""
    return [
        Route(f"/{language}{path}", act, methods=[method])
        for language in ("en", "ja")
        for path, act, method in (
            ("/campaigns", all_of_them, "GET"),
            ("/campaigns", draft, "POST"),
            ("/campaigns/{campaign}", one, "GET"),
            ("/campaigns/{campaign}", step, "POST"),
        )
    ]


async def all_of_them(request: Request) -> Response:
    """Every campaign, and a draft to begin from."""
    if request.scope["state"].get("session") is None:
        return go(request, "/sign-in")
    return await _list(request, None, "", 200)


async def draft(request: Request) -> Response:
    """Draft one from its file."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("file",))
    file = form.get("file", "").replace("\r\n", "\n")
    try:
        made = await campaigns.draft(web.engine, session, file)
    except (InputError, ConflictError) as error:
        return await _list(request, error, file, 422)
    return go(request, f"/campaigns/{made.id}")


async def one(request: Request) -> Response:
    """One campaign, and what can be done next."""
    if request.scope["state"].get("session") is None:
        return go(request, "/sign-in")
    return await _page(request, None)


async def step(request: Request) -> Response:
    """Count, ask, approve, go on, stop, send an unknown one again."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("step", "message"))
    engine, campaign = web.engine, request.path_params["campaign"]
    match form.get("step"):
        case "count":
            return await _page(request, await candidates.preview(engine, session, campaign))
        case "ask":
            await campaigns.ask(engine, session, campaign)
        case "approve":
            await candidates.approve_and_queue(engine, session, campaign)
        case "go-on":
            session.require(engine, "approve")
            await candidates.queue(engine, campaign)
        case "stop":
            await campaigns.stop(engine, session, campaign)
        case "again":
            await send_again(engine, session, form.get("message", ""))
        case _:
            raise InputError("expected a step of a campaign, found another", reason="step-unknown")
    return go(request, f"/campaigns/{campaign}")


def _require(web: Web, session: StaffSession) -> None:
    if not session.may(web.engine, "approve"):
        session.require(web.engine, campaigns.RIGHT)


async def _list(request: Request, error: KeptError | None, file: str, status: int) -> Response:
    web: Web = request.app.state.web
    session: StaffSession = request.scope["state"]["session"]
    _require(web, session)
    policy = web.engine.policy.policy
    source = environment.loader
    if source is None:
        raise RuntimeError("templates have a loader")
    return page(
        request,
        "campaigns.html",
        status,
        made=[(one, await campaigns.results(web.engine, one.id)) for one in await campaigns.all_campaigns(web.engine)],
        may_draft=session.may(web.engine, campaigns.RIGHT),
        purposes=[policy.purposes[one] for one in campaign_purposes(policy)],
        by={one: segment_items(policy, one) for one in campaign_purposes(policy)},
        carried=sorted(one.value for one in web.engine.dispatchers),
        exit_titles=EXIT_TITLES,
        stops=await stop_list.counts(web.engine),
        error=error,
        file=file or source.get_source(environment, "examples/campaign.yaml")[0],
    )


async def _page(request: Request, counts: candidates.Counts | None) -> Response:
    web: Web = request.app.state.web
    session: StaffSession = request.scope["state"]["session"]
    _require(web, session)
    found = await campaigns.standing(web.engine, request.path_params["campaign"])
    return page(
        request,
        "campaign.html",
        one=found,
        counts=counts,
        rule=await campaigns.rule_words(web.engine, found.file.rule, language_of(request)),
        results=await campaigns.results(web.engine, found.id),
        approver=await approved_by(web.engine, found.approval_id) if found.approval_id else "",
        session=session,
        may_draft=session.may(web.engine, campaigns.RIGHT) and session.acts_for(web.engine, found.file.purpose),
        may_approve=session.may(web.engine, "approve"),
        exit_titles=EXIT_TITLES,
    )
