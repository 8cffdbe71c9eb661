"""The demo's start page: one click makes you the customer, support, or the privacy officer. Absent in production."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.responses import Response

from kept import limits
from kept.channels.mailbox import Mailbox
from kept.demo.invented import CUSTOMER, CUSTOMERS, STAFF
from kept.errors import InputError
from kept.services.accounts import accounts
from kept.services.staff import sessions
from kept.web.app import More
from kept.web.exchange import Exchange
from kept.web.jar import set_session
from kept.web.routes import ANYBODY, Menu, page

TEMPLATES = Path(__file__).parent / "templates"


def pages(mailbox: Mailbox | None = None) -> More:
    """Return the demo's pages.

    Args:
        mailbox: What the invented customers receive; None where nobody receives anything.
    """

    async def show_mailbox(exchange: Exchange[Any]) -> Response:
        """What the invented customers received."""
        mails = mailbox.received if mailbox else ()
        return exchange.page(
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

    start = page("/demo", get=ANYBODY(_start), menu=Menu("Demo"))
    return More(
        site=(
            start,
            page("/demo/customer", post=ANYBODY(_become_customer)),
            page("/demo/mailbox", get=ANYBODY(show_mailbox)),
        ),
        console=(start, page("/demo/staff", post=ANYBODY(_become_staff))),
        templates=TEMPLATES,
        note="demo: everybody here is invented",
    )


async def _start(exchange: Exchange[Any]) -> Response:
    """Who would you like to be?"""
    return exchange.page("demo.html", staff=STAFF, customers=CUSTOMERS)


async def _become_customer(exchange: Exchange[Any]) -> Response:
    """Become Ms Mori."""
    engine = exchange.engine
    person_id = await engine.meta(f"demo:{CUSTOMER}")
    keys, _ = await engine.keyring.of_person(bytes.fromhex(person_id)) if person_id else (None, None)
    if keys is None:  # she may have erased herself
        raise InputError(
            "expected the demo's customer, found none",
            reason="demo-customer",
            hint="remove the folder .demo and start again",
        )
    return await set_session(
        exchange, exchange.go("/my-data"), await accounts.start_session(engine, bytes.fromhex(person_id))
    )


async def _become_staff(exchange: Exchange[Any]) -> Response:
    """Become a member of staff."""
    form = await exchange.request.form(max_files=0, max_fields=limits.SMALL_REQUEST_FIELDS)
    login = str(form.get("login", ""))
    if login not in {one.login for one in STAFF}:
        raise InputError("expected one of the demo's staff, found another", reason="login-unknown")
    return await set_session(exchange, exchange.go(""), await sessions.start_demo_session(exchange.engine, login))
