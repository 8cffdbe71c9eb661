"""The console's page of everything that waits for a second member of staff, whatever its kind."""

from __future__ import annotations

from starlette.responses import Response

from kept.services.cases import advertising_marks
from kept.services.upkeep import approvals
from kept.web.console.stepped import Staff
from kept.web.routes import Menu, page, right

APPROVES = right("approve")


async def _overview(exchange: Staff) -> Response:
    """What waits, and how many people it is about; nobody by name."""
    engine, session = exchange.engine, exchange.session
    return exchange.page(
        "approvals.html",
        made=await approvals.waiting(engine, session),
        marked=await advertising_marks.marked(engine, session),
    )


async def _approve(exchange: Staff) -> Response:
    form = await exchange.form("seen")
    await approvals.approve(exchange.engine, exchange.session, exchange.path("approval"), form["seen"])
    return exchange.go("/approvals")


async def _settle(exchange: Staff) -> Response:
    """Say that a mark of advertising was looked into."""
    await exchange.form()
    await advertising_marks.settle(exchange.engine, exchange.session, exchange.path("message"))
    return exchange.go("/approvals")


PAGES = (
    page("/approvals", get=APPROVES(_overview), menu=Menu("For a second person")),
    page("/approvals/{approval}", post=APPROVES(_approve)),
    page("/approvals/marked/{message}", post=APPROVES(_settle)),
)
