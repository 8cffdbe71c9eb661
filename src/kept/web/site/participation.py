"""The customers' pages of questionnaires, contests, sweepstakes and events: what is open, its form, what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, PlainTextResponse, Response

import kept_verify
from kept import limits
from kept.errors import InputError, KeptError, SubmissionError
from kept.policy.duties import point_for
from kept.policy.instance import OF_KIND
from kept.policy.narrow import narrow
from kept.policy.present import notice_text
from kept.policy.words import PointKind
from kept.services.engine.engine import Engine
from kept.services.forms.collection import Presented
from kept.services.forms.instance_record import Standing, all_standing, standing
from kept.services.forms.submission import ANSWER, publishable_items
from kept.services.gate.own_session import Own
from kept.services.instances import participations, sweepstakes
from kept.services.instances.contests import published_of
from kept.web.exchange import Exchange
from kept.web.routes import ANYBODY, CUSTOMER, Menu, page

VERIFIER = Path(kept_verify.__file__).with_name("draw.py")


async def _open_ones(exchange: Exchange[Own | None]) -> Response:
    """What one can take part in, and what was decided lately."""
    engine, now, own = exchange.engine, exchange.now, exchange.session
    shown = [one for one in await all_standing(engine) if one.status != "draft"]
    return exchange.page(
        "take_part.html",
        open_now=[one for one in shown if _open(one, now)],
        over=[one for one in shown if not _open(one, now) and (one.closed_at or now) > now - limits.DRAW_SHOWN_SECONDS],
        mine={one.id: part for one, part in await participations.parts_of(engine, own.person_id)} if own else {},
    )


async def _one(exchange: Exchange[Own | None]) -> Response:
    """One of them: its form, one's own part, or what came of it."""
    return await _page(exchange)


async def _take_part(exchange: Exchange[Own]) -> Response:
    instance, answers = exchange.path("instance"), await exchange.answers()
    try:
        receipt = await participations.take_part(
            exchange.engine,
            exchange.session,
            instance,
            language=exchange.language,
            unverified_token=answers.token,
            fields=answers.given,
        )
    except SubmissionError as error:
        return await _page(exchange, error, answers.typed())
    return exchange.go(f"/my-data/receipts/{receipt.id}")


async def _leave(exchange: Exchange[Own]) -> Response:
    await exchange.form()
    await participations.leave(exchange.engine, exchange.session, exchange.path("instance"))
    return exchange.go(f"/take-part/{exchange.path('instance')}")


async def _draw_file(exchange: Exchange[Any]) -> Response:
    """The published file of a draw: commitments from the start, seed and winners once it is drawn."""
    file = await exchange.web.draws.file_of(exchange.path("instance"))
    return exchange.public(FileResponse(file.path, media_type="application/json"))


async def _verifier(exchange: Exchange[Any]) -> Response:
    """The program that checks a draw offline."""
    return exchange.public(PlainTextResponse(VERIFIER.read_text(encoding="utf-8")))


async def _page(
    exchange: Exchange[Own | None], error: KeptError | None = None, typed: dict[str, list[str]] | None = None
) -> Response:
    engine, policy, own = exchange.engine, exchange.policy, exchange.session
    try:
        found = await standing(engine, exchange.path("instance"))
    except InputError:
        return exchange.missing()
    if found.status == "draft":
        return exchange.missing()
    part = await participations.part_of(engine, own.person_id, found.id) if own else None
    point, shown = narrow(policy, found.file), await _form(exchange, found)
    stage = shown.notice.stage if shown else next(iter(point.stages))
    given = tuple((await engine.people.load(own.person_id)).state.slots) if own else ()
    return exchange.page(
        "take_part_one.html",
        422 if error else 200,
        one=found,
        part=part,
        form=shown,
        notice=None if shown else notice_text(policy, point, stage, exchange.language, found.file),
        error=error,
        titles=_titles(found, shown, exchange.language),
        typed=typed or {},
        given=given,
        publishable=publishable_items(policy, point.purposes),
        answer=ANSWER,
        draw=(await exchange.web.draws.file_of(found.id)).facts if found.kind is PointKind.SWEEPSTAKE else None,
        listed=part is not None and await sweepstakes.is_listed(engine, found.id, part.number),
        published=await published_of(engine, found.id) if found.kind is PointKind.CONTEST else (),
        is_open=_open(found, exchange.now),
    )


def _titles(found: Standing, shown: Presented | None, language: str) -> dict[str, str]:
    """Return what each field of the form is called."""
    titles = {f"{ANSWER}{one.id}": one.ask[language] for one in found.file.questions}
    return titles | {hint.item.id: hint.title for hint in shown.hints} if shown else titles


async def _form(exchange: Exchange[Own | None], found: Standing) -> Presented | None:
    """Return the form of who may still take part."""
    if exchange.session is None:
        return None
    try:
        return await participations.present_part(exchange.engine, exchange.session, found.id, exchange.language)
    except SubmissionError:
        return None


def _open(found: Standing, at: float) -> bool:
    return found.status == "open" and at < found.file.closes_at


def _declared(engine: Engine) -> bool:
    return any(point.kind in OF_KIND for point in engine.policy.policy.points.values())


def _drawn(engine: Engine) -> bool:
    return point_for(engine.policy.policy, PointKind.SWEEPSTAKE) is not None


PAGES = (
    page("/draw/{instance}.json", get=ANYBODY(_draw_file), spoken=False, where=_drawn),
    page("/draw/verify.py", get=ANYBODY(_verifier), spoken=False, where=_drawn),
    page("/take-part", get=ANYBODY(_open_ones), menu=Menu("Take part"), where=_declared),
    page("/take-part/{instance}", get=ANYBODY(_one), post=CUSTOMER(_take_part), where=_declared),
    page("/take-part/{instance}/leave", post=CUSTOMER(_leave), where=_declared),
)
