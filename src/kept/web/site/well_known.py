"""Addresses that programs know: the root, the well-known ones, and where the ledger is published."""

from __future__ import annotations

import base64
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from kept import limits
from kept.number import parse_number
from kept.policy.day import moment
from kept.web.exchange import Exchange
from kept.web.routes import ANYBODY, ROOT, page
from kept.web.site.sign_in import origin_of


async def _ledger_key(exchange: Exchange[Any]) -> Response:
    return PlainTextResponse(f"{exchange.engine.sequencer.verifier}\n")


async def _ledger_checkpoint(exchange: Exchange[Any]) -> Response:
    return PlainTextResponse(exchange.engine.published.note)


async def _ledger_consistency(exchange: Exchange[Any]) -> Response:
    """What joins two checkpoints, a hash a line as `kept-verify --consistency` takes it."""
    sequencer, checkpoint = exchange.engine.sequencer, exchange.engine.published.checkpoint
    newer = parse_number(exchange.path("newer"), checkpoint.size if checkpoint else 0)
    older = parse_number(exchange.path("older"), newer or 0)
    if older is None or newer is None:
        return exchange.missing()
    hashes = await sequencer.consistency(older, newer)
    return PlainTextResponse("".join(f"{base64.b64encode(one).decode()}\n" for one in hashes))


async def _change_password(exchange: Exchange[Any]) -> Response:
    return exchange.go("/account#password", 302)


async def _passkey_endpoints(exchange: Exchange[Any]) -> Response:
    """Where passkeys are made and managed."""
    base = f"{origin_of(exchange)}{exchange.base}/{exchange.web.languages()[0]}"
    return JSONResponse({"enroll": f"{base}/join", "manage": f"{base}/account"})


async def _security_txt(exchange: Exchange[Any]) -> Response:
    """Where to report a weakness (RFC 9116)."""
    contact = exchange.policy.controller.get("contact", "")
    expires = moment((exchange.now + limits.CHOICES_COOKIE_SECONDS) // limits.DAY * limits.DAY)
    languages = ", ".join(exchange.web.languages())
    return PlainTextResponse(f"Contact: mailto:{contact}\nExpires: {expires}\nPreferred-Languages: {languages}\n")


async def _gpc(exchange: Exchange[Any]) -> Response:
    """Say that `Sec-GPC` is honoured.

    Source: Global Privacy Control §3.4, support resource.
    """
    return JSONResponse({"gpc": True, "lastUpdate": exchange.policy.effective})


PAGES = (
    ROOT,
    *(
        page(path, get=ANYBODY(answer), spoken=False)
        for path, answer in (
            ("/ledger/key", _ledger_key),
            ("/ledger/checkpoint", _ledger_checkpoint),
            ("/ledger/consistency/{older}/{newer}", _ledger_consistency),
            ("/.well-known/change-password", _change_password),
            ("/.well-known/passkey-endpoints", _passkey_endpoints),
            ("/.well-known/security.txt", _security_txt),
            ("/.well-known/gpc.json", _gpc),
        )
    ),
)
