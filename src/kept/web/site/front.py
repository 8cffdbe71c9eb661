"""The front page of an installation that brings none of its own: what the policy says first, and what one can do here."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from kept.policy.render import render
from kept.web.exchange import Exchange
from kept.web.jar import count_visit
from kept.web.routes import ANYBODY, page


async def _front(exchange: Exchange[Any]) -> Response:
    sections = render(exchange.policy, exchange.language).sections if exchange.engine.has_policy else ()
    first = next((block for one in sections for block in one.blocks if block.clauses), None)
    return count_visit(exchange, exchange.page("front.html", first=first), "home")


PAGES = (page("", get=ANYBODY(_front)),)
