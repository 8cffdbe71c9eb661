"""One's own addresses: which wait for their owner's confirmation, the code, sending it again; and the link that confirms."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from kept.errors import InputError, LimitError
from kept.services.gate.own_session import Own
from kept.services.messages import confirmations
from kept.services.messages.confirmations import Address
from kept.web.answers import status_of
from kept.web.exchange import Exchange
from kept.web.routes import ANYBODY, CUSTOMER, page


async def waiting(exchange: Exchange[Own]) -> list[Address]:
    """Return the addresses nothing is sent to before they are confirmed."""
    found = await confirmations.addresses_of(exchange.engine, exchange.session.person_id)
    return [one for one in found if one.needed and one.confirmed_at is None]


async def _addresses(exchange: Exchange[Own]) -> Response:
    return await _page(exchange)


async def _act(exchange: Exchange[Own]) -> Response:
    """Confirm by a code, send it again, or take off the list: by which button was pressed."""
    form = await exchange.form("slot", "act", "code")
    engine, own, slot = exchange.engine, exchange.session, form["slot"]
    try:
        if form["act"] == "send":
            await confirmations.ask_again(engine, own, slot)
        elif form["act"] == "write-again":
            await confirmations.write_again(engine, own, slot)
        else:
            await confirmations.confirm_by_code(engine, own, slot, form["code"])
    except (InputError, LimitError) as error:
        return await _page(exchange, error)
    return exchange.go("/my-data/addresses")


async def _page(exchange: Exchange[Own], error: InputError | LimitError | None = None) -> Response:
    found = await confirmations.addresses_of(exchange.engine, exchange.session.person_id)
    return exchange.page(
        "addresses.html", status_of(error) if error else 200, addresses=found, error=error, now=exchange.now
    )


async def _confirm(exchange: Exchange[Any]) -> Response:
    """Whoever holds the message confirms; looking at its page, as mail scanners do, changes nothing."""
    link = exchange.path("link")
    form = await exchange.form("lifts")
    await confirmations.confirm_by_link(exchange.engine, link, lifts=form["lifts"] == "yes")
    return exchange.go(f"/w/{link}")


PAGES = (
    page("/my-data/addresses", get=CUSTOMER(_addresses), post=CUSTOMER(_act)),
    page("/w/{link}/confirm", post=ANYBODY(_confirm)),
)
