"""The console's page of acts about many people that wait for a second member of staff."""

from __future__ import annotations

from starlette.responses import Response

from kept.services.forms.instance_record import standing
from kept.services.instances import contests, events
from kept.services.staff import bulk_approval
from kept.services.staff.approvals import approve_act
from kept.web.console.stepped import Staff
from kept.web.routes import Menu, page, right

ACTS = (events.ACT, contests.ACT)
"""Acts that are approved here; a provision and a disclosure have pages of their own."""
APPROVES = right("approve")


async def _overview(exchange: Staff) -> Response:
    """What waits, with whom it is about: how many, and nobody by name."""
    made = []
    for one in await bulk_approval.waiting(exchange.engine, ACTS):
        about = await standing(exchange.engine, one.subject)
        made.append((one, about.file.titles[exchange.language], about.taken))
    return exchange.page("approvals.html", made=made, few=bulk_approval.FEW)


async def _approve(exchange: Staff) -> Response:
    await exchange.form()
    await approve_act(exchange.engine, exchange.session, exchange.path("approval"))
    return exchange.go("/approvals")


PAGES = (
    page("/approvals", get=APPROVES(_overview), menu=Menu("For a second person")),
    page("/approvals/{approval}", post=APPROVES(_approve)),
)
