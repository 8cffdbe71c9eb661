"""The console's pages of questionnaires, contests, sweepstakes and events: drafting, opening, closing, what each needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kept.errors import ConflictError, InputError, KeptError
from kept.policy.instance import OF_KIND
from kept.policy.narrow import main_purpose
from kept.policy.words import Exit, PointKind
from kept.services.engine.engine import Engine
from kept.services.forms import instance_record
from kept.services.gate.released import Card
from kept.services.instances import contests, events, instances, questionnaires, sweepstakes
from kept.services.staff import bulk_approval
from kept.services.staff.sessions import StaffSession
from kept.web.answers import Web, environment, form_of, go, page


def routes() -> list[Route]:
    """Return the routes, under both languages."""
    return [
        Route(f"/{language}{path}", act, methods=[method])
        for language in ("en", "ja")
        for path, act, method in (
            ("/instances", all_of_them, "GET"),
            ("/instances", draft, "POST"),
            ("/instances/{instance}", one, "GET"),
            ("/instances/{instance}", step, "POST"),
        )
    ]


async def all_of_them(request: Request) -> Response:
    """Every instance these roles may act for, and a draft to begin from."""
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
        made = await instances.draft(web.engine, session, file)
    except (InputError, ConflictError) as error:
        return await _list(request, error, file, 422)
    return go(request, f"/instances/{made.id}")


async def one(request: Request) -> Response:
    """One of them, and what can be done next."""
    if request.scope["state"].get("session") is None:
        return go(request, "/sign-in")
    return await _page(request, {}, (), 200)


async def step(request: Request) -> Response:
    """Open, close, count, look, choose, publish, draw, deliver, check in."""
    web: Web = request.app.state.web
    session = request.scope["state"].get("session")
    if session is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("step", "number", "public_number"))
    engine, instance, number = web.engine, request.path_params["instance"], form.get("number", "")
    asked = form.get("step", "")
    if asked in LOOKS:
        return await _page(request, _shown(await LOOKS[asked](engine, session, instance, number), number), (), 200)
    if asked == "list":
        return await _page(request, {}, tuple(await events.check_in_list(engine, session, instance)), 200)
    if asked == "draw":
        await sweepstakes.draw_lots(engine, session, instance, form.get("public_number", "").strip())
    elif asked in NUMBERED:
        await NUMBERED[asked](engine, session, instance, number)
    elif asked in WHOLE:
        await WHOLE[asked](engine, session, instance)
    else:
        raise InputError("expected a step of this page, found another", reason="step-unknown")
    return go(request, f"/instances/{instance}")


LOOKS: Mapping[str, Callable[[Engine, StaffSession, str, str], Awaitable[Card]]] = {
    "answer": questionnaires.open_answer,
    "entry": contests.open_entry,
    "address": sweepstakes.open_address,
}
NUMBERED: Mapping[str, Callable[[Engine, StaffSession, str, str], Awaitable[object]]] = {
    "winner": contests.choose_winner,
    "delivered": sweepstakes.deliver,
    "arrived": events.arrived,
}
WHOLE: Mapping[str, Callable[[Engine, StaffSession, str], Awaitable[object]]] = {
    "open": instances.open_instance,
    "close": instances.close_instance,
    "count": questionnaires.count_answers,
    "publish": contests.publish,
    "ask-list": events.ask_second,
    "ask-publish": contests.ask_second,
}


def _shown(card: Card, number: str) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Open what was released onto this answer, once: by number, item and its lines."""
    lines = []
    for slot in card:
        with card[slot].open(Exit.SCREEN) as value:
            lines.append((slot.partition("#")[0], value if isinstance(value, tuple) else (value,)))
    return {number: lines}


async def _list(request: Request, error: KeptError | None, file: str, status: int) -> Response:
    web: Web = request.app.state.web
    session: StaffSession = request.scope["state"]["session"]
    policy = web.engine.policy.policy
    mine = [
        point
        for point in policy.points.values()
        if point.kind.value in OF_KIND and session.acts_for(web.engine, main_purpose(policy, point))
    ]
    if not mine:
        session.require_purpose(web.engine, main_purpose(policy, next(iter(policy.points.values()))))
    kinds = {point.kind for point in mine}
    return page(
        request,
        "instances.html",
        status,
        made=[one for one in await instance_record.all_standing(web.engine) if one.kind in kinds],
        points=mine,
        examples={kind.value: _example(kind) for kind in sorted(kinds)},
        error=error,
        file=file or _example(min(kinds)),
    )


def _example(kind: PointKind) -> str:
    source = environment.loader
    if source is None:
        raise RuntimeError("templates have a loader")
    return source.get_source(environment, f"examples/{kind.value}.yaml")[0]


async def _page(request: Request, shown: dict[str, Any], guests: tuple[events.Guest, ...], status: int) -> Response:
    web: Web = request.app.state.web
    engine = web.engine
    session: StaffSession = request.scope["state"]["session"]
    found = await instance_record.standing(engine, request.path_params["instance"])
    point = engine.policy.policy.points[found.file.point]
    session.require_purpose(engine, main_purpose(engine.policy.policy, point))
    results: list[questionnaires.Result] = []
    counted, numbers = 0, []
    if found.kind is PointKind.QUESTIONNAIRE:
        results, counted = await questionnaires.results_of(engine, found.id)
        numbers = await questionnaires.numbers_of(engine, found.id)
    return page(
        request,
        "instance.html",
        status,
        one=found,
        results=results,
        counted=counted,
        numbers=numbers,
        entries=await contests.entries_of(engine, session, found.id) if found.kind is PointKind.CONTEST else (),
        winners=await sweepstakes.winners_of(engine, found.id) if found.kind is PointKind.SWEEPSTAKE else (),
        draw=await sweepstakes.public_file(engine, found.id)
        if found.kind is PointKind.SWEEPSTAKE and found.status != "draft"
        else None,
        shown=shown,
        guests=guests,
        ends_at=instances.end_at(engine, found),
        second_of={
            act: await bulk_approval.state_of(engine, session, act, found.id) for act in (events.ACT, contests.ACT)
        },
        few=bulk_approval.FEW,
    )
