"""The console's desk of papers and calls: entering what somebody gave there, and witnessing what a colleague entered."""

from __future__ import annotations

from starlette.responses import Response

from kept.errors import DeniedError, InputError, KeptError
from kept.number import parse_number
from kept.policy.duties import witnessed_ways
from kept.policy.words import PointKind
from kept.services.cases import cases, witnessed_entry, witnessing
from kept.services.cases.witnessed_entry import RIGHT, Shown, Typed
from kept.services.forms.collection import box_value
from kept.services.gate.witnessed_form import WAYS, Standing, standing
from kept.services.my_data import disowning
from kept.web.console.stepped import Staff, beside
from kept.web.form import Form
from kept.web.routes import OPENED, Menu, either, page, right

ENTERS = right(RIGHT)
SEES = either(ENTERS, right("approve"))
SAID = "said."


async def _list(exchange: Staff) -> Response:
    engine = exchange.engine
    return exchange.page(
        "witnessed.html",
        made=await witnessing.lines(engine),
        versions=sorted(await witnessed_entry.versions(engine), reverse=True),
        points=[one for one in exchange.policy.points.values() if one.kind is PointKind.REGISTRATION],
        spoken=exchange.policy.languages,
    )


async def _form(exchange: Staff) -> Response:
    return await _entry(exchange, await _shown(exchange))


async def _enter(exchange: Staff) -> Response:
    """Enter what was given, and ask a second member of staff to witness it."""
    shown = await _shown(exchange)
    items = [one.item for one in shown.hints]
    names = [SAID + box_value(one) for one in shown.boxes]
    several = [one.id for one in items if one.type.about.several]
    form = await exchange.form("how", "given_on", "case", *names, *(one.id for one in items), several=several)
    typed = Typed(
        form["how"],
        exchange.path("point"),
        _number(exchange),
        exchange.path("spoken"),
        form["given_on"],
        form["case"],
        tuple(
            (one.id, text) for one in items for text in (form.lines(one.id) if one.id in several else [form[one.id]])
        ),
        {name.removeprefix(SAID): form[name] for name in names if form[name]},
    )
    try:
        form_id = await witnessing.enter(exchange.engine, exchange.session, typed)
    except (InputError, DeniedError) as error:
        return await _entry(exchange, shown, form, error)
    return exchange.go(f"/witnessed/{form_id}")


async def _entry(exchange: Staff, shown: Shown, form: Form | None = None, error: KeptError | None = None) -> Response:
    engine = exchange.engine
    open_cases = [
        one
        for one in await cases.cases_of(engine, exchange.session)
        if not one.closed and one.expires_at > exchange.now
    ]
    typed = {name: form.lines(name) for name in form} if form is not None else {}
    return exchange.page(
        "witnessed_form.html",
        beside(error) if error else 200,
        form=shown,
        titles={one.item.id: one.item.titles.get(exchange.language, one.title) for one in shown.hints},
        typed={name: list(lines) for name, lines in typed.items()},
        error=error,
        cases=open_cases,
        ways=[how for how, source in WAYS.items() if source in witnessed_ways(exchange.policy)],
        today=witnessed_entry.day_today(engine),
        box_value=box_value,
        said=SAID,
    )


async def _shown(exchange: Staff) -> Shown:
    return await witnessed_entry.show(
        exchange.engine, exchange.session, exchange.path("point"), _number(exchange), exchange.path("spoken")
    )


def _number(exchange: Staff) -> int:
    return parse_number(exchange.path("version")) or 0


async def _one(exchange: Staff) -> Response:
    """One form: where it stands, and the names of what it holds."""
    return await _page(exchange, await standing(exchange.engine, exchange.path("id")))


async def _take_on(exchange: Staff) -> Response:
    """Open it to hold it against the paper, witness it, ask once more, or note that it was not theirs."""
    form, form_id = await exchange.form("step", "seen"), exchange.path("id")
    step = form["step"]
    engine, session = exchange.engine, exchange.session
    if step == "read":
        return await _page(exchange, await witnessing.read(engine, session, form_id), opened=True)
    if step == "witness":
        await witnessing.WITNESSING.approve(engine, session, form_id, form["seen"])
    elif step == "ask":
        await witnessing.ask_again(engine, session, form_id)
    elif step == "disown":
        await disowning.disown_by_post(engine, session, form_id)
    else:
        raise InputError("expected a step of this page, found another", reason="step-unknown")
    return exchange.go("/witnessed")


async def _page(exchange: Staff, found: Standing, *, opened: bool = False) -> Response:
    made = {one.id: one for one in await witnessing.lines(exchange.engine)}
    return exchange.page(
        "witnessed_one.html",
        one=found,
        line=made.get(found.id),
        notice=await exchange.engine.notices.get(found.form.notice_id),
        read=opened,
        opened=found.form.values if opened else {},
    )


PAGES = (
    page("/witnessed", get=SEES(_list), menu=Menu("On paper and by phone"), where=witnessed_entry.declared),
    page(
        "/witnessed/new/{point}/{version}/{spoken}",
        get=ENTERS(_form),
        post=ENTERS(_enter),
        where=witnessed_entry.declared,
    ),
    page(
        "/witnessed/{id}",
        get=SEES(_one),
        post=SEES(_take_on),
        where=witnessed_entry.declared,
        shows=f"read: {OPENED}",
    ),
)
