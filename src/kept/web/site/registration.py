"""The registration form: notice first, then what a person chooses to give."""

from __future__ import annotations

from starlette.responses import Response

from kept.errors import SubmissionError
from kept.policy.duties import point_for
from kept.policy.words import PointKind
from kept.services.engine.engine import Engine
from kept.services.forms import collection
from kept.services.forms.reconsent import Question, asked_again, words_beside
from kept.services.gate.own_session import Own
from kept.web.exchange import Exchange
from kept.web.jar import count_visit
from kept.web.routes import CUSTOMER, Menu, page


def declared(engine: Engine) -> bool:
    """Whether the policy in force has a registration."""
    return point_for(engine.policy.policy, PointKind.REGISTRATION) is not None


def _point(exchange: Exchange[Own]) -> str:
    point = point_for(exchange.policy, PointKind.REGISTRATION)
    return point.id if point else ""


async def registration(exchange: Exchange[Own]) -> Response:
    """The form: notice first, no box ticked, no field hidden."""
    return count_visit(exchange, await _page(exchange), "registration")


async def _submit(exchange: Exchange[Own]) -> Response:
    answers = await exchange.answers()
    try:
        receipt = await collection.submit(
            exchange.engine,
            exchange.session,
            point=_point(exchange),
            stage="",
            language=exchange.language,
            unverified_token=answers.token,
            fields=answers.given,
        )
    except SubmissionError as error:
        return await _page(exchange, error, answers.typed())
    return exchange.go(f"/my-data/receipts/{receipt.id}")


async def _page(
    exchange: Exchange[Own], error: SubmissionError | None = None, typed: dict[str, list[str]] | None = None
) -> Response:
    engine, person_id = exchange.engine, exchange.session.person_id
    asked = await asked_again(engine, person_id)
    again: dict[str, list[Question]] = {}
    for one in asked:
        again.setdefault(one.item, []).append(one)
    form = await collection.present_form(engine, exchange.session, _point(exchange), "", exchange.language)
    given = tuple((await engine.people.load(person_id)).state.slots)
    return exchange.page(
        "registration.html",
        422 if error else 200,
        form=form,
        error=error,
        titles={hint.item.id: hint.title for hint in form.hints},
        typed=typed or {},
        given=given,
        again=again,
        beside=await words_beside(engine, person_id, asked, exchange.language),
    )


PAGES = (
    page(
        "/registration",
        get=CUSTOMER.otherwise("/join")(registration),
        post=CUSTOMER(_submit),
        menu=Menu("Registration", point=PointKind.REGISTRATION),
        where=declared,
    ),
)
