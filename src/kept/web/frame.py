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
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kept import limits
from kept.number import parse_number
from kept.web import words
from kept.web.exchange import Web, below

ONE_CLICK = re.compile(r"/u/[A-Za-z0-9_-]{32}", re.ASCII)
"""The one address a POST may come to from anywhere: its token is the right to say this one no, and no cookie is read."""
PLAIN_BASE = re.compile(r"(/[A-Za-z0-9._~-]+)*", re.ASCII)
"""Where the pages may be mounted: a path that is the same in an address, in a header and in HTML."""
TOO_LARGE = "Expected at most 64 KB, or a file of at most 4 MB. Nothing was taken."
CORP = b"cross-origin-resource-policy"
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (CORP, b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), microphone=(), geolocation=(), payment=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
    ),
)


LOG = logging.getLogger(__name__)
HOST = re.compile(r"(?P<name>[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?")
"""A `Host` header: a name or an address, with or without a port; in lower case."""


class Refusal(NamedTuple):
    """What is answered instead of a page: the status, and the sentence that says why."""

    status: int
    text: str


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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self._apps["site"](scope, receive, send)
        if scope["type"] != "http":
            return
        started = False

        async def noticed(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._serve(scope, receive, noticed)
        except HTTPException as error:  # a body cut short, before an app that answers none
            if not started:
                await _refuse(scope, send, error.status_code, TOO_LARGE, self._web)
        except Exception as error:  # noqa: BLE001 -- the last frame: a bug ends here, never in a log with its message
            _note(error)
            if not started:
                await _broke(scope, send, self._web)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value for name, value in scope["headers"] if name != b"cookie"}
        asked = headers.get(b"host", b"").decode("latin-1").lower()
        host = _named(asked)
        kind, base = self._hosts.get(host, ""), _base(scope)
        if refusal := _refusal(scope, headers, asked, kind, base):
            await _refuse(scope, send, *refusal, self._web)
            return
        nonce = secrets.token_urlsafe(16)
        scope["state"] = {
            **scope.get("state", {}),
            "nonce": nonce,
            "kind": kind,
            "host": host,
            "web": self._web,
            "base": base,
        }

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_promises(message["headers"], nonce, secure=scope.get("scheme") == "https")
            await send(message)

        await self._apps[kind](scope, _limited(receive, _body_at_most(kind, headers)), guarded)


def _note(error: Exception) -> None:
    """Write of a bug its kind and its place; its message could quote what somebody typed."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    LOG.error("%s in %s line %s", type(error).__name__, place.name, place.lineno)


async def _broke(scope: Scope, send: Send, web: Web) -> None:
    """Say that something broke; in three words where the page that says so breaks as well: the server's log gets nothing."""
    try:
        await _refuse(scope, send, 500, "Something broke", web)
    except Exception as error:  # noqa: BLE001 -- as above
        _note(error)
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"15"), (b"connection", b"close"), *HEADERS]
        await send({"type": "http.response.start", "status": 500, "headers": headers})
        await send({"type": "http.response.body", "body": b"Something broke"})


def _named(asked: str) -> str:
    """Return the host name a `Host` header names, without port; empty where it names none."""
    found = HOST.fullmatch(asked)
    return found["name"].strip("[]") if found else ""


def _refusal(scope: Scope, headers: Mapping[bytes, bytes], host: str, kind: str, base: str | None) -> Refusal | None:
    """Return what a request is refused with before any app is asked; None for none."""
    if not kind:
        return Refusal(421, "This service does not answer under that host name.")
    if base is None:
        return Refusal(404, "There is no such page, or it is not yours to see.")
    if scope["method"] not in {"GET", "HEAD", "POST"}:
        return Refusal(405, "A page can be looked at, and a form can be sent. Nothing else.")
    one_click = kind == "site" and ONE_CLICK.fullmatch(
        below(base, scope["path"])
    )  # a mail program has no origin (RFC 8058)
    if scope["method"] == "POST" and not one_click and not _same_origin(headers, scope.get("scheme", "http"), host):
        return Refusal(403, "This form was not sent from a page of this site. Nothing was taken.")
    length = headers.get(b"content-length", b"0").decode("latin-1")
    if parse_number(length, _body_at_most(kind, headers)) is None:
        return Refusal(413, TOO_LARGE)
    return None


def _body_at_most(kind: str, headers: Mapping[bytes, bytes]) -> int:
    sends_file = kind == "console" and headers.get(b"content-type", b"").startswith(b"multipart/form-data")
    return limits.FILE_BODY_BYTES if sends_file else limits.REQUEST_BODY_BYTES


def _limited(receive: Receive, at_most: int) -> Receive:
    """Cut a body off where it grows beyond what it may be, whatever length it said it had."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > at_most:
                raise HTTPException(413)  # the app answers it as a page
        return message

    return limited


def _with_promises(headers: Iterable[tuple[bytes, bytes]], nonce: str, *, secure: bool) -> list[tuple[bytes, bytes]]:
    """An answer's headers with those every page carries."""
    headers = list(headers)
    everybodys = any(key == b"access-control-allow-origin" for key, _ in headers)
    ours = [(key, b"cross-origin") if everybodys and key == CORP else (key, value) for key, value in HEADERS]
    carried = [*headers, *ours, (b"content-security-policy", _policy(nonce))]
    if secure:
        carried.append((b"strict-transport-security", b"max-age=31536000"))
    if not any(key == b"cache-control" for key, _ in carried):
        carried.append((b"cache-control", b"no-store"))
    return carried


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


def _base(scope: Scope) -> str | None:
    """Return where the pages are mounted; None where that is no path a link may begin with."""
    base = str(scope.get("root_path", "")).rstrip("/")
    return base if PLAIN_BASE.fullmatch(base) else None


async def _refuse(scope: Scope, send: Send, status: int, text: str, web: Web) -> None:
    """Answer before any app is asked: a page of its own, without links into either host."""
    base = _base(scope) or ""
    asked = below(base, scope["path"])[1:3]
    accept = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
    offered = web.languages()
    language = asked if asked in offered else words.preferred(accept, offered)
    page = web.templates.get_template("refused.html").render(
        _=words.translator(language), language=language, base=base, status=status, text=text
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
