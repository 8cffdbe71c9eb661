"""What every answer carries and every request must pass: one pure ASGI layer, outermost.

Hosts are told apart; bodies over 64 KB are cut while they stream; POST needs an origin of this host; answers carry a
strict Content-Security-Policy with a fresh nonce. No request line, address or user agent is written anywhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_AT_MOST = 64 * 1024
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), microphone=(), geolocation=(), payment=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
    ),
)


class TooLargeError(Exception):
    """A body over the limit."""


class Frame:
    """Routes by host and holds what every page promises.

    Args:
        apps: The app of each kind of host, `site` and `console`.
        hosts: Kind by host name without port, lower case.
    """

    def __init__(self, apps: Mapping[str, ASGIApp], hosts: Mapping[str, str]) -> None:
        self._apps = apps
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: C901 -- the checks, in their order
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self._apps["site"](scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = {name: value for name, value in scope["headers"] if name != b"cookie"}
        host = headers.get(b"host", b"").decode("latin-1").lower()
        name = urlsplit(f"//{host}").hostname or ""
        kind = self._hosts.get(name)
        if kind is None:
            await _plain(send, 421, "this service does not answer under that host name")
            return
        if scope["method"] not in {"GET", "HEAD", "POST"}:
            await _plain(send, 405, "GET, HEAD or POST")
            return
        if scope["method"] == "POST" and not _same_origin(headers, scope.get("scheme", "http"), host):
            await _plain(send, 403, "this form was not sent from a page of this site")
            return
        if int(headers.get(b"content-length", b"0") or b"0") > BODY_AT_MOST:
            await _plain(send, 413, "expected at most 64 KB; nothing was taken")
            return
        nonce = secrets.token_urlsafe(16)
        scope["state"] = {**scope.get("state", {}), "nonce": nonce, "kind": kind, "host": host}
        started = False
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > BODY_AT_MOST:
                    raise TooLargeError
            return message

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *HEADERS, (b"content-security-policy", _policy(nonce))]
                if scope.get("scheme") == "https":
                    message["headers"].append((b"strict-transport-security", b"max-age=31536000"))
                if not any(key == b"cache-control" for key, _ in message["headers"]):
                    message["headers"].append((b"cache-control", b"no-store"))
            await send(message)

        try:
            await self._apps[kind](scope, limited, guarded)
        except TooLargeError:
            if not started:
                await _plain(send, 413, "expected at most 64 KB; nothing was taken")


def _policy(nonce: str) -> bytes:
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ).encode()


def _same_origin(headers: Mapping[bytes, bytes], scheme: str, host: str) -> bool:
    """Whether a POST comes from a page of this very host. A request that does not say is not believed.

    The one exception by the browser itself: `Sec-Fetch-Site: same-origin`.
    """
    site = headers.get(b"sec-fetch-site", b"").decode("latin-1")
    origin = headers.get(b"origin", b"").decode("latin-1").lower()
    if origin:
        return origin == f"{scheme}://{host}"
    return site == "same-origin"


async def _plain(send: Send, status: int, text: str) -> None:
    body = text.encode() + b"\n"
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
                (b"cache-control", b"no-store"),
                *HEADERS,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
