"""The console's front page: a member of staff's own purposes and cases."""

from __future__ import annotations

from starlette.responses import Response

from kept.services.cases import cases, inquiries
from kept.services.cases.emergencies import waiting_for_review
from kept.services.my_data.rights_record import purpose_of
from kept.web.console.stepped import Staff
from kept.web.routes import ROOT, STAFF, Menu, page


async def _home(exchange: Staff) -> Response:
    roles = exchange.policy.roles
    return exchange.page(
        "desk.html",
        answers=purpose_of(exchange.engine),
        roles=[roles[one] for one in exchange.session.roles if one in roles],
        cases=await cases.cases_of(exchange.engine, exchange.session),
        asked=await inquiries.waiting_inquiries(exchange.engine, exchange.session),
        unreviewed=len(await waiting_for_review(exchange.engine)) if exchange.may("approve") else 0,
    )


async def _take(exchange: Staff) -> Response:
    """Open a case that holds whoever asked."""
    await exchange.form()
    case = await inquiries.take(exchange.engine, exchange.session, exchange.path("inquiry"))
    return exchange.go(f"/case/{case.id}")


PAGES = (
    ROOT,
    page("", get=STAFF(_home), menu=Menu("Cases")),
    page("/asked/{inquiry}", post=STAFF(_take)),
)
