"""The staff console: cases, the promise board, attestations, policy versions, rights requests, the ledger."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kept.errors import DeniedError, InputError, KeptError, NotFoundError
from kept.guarantees.board import promise_board
from kept.policy.flow import flow_svg
from kept.policy.present import EXIT_TITLES
from kept.policy.words import CHANNELS, Exit
from kept.services.cases import cases, contacts
from kept.services.cases.do_not_contact import note_in_case
from kept.services.cases.emergencies import waiting_for_review
from kept.services.cookies.first_scan import first_scan
from kept.services.cookies.scan import newest_scan
from kept.services.gate.history import newest_entries
from kept.services.gate.released import Released
from kept.services.my_data import rights_requests
from kept.services.staff import activation, attestations, sessions
from kept.services.staff.approvals import waiting_approvals
from kept.web import words
from kept.web.answers import Web, drop_session, form_of, go, language_of, page, set_session


def routes() -> list[Route]:
    """Return the routes of the console; every page under both languages."""
    pages: list[tuple[str, Any, str]] = [
        ("", desk, "GET"),
        ("/sign-in", sign_in, "GET"),
        ("/sign-in", sign_in_submit, "POST"),
        ("/sign-out", sign_out, "POST"),
        ("/case", open_case, "POST"),
        ("/case/{case}", case_page, "GET"),
        ("/case/{case}/find", case_again, "GET"),
        ("/case/{case}/find", find, "POST"),
        ("/case/{case}/open", case_again, "GET"),
        ("/case/{case}/open", open_item, "POST"),
        ("/case/{case}/close", close_case, "POST"),
        ("/case/{case}/not-again", not_again, "POST"),
        ("/board", board, "GET"),
        ("/attest", attest, "POST"),
        ("/policy", policy_versions, "GET"),
        ("/policy/activate", activate, "POST"),
        ("/rights", rights_page, "GET"),
        ("/rights", rights_open, "POST"),
        ("/rights/{request}", rights_request, "GET"),
        ("/rights/{request}/step", rights_step, "POST"),
        ("/ledger", ledger, "GET"),
    ]
    return [Route("/", root)] + [
        Route(f"/{language}{path}", act, methods=[method]) for language in ("en", "ja") for path, act, method in pages
    ]


async def root(request: Request) -> Response:
    """Send the browser to its language."""
    response = go(request, "")
    response.status_code = 302
    return response


async def sign_in(request: Request) -> Response:
    """Password and one-time code."""
    return page(request, "staff_sign_in.html", error=None)


async def sign_in_submit(request: Request) -> Response:
    """Sign in with both factors."""
    web: Web = request.app.state.web
    form = await form_of(request, ("login", "password", "code"))
    client = request.client.host if request.client else ""
    await web.limits.count("staff-sign-in", client, most=30, seconds=600)
    await web.limits.count("staff-account", form.get("login", ""), most=10, seconds=600)
    try:
        token = await sessions.sign_in(
            web.engine, form.get("login", ""), form.get("password", ""), form.get("code", "")
        )
    except KeptError as error:
        return page(request, "staff_sign_in.html", 401, error=error)
    return set_session(go(request, ""), token)


async def sign_out(request: Request) -> Response:
    """Sign out; mandates end."""
    web: Web = request.app.state.web
    await form_of(request, ())
    session = _staff(request)
    if session is not None:
        await sessions.sign_out(web.engine, session)
    return drop_session(go(request, "/sign-in"))


async def desk(request: Request) -> Response:
    """The staff member's own purposes and cases."""
    web: Web = request.app.state.web
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    roles = [web.engine.policy.policy.roles[one] for one in session.roles if one in web.engine.policy.policy.roles]
    return page(
        request,
        "desk.html",
        session=session,
        roles=roles,
        cases=await cases.cases_of(web.engine, session),
        now=web.engine.clock.now(),
        unreviewed=len(await waiting_for_review(web.engine)) if session.may(web.engine, "approve") else 0,
    )


# -------------------------------------------------------------------- cases


async def open_case(request: Request) -> Response:
    """Open a case for one purpose."""
    web: Web = request.app.state.web
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("purpose",))
    case = await cases.open_case(web.engine, session, form.get("purpose", ""))
    return go(request, f"/case/{case.id}")


async def case_page(request: Request) -> Response:
    """One case: find its person, see the names of the items it may open."""
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    return await show_case(request, request.path_params["case"], None, {}, 200)


