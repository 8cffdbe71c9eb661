"""The two hosts put together: customers' site and staff console, behind one frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from kept.channels.mailbox import Mailbox
from kept.cookies.asgi import CookieGate
from kept.cookies.rules import Jar
from kept.errors import KeptError
from kept.services.accounts import accounts
from kept.services.accounts.rate_limits import Limits
from kept.services.cookies.rules import CookieRules
from kept.services.cookies.visits import Visits
from kept.services.engine.engine import Engine
from kept.services.staff import sessions
from kept.web import (
    approvals,
    campaigns,
    console,
    contact,
    cookies,
    emergencies,
    instances,
    intake,
    legal,
    provision,
    reaching,
    site,
    statistics,
    taking_part,
)
from kept.web.answers import SESSION, Web, error_page, page
from kept.web.frame import Frame

MINUTE = 60.0
STATIC = Path(__file__).parent / "static"


class _Sessions:
    """Looks up who is signed in, once per request."""

    def __init__(self, app: ASGIApp, engine: Engine, kind: str) -> None:
        self._app, self._engine, self._kind = app, engine, kind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            jar: Jar = scope["state"]["cookies"]
            token = jar.value(SESSION, purpose="sign-in") if jar.has(SESSION) else ""
            found: object = None
            if token:
                found = await (accounts.session_of if self._kind == "site" else sessions.session_of)(
                    self._engine, token
                )
            scope["state"]["session"] = found
        await self._app(scope, receive, send)


class _Static(StaticFiles):
    """Files that may be kept by the browser: they hold nobody's information."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # passed through
        response.headers["cache-control"] = "public, max-age=3600"
        return response


def build_app(  # noqa: PLR0913 -- what an installation shows
    engine: Engine,
    *,
    brand: str,
    site_hosts: tuple[str, ...],
    console_hosts: tuple[str, ...],
    addresses: Mapping[str, str] | None = None,
    demo_routes: Callable[[str], list[BaseRoute]] | None = None,
    mailbox: Mailbox | None = None,
) -> CookieGate:
    """Put the pages together.

    Args:
        engine: Open.
        brand: Name of the company.
        site_hosts: Host names of the customers' site, without port.
        console_hosts: Host names of the staff console.
        addresses: Address of `site` and `console`, for links between them.
        demo_routes: Answers the routes of the demo's start page for `site` or `console`; None in production.
        mailbox: What the demo's customers receive.
    """
    rules, visits = CookieRules(engine), Visits(engine)
    web = Web(engine, brand, Limits(engine), demo_routes is not None, dict(addresses or {}), rules, visits, mailbox)
    engine.every(MINUTE, visits.keep)
    engine.every(MINUTE, rules.record)
    apps = {}
    for kind, routes in (
        (
            "site",
            [
                *site.routes(),
                *cookies.routes(),
                *taking_part.routes(),
                *reaching.routes(),
                *statistics.site_routes(),
            ],
        ),
        (
            "console",
            [
                *console.routes(),
                *contact.routes(),
                *provision.routes(),
                *emergencies.routes(),
                *approvals.routes(),
                *instances.routes(),
                *intake.routes(),
                *legal.routes(),
                *campaigns.routes(),
                *statistics.console_routes(),
            ],
        ),
    ):
        all_routes: list[BaseRoute] = [
            *(demo_routes(kind) if demo_routes else []),
            *routes,
            Mount("/static", _Static(directory=STATIC)),
        ]
        app = Starlette(routes=all_routes, exception_handlers={KeptError: _ours, HTTPException: _http, Exception: _bug})  # type: ignore[dict-item]  # each takes its own kind
        app.state.web = web
        apps[kind] = _Sessions(app, engine, kind)
    hosts = dict.fromkeys(site_hosts, "site") | dict.fromkeys(console_hosts, "console")
    return CookieGate(Frame(apps, hosts), rules.rules, now=engine.clock.now, found=rules.found)


async def _ours(request: Request, error: KeptError) -> Response:
    return error_page(request, error)


async def _http(request: Request, error: HTTPException) -> Response:
    response = page(request, "missing.html" if error.status_code == 404 else "unfit.html", error.status_code)  # noqa: PLR2004 -- HTTP
    response.headers.update(error.headers or {})
    return response


async def _bug(request: Request, error: Exception) -> Response:
    del error
    return page(request, "broken.html", 500)
