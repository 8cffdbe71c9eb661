"""The console's desk of rights requests: somebody asks, by post or call, about their own information."""

from __future__ import annotations

from starlette.responses import Response

from kept.errors import KeptError
from kept.services.engine.engine import Engine
from kept.services.my_data import rights_requests
from kept.services.my_data.erasure import erasure_receipt
from kept.web.console.stepped import Begun, Staff, Stepped, plain
from kept.web.form import Form
from kept.web.routes import FILE, Menu, duty, either, page, right


def _purposes(engine: Engine) -> list[str]:
    purpose = rights_requests.purpose_of(engine)
    return [purpose] if purpose else []


ACTS = duty(rights_requests.ACT, _purposes)


async def _list(exchange: Staff, error: KeptError | None, form: Form, status: int) -> Response:
    return exchange.page(
        "rights.html",
        status,
        requests=await rights_requests.requests(exchange.engine),
        typed=form,
        error=error,
    )


async def _open(exchange: Staff, form: Form) -> str:
    return await rights_requests.open_request(
        exchange.engine,
        exchange.session,
        kind=form["kind"],
        channel=form["channel"],
        criteria=form.filled(exchange.engine.findable()),
        note=form["note"],
    )


async def _one(exchange: Staff, request: str) -> Response:
    return exchange.page(
        "rights_request.html",
        one=await rights_requests.request_of(exchange.engine, request),
    )


async def _check(exchange: Staff, request: str, form: Form) -> None:
    await rights_requests.check_identity(exchange.engine, exchange.session, request, form["check"])


async def _export(exchange: Staff, request: str, form: Form) -> Response:
    del form
    packed = await rights_requests.finish_export(exchange.engine, exchange.session, request, exchange.language)
    return exchange.download(packed, "application/zip", "rights-request.zip")


async def _erase(exchange: Staff, request: str, form: Form) -> Response:
    """Erase, and go to the page that names the receipt's address: a number that names nobody."""
    del form
    receipt = await rights_requests.finish_erase(exchange.engine, exchange.session, request)
    return exchange.go(f"/rights/erased/{receipt}")


async def _erased(exchange: Staff) -> Response:
    site, receipt = exchange.web.addresses.get("site", ""), exchange.path("receipt")
    if await erasure_receipt(exchange.engine, receipt) is None:
        return exchange.missing()
    return exchange.page("rights_erased.html", receipt=receipt, site=site)


DESK = Stepped(
    path="/rights",
    needs=ACTS,
    needs_one=either(right("approve"), ACTS),
    overview=_list,
    begun=Begun(needs=ACTS, fields=("kind", "channel", "note"), finds=True, begin=_open),
    one=_one,
    steps={
        "check": _check,
        "ask": plain(rights_requests.ask_approval),
        "approve": plain(rights_requests.ANSWERING.approve),
        "export": _export,
        "erase": _erase,
    },
    fields=("check",),
    menu=Menu("Rights requests"),
    shows={"export": FILE},
    where=lambda engine: bool(_purposes(engine)),
).pages()
PAGES = (
    page("/rights/erased/{receipt}", get=ACTS(_erased), where=lambda engine: bool(_purposes(engine))),
    *DESK,
)
