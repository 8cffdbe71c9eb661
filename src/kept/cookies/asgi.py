"""The gate every cookie passes, in both directions: plain ASGI, outermost, without a dependency.

Inwards the app sees only what is declared and allowed; outwards nothing else is set, and what was allowed before and is
not any more is taken away. Headers are looked at one line at a time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from kept.cookies.header import cookie_line, expiry_line, parse_cookies, parse_set_cookie
from kept.cookies.rules import Dropped, Jar, Rules

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

NO_COOKIES: list[tuple[str, str]] = []


class CookieGate:
    """Stands before an app.

    Args:
        app: Any ASGI app.
        rules: Answers the rules in force, asked at every request.
        now: The clock, unix seconds.
        found: Told of every cookie that did not pass.
        header: Whether the app reads the `Cookie` header itself. Without it the app sees no header at all and reads
            `scope["state"]["cookies"]`, a `Jar` that gives each value to the code of its purpose only.
    """

    def __init__(
        self,
        app: App,
        rules: Callable[[], Rules | None],
        *,
        now: Callable[[], float],
        found: Callable[[Dropped], None] | None = None,
        header: bool = False,
    ) -> None:
        self._app = app
        self.rules = rules
        self._now = now
        self._found = found
        self._header = header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        rules = self.rules() or NOTHING_DECLARED
        jar, headers = self.inwards(rules, scope["headers"])
        inner = {**scope, "headers": headers, "state": {**scope.get("state", {}), "cookies": jar}}

        async def guarded(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.accept"}:
                message = {**message, "headers": self.outwards(rules, jar, message.get("headers", ()))}
            await send(message)

        await self._app(inner, receive, guarded)

    def inwards(self, rules: Rules, headers: list[tuple[bytes, bytes]]) -> tuple[Jar, list[tuple[bytes, bytes]]]:
        """Return the cookies of a request that may be read, and its headers with those alone.

        Args:
            rules: In force.
            headers: Of the request, names in lower case.
        """
        lines = [value for name, value in headers if name == b"cookie"]
        opted_out = any(name == b"sec-gpc" and value.strip() == b"1" for name, value in headers)
        jar, dropped = rules.read(parse_cookies(lines) if lines else NO_COOKIES, opted_out=opted_out)
        if not lines:
            return jar, headers
        if self._found is not None:
            for one in dropped:
                self._found(one)
        others = [pair for pair in headers if pair[0] != b"cookie"]
        if self._header and (pairs := jar.pairs()):
            others.append((b"cookie", cookie_line(pairs)))
        return jar, others

    def outwards(self, rules: Rules, jar: Jar, said: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return an answer's headers with only the cookies that may be set, and those taken away that may not stay.

        Args:
            rules: In force.
            jar: What the request brought.
            said: Headers as the app said them.
        """
        answered = list(said)
        sets = [value for name, value in answered if name.lower() == b"set-cookie"]
        if not sets and not jar.expire:
            return answered
        headers = [(name, value) for name, value in answered if name.lower() != b"set-cookie"]
        at, allowed = self._now(), jar.allowed
        settings = [(line, parse_set_cookie(line, at)) for line in sets]
        for _, setting in settings:
            if setting is not None:
                allowed = rules.allowed_after(setting, allowed)
        set_now = set()
        for line, setting in settings:
            if setting is None:
                continue
            reason = rules.refuse(setting, allowed)
            if reason:
                if self._found is not None:
                    self._found(Dropped(setting.name, reason, outward=True))
                continue
            set_now.add(setting.name)
            headers.append((b"set-cookie", line))
        headers += [
            (b"set-cookie", expiry_line(name))
            for name in jar.names
            if name not in set_now and rules.is_over(name, allowed)
        ]
        return headers


class _NothingDeclared(Rules):
    """No policy in force: nothing passes."""

    def __init__(self) -> None:
        self._cookies = {}
        self._purpose = {}
        self._by_consent = set()
        self.asked = ()
        self.choices = ""
        self.revision = ""


NOTHING_DECLARED: Rules = _NothingDeclared()
