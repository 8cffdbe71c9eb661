"""The console's pages of questionnaires, contests, sweepstakes and events: drafting, opening, closing, what each needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.responses import Response

from kept import limits
from kept.errors import InputError, KeptError
from kept.policy.instance import OF_KIND
from kept.policy.narrow import main_purpose
from kept.policy.words import Exit, PointKind
from kept.services.cases.other_words import WRITING
from kept.services.engine.engine import Engine
from kept.services.gate.released import Card
from kept.services.instances import contests, events, instances, questionnaires, sweepstakes
from kept.services.staff import bulk_approval
from kept.services.staff.sessions import StaffSession
from kept.services.upkeep.approvals import KINDS
from kept.web.console import beginnings
from kept.web.console.stepped import Staff, Step, Stepped, drafted, plain
from kept.web.form import Form
from kept.web.routes import OPENED, Menu, duty

Shown = dict[str, list[tuple[str, tuple[str, ...]]]]
"""What was opened onto an answer: by number, item and its lines."""


def _purposes(engine: Engine) -> list[str]:
    policy = engine.policy.policy
    return [main_purpose(policy, one) for one in policy.points.values() if one.kind in OF_KIND]


SECONDS = [kind for kind in KINDS.values() if kind.page == "/approvals" and kind is not WRITING]
"""Acts about everybody of an instance."""
MAKES = duty("questionnaires, contests, sweepstakes, events", _purposes)


async def _list(exchange: Staff, error: KeptError | None, form: Form, status: int) -> Response:
    policy, mine = exchange.policy, instances.points_of(exchange.engine, exchange.session)
    examples = {one.kind.value: beginnings.instance(policy, one, exchange.now) for one in mine}
    return exchange.page(
        "instances.html",
        status,
        made=await instances.instances_of(exchange.engine, exchange.session),
        points=mine,
        examples=examples,
        error=error,
        file=form["file"] or examples[min(examples)],
    )


async def _seconds(exchange: Staff, instance: str) -> list[tuple[str, str, str]]:
    """Return what here is about so many that it needs a second person: its word, its title, and whether it waits."""
    found = []
    for kind in SECONDS:
        with suppress(InputError):  # an act on another kind of instance
            people = (await kind.about(exchange.engine, instance)).people or 0
            state = await bulk_approval.state_of(exchange.engine, exchange.session, kind.act, instance)
            if people > limits.FEW_PEOPLE or state:
                found.append((kind.act, kind.title, state))
    return found


async def _one(
    exchange: Staff, instance: str, shown: Shown | None = None, guests: tuple[events.Guest, ...] = ()
) -> Response:
    engine, session = exchange.engine, exchange.session
    found = await instances.standing_for(engine, session, instance)
    asked = found.kind is PointKind.QUESTIONNAIRE
    drawn = found.kind is PointKind.SWEEPSTAKE
    counted = await questionnaires.results_of(engine, found.id) if asked else None
    entries = await contests.entries_of(engine, session, found.id) if found.kind is PointKind.CONTEST else ()
    return exchange.page(
        "instance.html",
        one=found,
        counted=counted,
        numbers=await questionnaires.numbers_of(engine, found.id) if asked else [],
        entries=entries,
        winners=await sweepstakes.winners_of(engine, found.id) if drawn else (),
        draw=(await exchange.web.draws.file_of(found.id)).facts if drawn and found.status != "draft" else None,
        shown=shown or {},
        guests=guests,
        ends_at=instances.end_at(engine, found),
        seconds=await _seconds(exchange, found.id),
        few=limits.FEW_PEOPLE,
    )


def _opening(do: Callable[[Engine, StaffSession, str, str], Awaitable[Card]]) -> Step:
    """Make a step of opening what one number holds onto this answer, once."""

    async def step(exchange: Staff, instance: str, form: Form) -> Response:
        card = await do(exchange.engine, exchange.session, instance, form["number"])
        lines = []
        for slot in card:
            with card[slot].open(Exit.SCREEN) as value:
                lines.append((slot.partition("#")[0], value if isinstance(value, tuple) else (value,)))
        return await _one(exchange, instance, {form["number"]: lines})

    return step


def _numbered(do: Callable[[Engine, StaffSession, str, str], Awaitable[object]]) -> Step:
    """Make a step of something done to one number."""

    async def step(exchange: Staff, instance: str, form: Form) -> None:
        await do(exchange.engine, exchange.session, instance, form["number"])

    return step


async def _guests(exchange: Staff, instance: str, form: Form) -> Response:
    del form
    return await _one(
        exchange, instance, None, tuple(await events.check_in_list(exchange.engine, exchange.session, instance))
    )


async def _draw(exchange: Staff, instance: str, form: Form) -> None:
    await sweepstakes.draw_lots(exchange.engine, exchange.session, instance, form["public_number"].strip())


PAGES = Stepped(
    path="/instances",
    needs=MAKES,
    needs_one=MAKES,  # each for the purpose of its own point, which its page and its steps insist on
    overview=_list,
    begun=drafted(MAKES, instances.draft),
    one=_one,
    steps={
        "open": plain(instances.open_instance),
        "close": plain(instances.close_instance),
        "count": plain(questionnaires.count_answers),
        "publish": plain(contests.publish),
        **{f"ask-{kind.act}": plain(kind.ask) for kind in SECONDS},
        "list": _guests,
        "draw": _draw,
        "answer": _opening(questionnaires.open_answer),
        "entry": _opening(contests.open_entry),
        "address": _opening(sweepstakes.open_address),
        "winner": _numbered(contests.choose_winner),
        "delivered": _numbered(sweepstakes.deliver),
        "arrived": _numbered(events.arrived),
    },
    fields=("number", "public_number"),
    menu=Menu("Questionnaires, contests, events"),
    shows=dict.fromkeys(("address", "answer", "entry", "list"), OPENED),
    where=lambda engine: bool(_purposes(engine)),
).pages()
