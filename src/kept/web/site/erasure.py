"""Erasing oneself: what goes and what stays, now or after a week in which it can be undone, and the receipt."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from kept import limits
from kept.services.gate.own_session import Own
from kept.services.my_data import erasure
from kept.web.exchange import Exchange
from kept.web.jar import drop_session
from kept.web.routes import ANYBODY, CUSTOMER, FRESH, page


async def _preview(exchange: Exchange[Own]) -> Response:
    return exchange.page(
        "erase.html",
        preview=await erasure.preview(exchange.engine, exchange.session.person_id),
        fresh=exchange.session.fresh(exchange.now),
    )


async def _erase(exchange: Exchange[Own]) -> Response:
    form = await exchange.form("when", "never")
    now = form.one_of("when", "now", "later") == "now"
    receipt = await erasure.intend_erasure(
        exchange.engine,
        exchange.session,
        grace_seconds=0 if now else limits.ERASURE_GRACE_SECONDS,
        never_write=form["never"] == "yes",
    )
    return drop_session(exchange, exchange.go(f"/erasure/{receipt}")) if now else exchange.go("/my-data")


async def _undo(exchange: Exchange[Own]) -> Response:
    await exchange.form()
    await erasure.undo_erasure(exchange.engine, exchange.session)
    return exchange.go("/my-data")


async def _receipt(exchange: Exchange[Any]) -> Response:
    """The receipt of an erasure, by a number that names nobody."""
    found = await erasure.erasure_receipt(exchange.engine, exchange.path("receipt"))
    if not found and not await erasure.is_being_finished(exchange.engine, exchange.path("receipt")):
        return exchange.missing()
    return exchange.page("erasure.html", receipt=found)


PAGES = (
    page("/my-data/erase", get=CUSTOMER(_preview), post=FRESH(_erase)),
    page("/my-data/erase/undo", post=CUSTOMER(_undo)),
    page("/erasure/{receipt}", get=ANYBODY(_receipt)),
)
