"""The gate every cookie passes, in both directions: plain ASGI, outermost, without a dependency.

Inwards the app sees only what is declared and allowed; outwards nothing else is set, and what was allowed before and is
not any more is taken away. Headers are looked at one line at a time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from kept.cookies.given import Given
from kept.cookies.header import Setting, cookie_line, expiry_line, parse_cookies, parse_set_cookie
from kept.cookies.jar import Jar, Sent, sent_in
from kept.cookies.rules import Dropped, Rules
from kept.policy.words import CookieDuty

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
        used: Told of every value that is read, by name, and of every reading that is refused.
        ours: Whether this installation made a value for a duty: nobody else signs anybody in, so nothing else stands there.
        purposes: What the app is the code of: it reads the cookies of these purposes, and sets no other. An app of exactly
            one sees them in its `Cookie` header too; any other sees no header. None for the engine's own pages.
    """

    def __init__(  # noqa: PLR0913 -- what a gate asks, and whom it tells
        self,
        app: App,
        rules: Callable[[], Rules | None],
        *,
        now: Callable[[], float],
        found: Callable[[Dropped], None] = lambda _: None,
        used: Callable[[str, bool], None] = lambda *_: None,
        ours: Callable[[CookieDuty, str], bool] = lambda *_: True,
        purposes: frozenset[str] | None = None,
    ) -> None:
        self._app = app
        self.rules = rules
        self._now = now
        self._found = found
        self._used = used
        self._ours = ours
        self._purposes = purposes
        self._given = Given()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        rules, state = self.rules() or NOTHING_DECLARED, scope.get("state", {})
        sent = self.inwards(rules, scope["headers"], state.get("cookies"))
        jar = self.jar(sent)
        inner = {**scope, "headers": self.header(scope["headers"], sent), "state": {**state, "cookies": jar}}

        async def guarded(message: Message) -> None:
            if (
                "headers" in message
            ):  # the answer's, a websocket's, a websocket's that is refused, and what else may come
                message = {**message, "headers": self.outwards(rules, sent, message["headers"])}
            elif message["type"] in {"http.response.start", "websocket.accept"} and sent.expire:
                message = {**message, "headers": self.outwards(rules, sent, ())}
            await send(message)

        await self._app(inner, receive, guarded)

    def inwards(self, rules: Rules, headers: Iterable[tuple[bytes, bytes]], outer: object = None) -> Sent:
        """Return what a browser sent, as this gate knows it.

        Args:
            rules: In force.
            headers: Of the request.
            outer: The jar of a gate around this one, which took the header away.
        """
        if isinstance(outer, Jar):
            return sent_in(outer)
        lines = [value for name, value in headers if name.lower() == b"cookie"]
        opted_out = any(name == b"sec-gpc" and value.strip() == b"1" for name, value in headers)
        pairs = parse_cookies(lines) if lines else NO_COOKIES
        sent, dropped = rules.read(pairs, opted_out=opted_out, at=self._now())
        for one in dropped:
            self._found(one)
        return sent

    def jar(self, sent: Sent) -> Jar:
        """Return what a browser sent as the app behind this gate may know it."""
        return sent.for_code_of(self._purposes, self._used)

    def header(self, headers: Iterable[tuple[bytes, bytes]], sent: Sent) -> list[tuple[bytes, bytes]]:
        """Return a request's headers with the cookies the app may read there: those of its one purpose, or none.

        Args:
            headers: Of the request.
            sent: What the browser sent.
        """
        others = [pair for pair in headers if pair[0].lower() != b"cookie"]
        if self._purposes is None or len(self._purposes) != 1:
            return others
        pairs = [(name, value) for name, value in sent.passed.items() if sent.purposes[name] in self._purposes]
        for name, _ in pairs:
            self._used(name, True)
        return [*others, (b"cookie", cookie_line(pairs))] if pairs else others

    def outwards(self, rules: Rules, sent: Sent, said: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return an answer's headers with only the cookies that may be set, and those taken away that may not stay.

        Args:
            rules: In force.
            sent: What the request brought.
            said: Headers as the app said them.
        """
        answered = list(said)
        sets = [value for name, value in answered if name.lower() == b"set-cookie"]
        if not sets and not sent.expire:
            return answered
        headers = [(name, value) for name, value in answered if name.lower() != b"set-cookie"]
        at, allowed = self._now(), sent.allowed
        settings = [(line, parse_set_cookie(line, at)) for line in sets]
        for _, setting in settings:
            if setting is not None and setting.name == rules.choices and not rules.refuse(setting, allowed, at):
                allowed = rules.allowed_after(setting)
        set_now = set()
        for line, setting in settings:
            if setting is None:
                continue
            reason = rules.refuse(setting, allowed, at) or self._refuse(rules, setting, sent, at)
            if reason:
                self._found(Dropped(setting.name, reason, outward=True))
                continue
            set_now.add(setting.name)
            headers.append((b"set-cookie", line + b"; Path=/" if setting.pathless else line))
        over = dict.fromkeys(sent.expire)
        if allowed != sent.allowed:
            over |= dict.fromkeys(name for name, _ in sent.brought if rules.is_over(name, allowed))
        headers += [(b"set-cookie", expiry_line(name)) for name in over if name not in set_now]
        return headers

    def _refuse(self, rules: Rules, setting: Setting, sent: Sent, at: float) -> str:
        """Return why this app may not set a cookie that is as declared; empty when it may."""
        if setting.takes_away:
            return ""
        duty = rules.duties.get(setting.name)
        if duty in SIGNS_IN and not self._ours(duty, setting.value):
            return "not-ours"
        if duty is None and self._purposes is not None and rules.purpose(setting.name) not in self._purposes:
            return "other-purpose"
        if not rules.identifies(setting.name) or (setting.name, setting.value) in sent.brought:
            return ""
        return "given-before" if self._given.again(setting.name, setting.value, at) else ""


SIGNS_IN = frozenset({CookieDuty.SESSION, CookieDuty.REMEMBER, CookieDuty.DEVICE})
"""Duties whose cookies hold what only this installation makes."""


class _NothingDeclared(Rules):
    """No policy in force: nothing passes."""

    def __init__(self) -> None:
        self._cookies = {}
        self._says = {}
        self.duties = {}
        self._purpose = {}
        self._by_consent = set()
        self.asked = ()
        self.choices = ""
        self.revision = ""


NOTHING_DECLARED: Rules = _NothingDeclared()
