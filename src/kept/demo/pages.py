"""The demo's start page: one click makes you the customer, support, or the privacy officer. Absent in production."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kept.demo.invented import CUSTOMER, STAFF
from kept.errors import InputError
from kept.services.accounts import accounts
from kept.services.staff import sessions
from kept.web.answers import Web, go, page, set_session


def routes(kind: str) -> list[BaseRoute]:
    """Return the demo's routes for one kind of host."""
    found: list[BaseRoute] = []
    for language in ("en", "ja"):
        if kind == "site":
            found += [
                Route(f"/{language}/demo", start),
                Route(f"/{language}/demo/customer", become_customer, methods=["POST"]),
                Route(f"/{language}/demo/mailbox", mailbox),
            ]
        else:
            found += [
                Route(f"/{language}/demo", start),
                Route(f"/{language}/demo/staff", become_staff, methods=["POST"]),
            ]
    return found


async def start(request: Request) -> Response:
    """Who would you like to be?"""
    return page(request, "demo.html", staff=STAFF)


async def mailbox(request: Request) -> Response:
    """What the invented customers received."""
    web: Web = request.app.state.web
    mails = web.mailbox.received if web.mailbox else ()
    return page(
        request,
        "mailbox.html",
        mails=mails,
        texts={one.number: [line.split(" ") for line in one.text.splitlines() if line.strip()] for one in mails},
        stops={
            one.number: "/u/" + value.strip("<>").rpartition("/")[2]
            for one in mails
            for name, value in one.headers
            if name == "List-Unsubscribe"
        },
    )


async def become_customer(request: Request) -> Response:
    """Become Ms Mori."""
    web: Web = request.app.state.web
    person_id = await web.engine.meta(f"demo:{CUSTOMER}")
    keys, _ = await web.engine.keyring.of_person(bytes.fromhex(person_id)) if person_id else (None, None)
    if keys is None:  # she may have erased herself
        raise InputError(
            "expected the demo's customer, found none",
            reason="demo-customer",
            hint="remove the folder .demo and start again",
        )
    return set_session(go(request, "/my-data"), await accounts.start_session(web.engine, bytes.fromhex(person_id)))


async def become_staff(request: Request) -> Response:
    """Become a member of staff."""
    web: Web = request.app.state.web
    form = await request.form(max_files=0, max_fields=5)
    login = str(form.get("login", ""))
    if login not in {one.login for one in STAFF}:
        raise InputError("expected one of the demo's staff, found another", reason="login-unknown")
    return set_session(go(request, ""), await sessions.start_demo_session(web.engine, login))
