"""The log as strangers' tools read it, under a prefix of its own: checkpoint, tiles, entry bundles. Source: C2SP tlog-tiles §APIs."""

from __future__ import annotations

import gzip
from typing import Any

from starlette.responses import PlainTextResponse, Response

from kept.ledger.tile_path import parse_level, parse_place
from kept.services.engine.published_log import log_name, read_entries, read_tile
from kept.web.exchange import Exchange
from kept.web.routes import ANYBODY, page

FOR_EVER = "public, max-age=31536000, immutable"
"""Tiles and bundles never change: what grows has another address."""
SECONDS = "public, max-age=2"
"""The checkpoint does."""


async def _checkpoint(exchange: Exchange[Any]) -> Response:
    note = exchange.engine.published.note
    if not _is_ours(exchange) or not note:
        return exchange.missing()
    return exchange.public(PlainTextResponse(note), SECONDS)


async def _tile(exchange: Exchange[Any]) -> Response:
    level, place = parse_level(exchange.path("level")), parse_place(exchange.path("place"))
    if not _is_ours(exchange) or level is None or place is None:
        return exchange.missing()
    return _octets(exchange, await read_tile(exchange.engine, level, place))


async def _entries(exchange: Exchange[Any]) -> Response:
    place = parse_place(exchange.path("place"))
    if not _is_ours(exchange) or place is None:
        return exchange.missing()
    return _octets(exchange, await read_entries(exchange.engine, place), packed=True)


def _is_ours(exchange: Exchange[Any]) -> bool:
    return exchange.path("log") == log_name(exchange.engine)


def _octets(exchange: Exchange[Any], data: bytes | None, *, packed: bool = False) -> Response:
    """Answer with bytes that stay; *packed* where the browser takes gzip, as bundles should be."""
    if data is None:
        return exchange.missing()
    headers: dict[str, str] = {}
    if packed:
        headers["vary"] = "Accept-Encoding"
        if _takes_gzip(exchange.request.headers.get("accept-encoding", "")):
            data, headers["content-encoding"] = gzip.compress(data, mtime=0), "gzip"
    return exchange.public(Response(data, media_type="application/octet-stream", headers=headers), FOR_EVER)


def _takes_gzip(accepted: str) -> bool:
    """Whether gzip is among what is *accepted*, and not with a weight of nothing."""
    offers = [one.replace(" ", "").lower().partition(";") for one in accepted[:1000].split(",")]
    return any(name == "gzip" and weight.rstrip("0.") != "q=" for name, _, weight in offers)


PAGES = (
    page("/ledger/{log}/checkpoint", get=ANYBODY(_checkpoint), spoken=False),
    page("/ledger/{log}/tile/entries/{place:path}", get=ANYBODY(_entries), spoken=False),
    page("/ledger/{log}/tile/{level}/{place:path}", get=ANYBODY(_tile), spoken=False),
)
