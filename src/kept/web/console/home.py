"""The console's front page: a member of staff's own purposes and cases."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from kept.services.cases import cases
from kept.services.cases.emergencies import waiting_for_review
from kept.web.console.stepped import Staff
from kept.web.exchange import Exchange
from kept.web.needs import ANYBODY, STAFF
from kept.web.routes import Menu, page


async def _root(exchange: Exchange[Any]) -> Response:
    """Send the browser to its language."""
    return exchange.go("", 302)


async def _home(exchange: Staff) -> Response:
    """One's own purposes and cases."""
    roles = exchange.policy.roles
    return exchange.page(
        "desk.html",
        roles=[roles[one] for one in exchange.session.roles if one in roles],
        cases=await cases.cases_of(exchange.engine, exchange.session),
        unreviewed=len(await waiting_for_review(exchange.engine)) if exchange.may("approve") else 0,
    )


PAGES = (page("/", get=ANYBODY(_root), spoken=False), page("", get=STAFF(_home), menu=Menu("Cases")))
