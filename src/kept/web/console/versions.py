"""The console's page of policy versions: active, proposed, effective later."""

from __future__ import annotations

from starlette.responses import Response

from kept.number import parse_number
from kept.services.staff import activation
from kept.services.upkeep import approvals
from kept.web.console.stepped import Staff
from kept.web.routes import Menu, either, page, right


async def _versions(exchange: Staff) -> Response:
    """Every version, and what waits for a second approver."""
    may = exchange.may("approve")
    waiting = [
        one
        for one in (await approvals.waiting(exchange.engine, exchange.session) if may else [])
        if one.kind is activation.ACTIVATION
    ]
    return exchange.page(
        "versions.html",
        seen={(one.kind.act, one.subject.name): one.seen for one in waiting},
        waits={one.subject.name: one.subject.shown["changes"] for one in waiting},
        versions=await activation.versions(exchange.engine),
        active=exchange.engine.policy.hash,
    )


async def _activate(exchange: Staff) -> Response:
    """Activate a version, or ask for the second approver, or give that approval."""
    form = await exchange.form("version", "seen")
    number = parse_number(form["version"]) or 0
    await activation.activate_or_approve(exchange.engine, exchange.session, number, form["seen"])
    return exchange.go("/policy")


PAGES = (
    page("/policy", get=right("promises")(_versions), menu=Menu("Policy versions")),
    page("/policy/activate", post=either(right("approve"), right("activate"))(_activate)),
)
