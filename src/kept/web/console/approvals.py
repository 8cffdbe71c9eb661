"""The console's page of everything that waits for a second member of staff, whatever its kind."""

from __future__ import annotations

from starlette.responses import Response

from kept.services.upkeep import approvals
from kept.web.console.stepped import Staff
from kept.web.routes import Menu, page, right

APPROVES = right("approve")


async def _overview(exchange: Staff) -> Response:
    """What waits, and how many people it is about; nobody by name."""
    return exchange.page("approvals.html", made=await approvals.waiting(exchange.engine, exchange.session))


async def _approve(exchange: Staff) -> Response:
    await exchange.form()
    await approvals.approve(exchange.engine, exchange.session, exchange.path("approval"))
    return exchange.go("/approvals")


PAGES = (
    page("/approvals", get=APPROVES(_overview), menu=Menu("For a second person")),
    page("/approvals/{approval}", post=APPROVES(_approve)),
)
