"""What every answer carries and every request must pass: one pure ASGI layer, outermost.

Hosts are told apart; bodies over 64 KB (a file that staff send: 4 MB) are cut while they stream; POST needs an origin of
this host; answers carry a strict Content-Security-Policy with a fresh nonce. No request line, address or user agent is
written anywhere, and of an error we did not raise on purpose only its kind and place: its message could quote what somebody
typed.
"""

from __future__ import annotations

import logging
import re
import secrets
import traceback
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kept import limits
from kept.web import words
from kept.web.exchange import Web

BODY_AT_MOST = limits.REQUEST_BODY_BYTES
ONE_CLICK = re.compile(r"/u/[A-Za-z0-9_-]{32}", re.ASCII)
"""The one address a POST may come to from anywhere: its token is the right to say this one no, and no cookie is read."""
FILE_AT_MOST = limits.FILE_BODY_BYTES
TOO_LARGE = "Expected at most 64 KB, or a file of at most 4 MB. Nothing was taken."
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


LOG = logging.getLogger(__name__)


class Frame:
    """Routes by host and holds what every page promises.

    Args:
        apps: The app of each kind of host, `site` and `console`.
        hosts: Kind by host name without port, lower case.
        web: What the pages share: a refusal is rendered as they are.
    """

    def __init__(self, apps: Mapping[str, ASGIApp], hosts: Mapping[str, str], web: Web) -> None:
        self._apps = apps
        self._web = web
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
            await _refuse(scope, send, 421, "This service does not answer under that host name.", self._web)
            return
        if scope["method"] not in {"GET", "HEAD", "POST"}:
            await _refuse(scope, send, 405, "A page can be looked at, and a form can be sent. Nothing else.", self._web)
            return
        one_click = kind == "site" and ONE_CLICK.fullmatch(scope["path"])  # a mail program has no origin (RFC 8058)
        if scope["method"] == "POST" and not one_click and not _same_origin(headers, scope.get("scheme", "http"), host):
            await _refuse(
                scope, send, 403, "This form was not sent from a page of this site. Nothing was taken.", self._web
            )
            return
        length, at_most = headers.get(b"content-length", b"0"), _body_at_most(kind, headers)
        if not length.isdigit() or int(length) > at_most:
            await _refuse(scope, send, 413, TOO_LARGE, self._web)
            return
        nonce = secrets.token_urlsafe(16)
        scope["state"] = {**scope.get("state", {}), "nonce": nonce, "kind": kind, "host": host, "web": self._web}
        started = False
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > at_most:
                    raise HTTPException(413)  # the app answers it as a page
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
        except HTTPException as error:  # a body cut short, before an app that answers none
            if not started:
                await _refuse(scope, send, error.status_code, TOO_LARGE, self._web)
        except Exception as error:  # noqa: BLE001 -- the last frame: a bug ends here, never in a log with its message
            place = traceback.extract_tb(error.__traceback__)[-1]
            LOG.error("%s in %s line %s", type(error).__name__, place.name, place.lineno)  # noqa: TRY400 -- no message
            if not started:
                await _refuse(scope, send, 500, "Something broke", self._web)


def _body_at_most(kind: str, headers: Mapping[bytes, bytes]) -> int:
    sends_file = kind == "console" and headers.get(b"content-type", b"").startswith(b"multipart/form-data")
    return FILE_AT_MOST if sends_file else BODY_AT_MOST


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


async def _refuse(scope: Scope, send: Send, status: int, text: str, web: Web) -> None:
    """Answer before any app is asked: a page of its own, without links into either host."""
    asked = scope["path"][1:3]
    accept = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
    offered = web.languages()
    language = asked if asked in offered else words.preferred(accept, offered)
    page = web.templates.get_template("refused.html").render(
        _=words.translator(language), language=language, status=status, text=text
    )
    body = page.encode()
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"text/html; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
                (b"cache-control", b"no-store"),
                (b"connection", b"close"),  # what else was being sent is not read
                (b"content-security-policy", _policy(secrets.token_urlsafe(16))),
                *HEADERS,
            ],
        }
    )
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
