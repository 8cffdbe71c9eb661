"""The receipts given to a person."""

from __future__ import annotations

import json

from starlette.responses import Response

from kept.services.forms.receipts import receipts_of
from kept.services.gate.own_session import Own
from kept.web.exchange import Exchange
from kept.web.needs import CUSTOMER
from kept.web.routes import page


async def _receipts(exchange: Exchange[Own]) -> Response:
    """All of them."""
    return exchange.page("receipts.html", receipts=await receipts_of(exchange.engine, exchange.session))


async def _receipt(exchange: Exchange[Own]) -> Response:
    """One receipt, JSON-LD."""
    for receipt, _, _ in await receipts_of(exchange.engine, exchange.session):
        if receipt.id == exchange.path("receipt"):
            text = json.dumps(receipt.record, ensure_ascii=False, indent=2)
            return exchange.download(text, "application/ld+json", f"receipt-{receipt.id[:8]}.jsonld")
    return exchange.missing()


PAGES = (
    page("/my-data/receipts", get=CUSTOMER(_receipts)),
    page("/my-data/receipt/{receipt}.jsonld", get=CUSTOMER(_receipt)),
)
