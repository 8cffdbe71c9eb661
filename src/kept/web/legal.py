"""The console's legal desk: requests of authorities, whom they name, asked against released, the bundle."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kept.errors import InputError, KeptError
from kept.services.authorities import disclosures
from kept.services.authorities.disclosure_record import Terms
from kept.services.staff.approvals import approved_by
from kept.services.staff.sessions import StaffSession
from kept.web.answers import Web, form_of, go, page
from kept.web.words import ZONE

FIELDS = ("authority", "reference", "ground", "from", "to", "received", "due", "key", "told", "told_from", "waits_for")


def routes() -> list[Route]:
    """Return the routes, under both languages."""
    return [
        Route(f"/{language}{path}", act, methods=[method])
        for language in ("en", "ja")
        for path, act, method in (
            ("/legal", requests, "GET"),
            ("/legal", record, "POST"),
            ("/legal/{disclosure}", one_request, "GET"),
            ("/legal/{disclosure}", step, "POST"),
        )
    ]


def may_look(web: Web, session: StaffSession) -> bool:
    """Whether a member of staff sees the legal desk: who acts for its purpose, and who approves."""
    purpose = disclosures.purpose_of(web.engine)
    return purpose is not None and (session.acts_for(web.engine, purpose.id) or session.may(web.engine, "approve"))


async def requests(request: Request) -> Response:
    """Every request, and the form for one that has come."""
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    return await _requests(request, session, None, {}, 200)


async def record(request: Request) -> Response:
    """A request has come."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, FIELDS, several=("item",))
    try:
        disclosure = await disclosures.record(web.engine, session, _terms(form))
    except InputError as error:
        return await _requests(request, session, error, form, 422)
    return go(request, f"/legal/{disclosure}")


async def one_request(request: Request) -> Response:
    """One request."""
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    return await _one(request, session, None, 200)


async def step(request: Request) -> Response:
    """Find a person it names, ask, approve, go on, or fetch the bundle."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    findable = tuple(web.engine.findable())
    form = await form_of(request, ("step", "login_name", *findable))
    disclosure = request.path_params["disclosure"]
    match form.get("step"):
        case "person":
            criteria = {item: form[item] for item in findable if form.get(item, "").strip()}
            try:
                await disclosures.name_person(
                    web.engine, session, disclosure, login_name=form.get("login_name", ""), criteria=criteria
                )
            except KeptError as error:
                status = {"not-found": 404, "disclosure-fixed": 403}.get(error.reason, 422)
                return await _one(request, session, error, status)
        case "ask":
            await disclosures.ask(web.engine, session, disclosure)
        case "approve":
            await disclosures.approve_and_bundle(web.engine, session, disclosure)
        case "go-on":
            session.require(web.engine, "approve")
            await disclosures.bundle(web.engine, disclosure)
        case "fetch":
            return Response(
                await disclosures.fetch(web.engine, session, disclosure),
                media_type="application/json",
                headers={"content-disposition": 'attachment; filename="bundle.json"'},
            )
        case _:
            raise InputError("expected a step of a request, found another", reason="step-unknown")
    return go(request, f"/legal/{disclosure}")


async def _requests(
    request: Request, session: StaffSession, error: KeptError | None, typed: dict[str, str], status: int
) -> Response:
    web: Web = request.app.state.web
    _require_look(web, session)
    purpose = disclosures.purpose_of(web.engine)
    now = web.engine.clock.now()
    return page(
        request,
        "legal.html",
        status,
        made=await disclosures.all_disclosures(web.engine),
        acting=purpose is not None and session.acts_for(web.engine, purpose.id),
        grounds=disclosures.grounds_of(web.engine),
        waits=disclosures.WAITS,
        may_name=[web.engine.policy.policy.items[one] for one in disclosures.items_of(web.engine)],
        typed=_blank(now) | typed,
        error=error,
        now=now,
    )


async def _one(request: Request, session: StaffSession, error: KeptError | None, status: int) -> Response:
    web: Web = request.app.state.web
    _require_look(web, session)
    found = await disclosures.disclosure_of(web.engine, request.path_params["disclosure"])
    purpose = disclosures.purpose_of(web.engine)
    return page(
        request,
        "legal_request.html",
        status,
        one=found,
        approver=await approved_by(web.engine, found.approval_id) if found.approval_id else "",
        acting=purpose is not None and session.acts_for(web.engine, purpose.id),
        may_approve=session.may(web.engine, "approve"),
        session=session,
        findable=tuple(web.engine.findable()),
        items=web.engine.policy.policy.items,
        error=error,
        now=web.engine.clock.now(),
    )


def _blank(now: float) -> dict[str, str]:
    today = datetime.fromtimestamp(now, tz=ZONE)
    received, due = f"{today:%Y-%m-%d}", f"{today + timedelta(days=14):%Y-%m-%d}"
    return dict.fromkeys((*FIELDS, "item"), "") | {"received": received, "due": due}


def _require_look(web: Web, session: StaffSession) -> None:
    if not may_look(web, session):
        session.require(web.engine, "approve")


def _terms(form: dict[str, str]) -> Terms:
    later = form.get("told") == "later"
    try:
        key = bytes.fromhex(form.get("key", "").strip())
    except ValueError:
        key = b""
    return Terms(
        authority=form.get("authority", ""),
        reference=form.get("reference", ""),
        ground=form.get("ground", ""),
        items=tuple(one for one in form.get("item", "").split("\n") if one),
        starts_at=_day(form, "from"),
        ends_at=_day(form, "to", end=True),
        received_at=_day(form, "received"),
        due_at=_day(form, "due", end=True),
        public_key=key,
        told_from=_day(form, "told_from") if later else 0.0,
        waits_for=form.get("waits_for", "") if later else "",
    )


def _day(form: dict[str, str], field: str, *, end: bool = False) -> float:
    """Return the begin of a day in Japan, or its last second; -1 for what is no day, which no request accepts."""
    try:
        day = datetime.strptime(form.get(field, "").strip(), "%Y-%m-%d").replace(tzinfo=ZONE)
    except ValueError:
        return -1.0
    return (day + timedelta(days=1)).timestamp() - 1 if end else day.timestamp()
