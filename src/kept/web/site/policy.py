"""The policy as everybody may read it: summary, full text, in the margin what keeps each clause; and as data."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from kept.guarantees.board import promise_board
from kept.policy.flow import flow_svg
from kept.policy.jsonld import jsonld
from kept.policy.render import render
from kept.services.cookies.first_scan import first_scan
from kept.services.cookies.scan import newest_scan
from kept.web.exchange import Exchange
from kept.web.jar import count_visit
from kept.web.routes import ANYBODY, Menu, page


async def _policy(exchange: Exchange[Any]) -> Response:
    engine, policy, language = exchange.engine, exchange.policy, exchange.language
    answer = exchange.page(
        "policy.html",
        text=render(policy, language),
        board=await promise_board(engine, check=False) if policy.publish_states else None,
        flow=flow_svg(policy, language),
        scan=await newest_scan(engine),
        first=await first_scan(engine),
    )
    return count_visit(exchange, answer, "policy")


async def _jsonld(exchange: Exchange[Any]) -> Response:
    answer = Response(
        json.dumps(jsonld(exchange.policy), ensure_ascii=False, indent=2), media_type="application/ld+json"
    )
    return exchange.public(answer)


PAGES = (page("/policy", get=ANYBODY(_policy), menu=Menu("Policy")), page("/policy.jsonld", get=ANYBODY(_jsonld)))
