"""The console's page of policy versions: active, proposed, effective later."""

from __future__ import annotations

from starlette.responses import Response

from kept.services.my_data import rights_requests
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
    await rights_requests.activate_with_approval(
        exchange.engine, exchange.session, int(version) if version.isdigit() else 0, activation.activate
    )
    return exchange.go("/policy")


PAGES = (
    page("/policy", get=right("promises")(_versions), menu=Menu("Policy versions")),
    page("/policy/activate", post=either(right("approve"), right("activate"))(_activate)),
)