async def case_again(request: Request) -> Response:
    """Loaded again after a refusal or an opened item: the case itself; nothing is opened a second time."""
    return go(request, f"/case/{request.path_params['case']}")


async def find(request: Request) -> Response:
    """Find the case's person."""
    web: Web = request.app.state.web
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    findable = tuple(web.engine.findable())
    form = await form_of(request, findable)
    criteria = {item: text for item, text in form.items() if text.strip()}
    try:
        await cases.find_in_case(web.engine, session, request.path_params["case"], criteria)
    except (NotFoundError, InputError) as error:
        return await show_case(
            request, request.path_params["case"], error, {}, 404 if isinstance(error, NotFoundError) else 422
        )
    return go(request, f"/case/{request.path_params['case']}")


async def open_item(request: Request) -> Response:
    """Open one item on this screen, once."""
    web: Web = request.app.state.web
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("item",))
    item = form.get("item", "")
    try:
        card = await cases.open_item(web.engine, session, request.path_params["case"], item)
    except DeniedError as error:
        return await show_case(request, request.path_params["case"], error, {}, 403)
    return await show_case(request, request.path_params["case"], None, {item: card[item]}, 200)


async def close_case(request: Request) -> Response:
    """Close a case."""
    web: Web = request.app.state.web
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    await form_of(request, ())
    await cases.close_case(web.engine, session, request.path_params["case"])
    return go(request, "")


async def show_case(  # noqa: PLR0913 -- what a case may show
    request: Request,
    case_id: str,
    error: KeptError | None,
    opened: dict[str, Released[Any]],
    status: int,
    *,
    typed: dict[str, str] | None = None,
) -> Response:
    """Answer one case: the items it may open, the ways it may reach its person by, what was written.

    Args:
        request: The request it answers.
        case_id: One of the staff member's own.
        error: What was refused, shown above.
        opened: Items released for this answer.
        status: HTTP status.
        typed: What was typed into the form of contact, where it was refused.
    """
    web: Web = request.app.state.web
    session = _staff(request)
    case = await cases.case_of(web.engine, session, case_id)
    over = case.closed or case.expires_at < web.engine.clock.now()
    decisions = {} if over else await cases.items_of_case(web.engine, session, case_id)
    shown: dict[str, str] = {}
    for slot, released in opened.items():
        with released.open(Exit.SCREEN) as value:
            item = web.engine.policy.policy.items[slot]
            shown[slot] = (
                ", ".join(item.option_titles.get(one, {}).get(language_of(request), one) for one in value)
                if isinstance(value, tuple)
                else item.option_titles.get(value, {}).get(language_of(request), value)
            )
    return page(
        request,
        "case.html",
        status,
        case=case,
        over=over,
        decisions=decisions,
        shown=shown,
        error=error,
        findable=web.engine.findable(),
        items=web.engine.policy.policy.items,
        purposes=web.engine.policy.policy.purposes,
        ways=[] if over else await contacts.ways_of(web.engine, session, case_id),
        contacts=await contacts.contacts_of(web.engine, session, case_id),
        typed=typed or {},
        channels={one: EXIT_TITLES[one] for one in sorted(CHANNELS)},
    )


# -------------------------------------------------------------------- promises


async def not_again(request: Request) -> Response:
    """Note that the case's person does not want to be written to."""
    web: Web = request.app.state.web
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("channel",))
    channel = Exit(form["channel"]) if form.get("channel") in {one.value for one in CHANNELS} else Exit.SCREEN
    await note_in_case(web.engine, session, request.path_params["case"], channel)
    return go(request, f"/case/{request.path_params['case']}")


async def board(request: Request) -> Response:
    """The promise board."""
    web: Web = request.app.state.web
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    session.require(web.engine, "promises")
    policy = web.engine.policy.policy
    return page(
        request,
        "board.html",
        board=await promise_board(web.engine),
        rests_on=words.rests_on,
        scan=await newest_scan(web.engine),
        first=await first_scan(web.engine),
        flow=flow_svg(policy, language_of(request)),
        attestations=policy.attestations,
        attested=await attestations.attested(web.engine),
        session=session,
        may_attest=session.may(web.engine, "attest"),
        engine=web.engine,
    )


