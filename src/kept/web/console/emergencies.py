"""The console's page of emergencies: opening one, what each opened, and the look somebody else takes at it."""

from __future__ import annotations

from starlette.responses import Response

from kept.errors import DeniedError, InputError, KeptError
from kept.policy.duties import roles_that_may
from kept.services.cases import emergencies
from kept.services.engine.engine import Engine
from kept.web.console.stepped import Staff, beside
from kept.web.form import Form
from kept.web.routes import STAFF, Menu, either, page, right

FIELDS = ("purpose", "reason", "text")
SEES = either(right("approve"), right("break-glass"))


async def _overview(exchange: Staff) -> Response:
    return await _page(exchange, None, Form(dict.fromkeys(FIELDS, "")), 200)


async def _begin(exchange: Staff) -> Response:
    """Open an emergency; who may not is refused by what opens it, which records the try."""
    findable = exchange.engine.findable()
    form = await exchange.form(*FIELDS, *findable)
    try:
        case = await emergencies.open_emergency(
            exchange.engine,
            exchange.session,
            purpose=form["purpose"],
            why=form["reason"],
            text=form["text"],
            criteria=form.filled(findable),
        )
    except (DeniedError, InputError) as error:
        if not SEES.met(exchange.engine, exchange.session):
            raise
        return await _page(exchange, error, form, beside(error))
    return exchange.go(f"/case/{case}")


async def _review(exchange: Staff) -> Response:
    form = await exchange.form("outcome")
    await emergencies.review(exchange.engine, exchange.session, exchange.path("case"), form["outcome"])
    return exchange.go("/emergencies")


async def _page(exchange: Staff, error: KeptError | None, typed: Form, status: int) -> Response:
    engine = exchange.engine
    return exchange.page(
        "emergencies.html",
        status,
        made=await emergencies.emergencies_for(engine, exchange.session),
        may_open=exchange.may("break-glass"),
        lendable=emergencies.lendable(engine, exchange.session),
        reasons_of=emergencies.REASONS,
        review_by=emergencies.review_seconds(engine),
        typed=typed,
        error=error,
    )


def _lent(engine: Engine) -> bool:
    return bool(roles_that_may(engine.policy.policy, "break-glass"))


PAGES = (
    page("/emergencies", get=SEES(_overview), post=STAFF(_begin), menu=Menu("Emergencies"), where=_lent),
    page("/emergencies/{case}", post=right("approve")(_review), where=_lent),
)
