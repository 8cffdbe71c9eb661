"""A program's own pages beside ours: its ASGI app, behind the same frame, with its entries in the menu."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from weakref import WeakKeyDictionary

from starlette.requests import Request
from starlette.responses import Response

from kept.cookies.asgi import App, Message, Receive, Scope, Send
from kept.errors import SettingError
from kept.web import words
from kept.web.exchange import Exchange, Web, exchange_of
from kept.web.jar import count_visit

HTML = b"text/html"


@dataclass(frozen=True, slots=True)
class Pages:
    """Your own pages on the customers' site.

    Args:
        app: Any ASGI app. It answers the front page (`/en`) and every address Kept has no page for, behind Kept's frame:
            the same hosts, origin of forms, size of requests, headers and gate for cookies.
        menu: Its entries in the menu, before Kept's: titles by language, by address below the language (`""`, `/bread`).
        purposes: What it is the code of: it reads and sets the cookies of these purposes and no other, as `Kept.cookies`.
    """

    app: App
    menu: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    purposes: tuple[str, ...] = ()


class Within:
    """Stands in the scope of a program's own page for what Kept knows of the request, which the program does not see."""

    __slots__ = ("__weakref__",)


_BEHIND: WeakKeyDictionary[Within, dict[str, Any]] = WeakKeyDictionary()
SEEN = frozenset({"cookies", "host", "kind", "base", "nonce"})
"""What a program's own page finds of it in `scope["state"]`."""


def state_behind(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Kept knows of the request of a program's own page.

    Args:
        request: The ASGI scope, as the program was given it.

    Raises:
        SettingError: It is none of a page within Kept's frame (`page-elsewhere`).
    """
    within = request.get("state", {}).get("kept")
    found = _BEHIND.get(within) if isinstance(within, Within) else None
    if found is None:
        raise SettingError(
            "expected the request of a page within Kept's frame, found another",
            reason="page-elsewhere",
            hint="give your app to `Kept.site(own=...)`; `docs/embedding.md` shows one",
        )
    return found


class OwnPages:
    """Stands before a program's own app: no page in a language the policy does not have; visits are counted with consent.

    Args:
        own: The program's.
        web: What the pages share.
    """

    def __init__(self, own: Pages, web: Web) -> None:
        self._app = web.cookies.gate(own.app, frozenset(own.purposes))
        self._web = web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        exchange = await exchange_of(Request(scope))
        first = exchange.below.split("/")[1:2]
        if first and first[0] in words.LANGUAGES and first[0] not in self._web.languages():
            await exchange.missing()(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *_marks(exchange, message)]}
            await send(message)

        state, within = scope["state"], Within()
        _BEHIND[within] = state
        seen = {**{name: value for name, value in state.items() if name in SEEN}, "kept": within}
        around = {name: value for name, value in scope.items() if name not in {"app", "router"}}
        await self._app({**around, "state": seen}, receive, counted)


def _marks(exchange: Exchange[Any], message: Message) -> list[tuple[bytes, bytes]]:
    """Return the cookie of the count, where this look at a page is counted."""
    kind = next((value for name, value in message.get("headers", ()) if name.lower() == b"content-type"), b"")
    if message["status"] != HTTPStatus.OK or not kind.startswith(HTML):
        return []
    answer = Response()
    front = exchange.below == f"/{exchange.language}"
    count_visit(exchange, answer, "home" if front else "own", "filter" if exchange.request.url.query else "look")
    return [(name, value) for name, value in answer.raw_headers if name == b"set-cookie"]
