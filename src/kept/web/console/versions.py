"""The console's page of policy versions: active, proposed, effective later."""

from __future__ import annotations

from starlette.responses import Response

from kept.number import parse_number
from kept.services.staff import activation
from kept.web.console.stepped import Staff
from kept.web.routes import Menu, either, page, right


async def _versions(exchange: Staff) -> Response:
    """Every version, and what waits for a second approver."""
    return exchange.page(
        "versions.html", versions=await activation.versions(exchange.engine), active=exchange.engine.policy.hash
    )


async def _activate(exchange: Staff) -> Response:
    """Activate a version, or ask for the second approver, or give that approval."""
    version = (await exchange.form("version"))["version"]
    await activation.activate_or_approve(exchange.engine, exchange.session, parse_number(version) or 0)
    return exchange.go("/policy")


PAGES = (
    page("/policy", get=right("promises")(_versions), menu=Menu("Policy versions")),
    page("/policy/activate", post=either(right("approve"), right("activate"))(_activate)),
)