async def attest(request: Request) -> Response:
    """Attest a promise people keep."""
    web: Web = request.app.state.web
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("name", "reference"))
    await attestations.attest(web.engine, session, form.get("name", ""), form.get("reference", ""))
    return go(request, "/board#attest")


async def policy_versions(request: Request) -> Response:
    """Policy versions: active, proposed, effective later."""
    web: Web = request.app.state.web
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    session.require(web.engine, "promises")
    return page(
        request,
        "versions.html",
        versions=await activation.versions(web.engine),
        active=web.engine.policy.hash,
        waiting=await waiting_approvals(web.engine),
        session=session,
        may=session.may(web.engine, "activate"),
    )


async def activate(request: Request) -> Response:
    """Activate a version, or ask for the second approver, or give that approval."""
    web: Web = request.app.state.web
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("version",))
    version = int(form["version"]) if form.get("version", "").isdigit() else 0
    await rights_requests.activate_with_approval(web.engine, session, version, activation.activate)
    return go(request, "/policy")


# -------------------------------------------------------------------- rights requests


async def rights_page(request: Request) -> Response:
    """Requests by people about their own information."""
    web: Web = request.app.state.web
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    session.require_purpose(web.engine, rights_requests.PURPOSE)
    return page(
        request,
        "rights.html",
        requests=await rights_requests.requests(web.engine),
        error=None,
        findable=web.engine.findable(),
        items=web.engine.policy.policy.items,
        now=web.engine.clock.now(),
    )


async def rights_open(request: Request) -> Response:
    """Somebody asks, by post or call."""
    web: Web = request.app.state.web
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    session.require_purpose(web.engine, rights_requests.PURPOSE)
    form = await form_of(request, ("kind", "channel", "note", *web.engine.findable()))
    criteria = {item: form[item] for item in web.engine.findable() if form.get(item, "").strip()}
    try:
        request_id = await rights_requests.open_request(
            web.engine,
            session,
            kind=form.get("kind", ""),
            channel=form.get("channel", ""),
            criteria=criteria,
            note=form.get("note", ""),
        )
    except (InputError, NotFoundError) as error:
        return page(
            request,
            "rights.html",
            404 if isinstance(error, NotFoundError) else 422,
            requests=await rights_requests.requests(web.engine),
            error=error,
            findable=web.engine.findable(),
            items=web.engine.policy.policy.items,
            now=web.engine.clock.now(),
        )
    return go(request, f"/rights/{request_id}")


async def rights_request(request: Request) -> Response:
    """One request and its next step."""
    web: Web = request.app.state.web
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    if not session.may(web.engine, "approve"):
        session.require_purpose(web.engine, rights_requests.PURPOSE)
    found = await rights_requests.request_of(web.engine, request.path_params["request"])
    return page(
        request, "rights_request.html", one=found, session=session, may_approve=session.may(web.engine, "approve")
    )


async def rights_step(request: Request) -> Response:
    """Identity check, asking for approval, approving, finishing."""
    web: Web = request.app.state.web
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("step", "check"))
    request_id = request.path_params["request"]
    match form.get("step"):
        case "check":
            await rights_requests.check_identity(web.engine, session, request_id, form.get("check", ""))
        case "ask":
            await rights_requests.ask_approval(web.engine, session, request_id)
        case "approve":
            await rights_requests.approve(web.engine, session, request_id)
        case "export":
            packed = await rights_requests.finish_export(web.engine, session, request_id, language_of(request))
            return Response(
                packed,
                media_type="application/zip",
                headers={"content-disposition": 'attachment; filename="rights-request.zip"'},
            )
        case "erase":
            receipt = await rights_requests.finish_erase(web.engine, session, request_id)
            return page(request, "rights_erased.html", receipt=receipt, site=web.addresses.get("site", ""))
        case _:
            raise InputError("expected a step of a rights request, found another", reason="step-unknown")
    return go(request, f"/rights/{request_id}")


async def ledger(request: Request) -> Response:
    """The newest entries, account parts only, and the checkpoint."""
    web: Web = request.app.state.web
    session = _staff(request)
    if session is None:
        return go(request, "/sign-in")
    session.require(web.engine, "ledger")
    return page(
        request,
        "ledger.html",
        names=await sessions.logins_by_actor(web.engine),
        lines=await newest_entries(web.engine, 100),
        note=web.engine.sequencer.note,
        key=str(web.engine.sequencer.verifier),
    )


def _staff(request: Request) -> Any:
    return request.scope["state"].get("session")
