"""The customers' pages of questionnaires, contests, sweepstakes and events: what is open, its form, what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

import kept_verify
from kept.errors import InputError, KeptError, SubmissionError
from kept.policy.narrow import narrow
from kept.policy.present import notice_text
from kept.policy.words import PointKind
from kept.services.forms.collection import box_value
from kept.services.forms.instance_record import Standing, all_standing, standing
from kept.services.forms.submission import ANSWER, publishable_items
from kept.services.instances import participations, sweepstakes
from kept.services.instances.contests import published_of
from kept.web.answers import Web, check_form_token, form_of, go, language_of, page

SHOWN_AFTER_SECONDS = 90 * 86400.0
VERIFIER = Path(kept_verify.__file__).with_name("draw.py")


def routes() -> list[Route]:
    """Return the routes, under both languages."""
    pages: list[tuple[str, Any, str]] = [
        ("/take-part", open_ones, "GET"),
        ("/take-part/{instance}", one, "GET"),
        ("/take-part/{instance}", take_part, "POST"),
        ("/take-part/{instance}/leave", leave, "POST"),
    ]
    found = [
        Route(f"/{language}{path}", act, methods=[method]) for language in ("en", "ja") for path, act, method in pages
    ]
    return [Route("/draw/{instance}.json", draw_file), Route("/draw/verify.py", verifier), *found]


async def open_ones(request: Request) -> Response:
    """What one can take part in, and what was decided lately."""
    web: Web = request.app.state.web
    now = web.engine.clock.now()
    shown = [one for one in await all_standing(web.engine) if one.status != "draft"]
    own = request.scope["state"].get("session")
    return page(
        request,
        "take_part.html",
        open_now=[one for one in shown if _open(one, now)],
        over=[one for one in shown if not _open(one, now) and (one.closed_at or now) > now - SHOWN_AFTER_SECONDS],
        mine={one.id: part for one, part in await participations.parts_of(web.engine, own.person_id)} if own else {},
    )


async def one(request: Request) -> Response:
    """One of them: its form, one's own part, or what came of it."""
    return await _page(request, None, {}, 200)


async def take_part(request: Request) -> Response:
    """Take part with what one chose to give."""
    web: Web = request.app.state.web
    own = request.scope["state"].get("session")
    if own is None:
        return go(request, "/sign-in")
    form = await request.form(max_files=0, max_fields=300)
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    check_form_token(request, next((value for name, value in fields if name == "form_token"), ""))
    token = next((value for name, value in fields if name == "notice_token"), "")
    given = [one for one in fields if one[0] not in {"notice_token", "form_token"}]
    try:
        receipt = await participations.take_part(
            web.engine,
            own,
            request.path_params["instance"],
            language=language_of(request),
            unverified_token=token,
            fields=given,
        )
    except SubmissionError as error:
        typed: dict[str, list[str]] = {}
        for name, value in given:
            typed.setdefault(name, []).append(value)
        return await _page(request, error, typed, 422)
    found = await standing(web.engine, request.path_params["instance"])
    return page(request, "receipt.html", receipt=receipt.record, receipt_id=receipt.id, took_part=found)


async def leave(request: Request) -> Response:
    """Leave."""
    web: Web = request.app.state.web
    own = request.scope["state"].get("session")
    if own is None:
        return go(request, "/sign-in")
    await form_of(request, ())
    await participations.leave(web.engine, own, request.path_params["instance"])
    return go(request, f"/take-part/{request.path_params['instance']}")


async def draw_file(request: Request) -> Response:
    """The published file of a draw: commitments from the start, seed and winners once it is drawn."""
    web: Web = request.app.state.web
    found = await sweepstakes.public_file(web.engine, request.path_params["instance"])
    return Response(json.dumps(found, ensure_ascii=False, indent=1), media_type="application/json")


async def verifier(request: Request) -> Response:
    """The program that checks a draw offline."""
    del request
    return PlainTextResponse(VERIFIER.read_text(encoding="utf-8"))


async def _page(
    request: Request, error: KeptError | None, typed: dict[str, Sequence[str]] | dict[str, list[str]], status: int
) -> Response:
    web: Web = request.app.state.web
    engine = web.engine
    own = request.scope["state"].get("session")
    try:
        found = await standing(engine, request.path_params["instance"])
    except InputError:
        return page(request, "missing.html", 404)
    if found.status == "draft":
        return page(request, "missing.html", 404)
    language = language_of(request)
    policy = engine.policy.policy
    point = narrow(policy, found.file)
    part = await participations.part_of(engine, own.person_id, found.id) if own else None
    shown = None
    if own is not None:
        try:
            shown = await participations.present_part(engine, own, found.id, language)
        except SubmissionError:
            shown = None
    held = (await engine.people.load(own.person_id)).state.slots if own else {}
    stage = shown.notice.stage if shown else next(iter(point.stages))
    draw = await sweepstakes.public_file(engine, found.id) if found.kind is PointKind.SWEEPSTAKE else None
    return page(
        request,
        "take_part_one.html",
        status,
        one=found,
        part=part,
        form=shown,
        notice=None if shown else notice_text(policy, point, stage, language, found.file),
        error=error,
        typed=typed,
        box_value=box_value,
        given=tuple(held),
        publishable=publishable_items(policy, point.purposes),
        answer=ANSWER,
        draw=draw,
        published=await published_of(engine, found.id) if found.kind is PointKind.CONTEST else (),
        is_open=_open(found, engine.clock.now()),
    )


def _open(found: Standing, at: float) -> bool:
    return found.status == "open" and at < found.file.closes_at
