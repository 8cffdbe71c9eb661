"""The gate for cookies around a WSGI app: the same rules, the same way in and out as `asgi`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kept.cookies.asgi import NOTHING_DECLARED, CookieGate

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]


class WsgiCookieGate:
    """Stands before a WSGI app. The app reads and sets cookies as ever; what may not pass never arrives.

    Args:
        app: Any WSGI app.
        gate: Decides, for both kinds of app.
    """

    def __init__(self, app: WsgiApp, gate: CookieGate) -> None:
        self._app = app
        self._gate = gate

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        rules = self._gate.rules() or NOTHING_DECLARED
        headers = [
            (name, environ[key].encode("latin-1"))
            for name, key in ((b"cookie", "HTTP_COOKIE"), (b"sec-gpc", "HTTP_SEC_GPC"))
            if key in environ
        ]
        sent = self._gate.inwards(rules, headers)
        inner = {key: value for key, value in environ.items() if key != "HTTP_COOKIE"}
        inner["kept.cookies"] = self._gate.jar(sent)
        for name, value in self._gate.header(headers, sent):
            if name == b"cookie":
                inner["HTTP_COOKIE"] = value.decode("latin-1")

        def start(status: str, said: list[tuple[str, str]], *more: Any) -> Any:
            plain = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in said]
            out = self._gate.outwards(rules, sent, plain)
            return start_response(status, [(name.decode("latin-1"), one.decode("latin-1")) for name, one in out], *more)

        return self._app(inner, start)
