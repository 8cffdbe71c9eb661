"""The rights desk: what people ask about their own information, by post, by call, in person or on their page, with due dates."""

from __future__ import annotations

from starlette.responses import Response

from kept.errors import InputError, KeptError
from kept.number import parse_number
from kept.policy.rights import KIND_TITLES, refusals_of
from kept.services.authorities.request_paper import media_type_of
from kept.services.engine.engine import Engine
from kept.services.my_data import rights_answers, rights_decisions, rights_paper, rights_requests
from kept.services.my_data.erasure import erasure_receipt
from kept.services.my_data.rights_answers import Answer
from kept.services.my_data.rights_record import purpose_of
from kept.services.my_data.rights_requests import Asked, Letter, Read
from kept.web.console.stepped import Begun, Staff, Step, Stepped, approving, plain, sent_file
from kept.web.form import Form
from kept.web.routes import FILE, OPENED, Menu, duty, either, page, right

ASKED = ("kind", "target", "value")
FIELDS = (*ASKED, "channel", "format", "answer_language", "note", "agent", "authority", "came_on")
STEP_FIELDS = (*ASKED, "check", "part", "outcome", "ground", "state")


def _purposes(engine: Engine) -> list[str]:
    purpose = purpose_of(engine)
    return [purpose] if purpose else []


ACTS = duty(rights_requests.ACT, _purposes)
SEES = either(right("approve"), ACTS)


async def _list(exchange: Staff, error: KeptError | None, form: Form, status: int) -> Response:
    return exchange.page(
        "rights.html",
        status,
        requests=await rights_requests.requests(exchange.engine),
        authorities=rights_requests.AUTHORITIES,
        **words_of(exchange.engine),
        typed=form,
        error=error,
    )


def words_of(engine: Engine) -> dict[str, object]:
    """Return the words the pages about requests share."""
    return {
        "kind_titles": KIND_TITLES,
        "refusals": refusals_of(engine.policy.policy),
    }


def asked_in(form: Form) -> Asked:
    """Return what a form asks for."""
    return Asked(form["kind"], form["target"], tuple(form["value"].replace("\r\n", "\n").split("\n")))


async def _open(exchange: Staff, form: Form) -> str:
    letter = Letter(
        form["note"],
        form["format"],
        form["answer_language"],
        form["agent"].strip(),
        form["authority"],
        form["came_on"].strip(),
    )
    return await rights_requests.open_request(
        exchange.engine,
        exchange.session,
        channel=form["channel"],
        criteria=form.filled(exchange.engine.findable(requests=True)),
        asked=[asked_in(form)],
        letter=letter,
    )


async def _one(exchange: Staff, request: str) -> Response:
    return await _shown(exchange, request)


async def _shown(
    exchange: Staff, request: str, error: KeptError | None = None, read: Read | None = None, status: int = 200
) -> Response:
    one = await rights_requests.request_of(exchange.engine, request)
    return exchange.page(
        "rights_request.html",
        status,
        one=one,
        said=read.record if read else None,
        seen=read.seen if read else "",
        acting=exchange.acts_for(purpose_of(exchange.engine)),
        checks=rights_decisions.CHECKS,
        **words_of(exchange.engine),
        error=error,
    )


def _beside(step: Step) -> Step:
    """Show what was wrong with a step on the request's own page."""

    async def beside(exchange: Staff, request: str, form: Form) -> Response | None:
        try:
            return await step(exchange, request, form)
        except InputError as error:
            return await _shown(exchange, request, error, status=422)

    return beside


async def _add(exchange: Staff, request: str, form: Form) -> None:
    await rights_requests.add_part(exchange.engine, exchange.session, request, asked_in(form))


async def _check(exchange: Staff, request: str, form: Form) -> None:
    compared = [one for one in form["item"].split("\n") if one]
    await rights_decisions.check_identity(exchange.engine, exchange.session, request, form["check"], compared)


def _place(form: Form) -> int:
    found = parse_number(form["part"])
    return -1 if found is None else found


async def _decide(exchange: Staff, request: str, form: Form) -> None:
    await rights_decisions.decide(
        exchange.engine, exchange.session, request, _place(form), form["outcome"], form["ground"]
    )


async def _withhold(exchange: Staff, request: str, form: Form) -> None:
    await rights_decisions.withhold(
        exchange.engine, exchange.session, request, _place(form), form["item"], form["ground"]
    )


async def _fee(exchange: Staff, request: str, form: Form) -> None:
    await rights_decisions.note_fee(exchange.engine, exchange.session, request, form["state"])


async def _read(exchange: Staff, request: str, form: Form) -> Response:
    del form
    return await _shown(
        exchange, request, read=await rights_requests.read_request(exchange.engine, exchange.session, request)
    )


async def _paper(exchange: Staff, request: str, form: Form) -> Response:
    del form
    paper = await rights_paper.open_paper(exchange.engine, exchange.session, request)
    media_type = media_type_of(paper)
    return exchange.download(paper, media_type, f"request.{media_type.partition('/')[2]}")


async def _attach(exchange: Staff) -> Response:
    """Put the paper beside its request."""
    unverified, request = await sent_file(exchange), exchange.path("id")
    try:
        await rights_paper.attach_paper(exchange.engine, exchange.session, request, unverified)
    except InputError as error:
        return await _shown(exchange, request, error, status=422)
    return exchange.go(f"/rights/{request}")


async def _answer(exchange: Staff, request: str, form: Form) -> Response | None:
    del form
    return _answered(exchange, await rights_answers.answer(exchange.engine, exchange.session, request))


async def _unshown(exchange: Staff, request: str, form: Form) -> Response | None:
    del form
    return _answered(exchange, await rights_answers.answer_unshown(exchange.engine, exchange.session, request))


def _answered(exchange: Staff, made: Answer) -> Response | None:
    if made.receipt:
        return exchange.go(f"/rights/erased/{made.receipt}")
    return exchange.download(made.content, made.media_type, made.name) if made.content else None


async def _erased(exchange: Staff) -> Response:
    """The page that names the receipt's address: a number that names nobody."""
    site, receipt = exchange.web.addresses.get("site", ""), exchange.path("receipt")
    if await erasure_receipt(exchange.engine, receipt) is None:
        return exchange.missing()
    return exchange.page("rights_erased.html", receipt=receipt, site=site)


def _where(engine: Engine) -> bool:
    return bool(_purposes(engine))


PAGES = (
    page("/rights/erased/{receipt}", get=ACTS(_erased), where=_where),
    page("/rights/{id}/paper", post=ACTS(_attach), where=_where),
    *Stepped(
        path="/rights",
        needs=ACTS,
        needs_one=SEES,
        overview=_list,
        begun=Begun(needs=ACTS, fields=FIELDS, finds=True, begin=_open),
        one=_one,
        steps={
            "add": _beside(_add),
            "read": _read,
            "paper": _paper,
            "check": _beside(_check),
            "fee": _beside(_fee),
            "decide": _beside(_decide),
            "withhold": _beside(_withhold),
            "ask": _beside(plain(rights_decisions.ask_approval)),
            "approve": approving(rights_decisions.ANSWERING),
            "answer": _beside(_answer),
            "unshown": _unshown,
        },
        fields=STEP_FIELDS,
        several=("item",),
        menu=Menu("Rights requests"),
        shows={"read": OPENED, "paper": FILE, "answer": FILE, "unshown": FILE},
        where=_where,
    ).pages(),
)
