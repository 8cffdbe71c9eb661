"""The console's page after a restore: what was said again, what may be missing, whom to erase again, and the two signatures."""

from __future__ import annotations

from starlette.responses import Response

from kept.errors import DeniedError, InputError, KeptError
from kept.services.messages.unknown_outcome import held
from kept.services.upkeep import after_restore
from kept.services.upkeep.approvals import marks
from kept.web.console.stepped import Staff, beside
from kept.web.routes import Menu, page, right

SIGNS = right("approve")
SIGNING = after_restore.SIGNING.act


async def _look(exchange: Staff) -> Response:
    return await _page(exchange)


async def _erase(exchange: Staff) -> Response:
    """Name somebody to be erased again; a second time is no harm."""
    findable = exchange.engine.findable()
    form = await exchange.form(*findable)
    try:
        await after_restore.erase_again(exchange.engine, exchange.session, form.filled(findable))
    except InputError as error:
        return await _page(exchange, error, beside(error))
    return exchange.go("/restore#again")


async def _sign(exchange: Staff) -> Response:
    form = await exchange.form("seen")
    try:
        await after_restore.sign(exchange.engine, exchange.session, form["seen"])
    except (InputError, DeniedError) as error:
        return await _page(exchange, error, beside(error))
    return exchange.go("/restore")


async def _page(exchange: Staff, error: KeptError | None = None, status: int = 200) -> Response:
    engine = exchange.engine
    return exchange.page(
        "after_restore.html",
        status,
        error=error,
        report=await after_restore.report_of(engine),
        signed_by=await after_restore.asked_by(engine),
        held=await held(engine),
        seen=next((mark for (act, _), mark in (await marks(engine, exchange.session)).items() if act == SIGNING), ""),
        findable=sorted(engine.findable()),
    )


PAGES = (
    page("/restore", get=SIGNS(_look), menu=Menu("After a restore")),
    page("/restore/erase", post=SIGNS(_erase)),
    page("/restore/sign", post=SIGNS(_sign)),
)
