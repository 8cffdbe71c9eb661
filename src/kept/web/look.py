"""What a theme adds to the look of every page: its colours and its logo, from this very host."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from kept.web.exchange import Exchange
from kept.web.routes import ANYBODY, page

KEPT_BY_BROWSERS = {"cache-control": "public, max-age=3600"}


async def _style(exchange: Exchange[Any]) -> Response:
    style = exchange.web.theme.style
    return Response(style, media_type="text/css", headers=KEPT_BY_BROWSERS) if style else exchange.missing()


async def _logo(exchange: Exchange[Any]) -> Response:
    theme = exchange.web.theme
    return (
        Response(theme.logo, media_type=theme.logo_type, headers=KEPT_BY_BROWSERS) if theme.logo else exchange.missing()
    )


PAGES = (
    page("/theme.css", get=ANYBODY(_style), spoken=False),
    page("/theme/logo", get=ANYBODY(_logo), spoken=False),
)
