"""One's own requests to the rights desk: asking, each step of them, and the answers."""

from __future__ import annotations

from starlette.responses import Response

from kept.errors import InputError, KeptError
from kept.policy.rights import fee_of
from kept.policy.words import TOLD
from kept.services.engine.engine import Engine
from kept.services.gate.own_session import Own
from kept.services.my_data import own_requests, rights_answers
from kept.services.my_data.rights_record import purpose_of
from kept.services.my_data.rights_requests import Letter
from kept.web.console.rights import ASKED, asked_in, words_of
from kept.web.exchange import Exchange
from kept.web.form import Form
from kept.web.routes import CUSTOMER, FILE, FRESH, page


async def _look(exchange: Exchange[Own]) -> Response:
    return await _shown(exchange)


async def _shown(exchange: Exchange[Own], error: KeptError | None = None, typed: Form | None = None) -> Response:
    return exchange.page(
        "requests.html",
        422 if error else 200,
        found=await own_requests.requests_of(exchange.engine, exchange.session),
        fresh=exchange.session.fresh(exchange.now),
        fee=fee_of(exchange.policy, TOLD),
        fee_kinds=[one for one in TOLD if fee_of(exchange.policy, (one,))],
        typed=typed or {},
        **words_of(exchange.engine),
        error=error,
    )


async def _ask(exchange: Exchange[Own]) -> Response:
    form = await exchange.form(*ASKED, "format", "note")
    letter = Letter(form["note"], form["format"], exchange.language)
    try:
        await own_requests.ask(exchange.engine, exchange.session, [asked_in(form)], letter)
    except InputError as error:
        return await _shown(exchange, error, form)
    return exchange.go("/my-data/requests")


async def _fetch(exchange: Exchange[Own]) -> Response:
    await exchange.form()
    made = await rights_answers.fetch(exchange.engine, exchange.session, exchange.path("id"))
    return exchange.download(made.content, made.media_type, made.name)


def _where(engine: Engine) -> bool:
    return bool(purpose_of(engine))


PAGES = (
    page("/my-data/requests", get=CUSTOMER(_look), post=FRESH(_ask), where=_where),
    page("/my-data/requests/{id}", post=FRESH(_fetch), where=_where, shows=FILE),
)
