"""Errors as answers: each of ours is a page a person can act on."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kept.errors import (
    ConflictError,
    DeniedError,
    ErasedError,
    EvidenceError,
    InputError,
    KeptError,
    LimitError,
    MalformedError,
    SignInError,
    StoreError,
)
from kept.web.exchange import Exchange, exchange_of

STATUS: tuple[tuple[type[KeptError], int], ...] = (
    (SignInError, 401),
    (LimitError, 429),
    (DeniedError, 403),
    (ConflictError, 409),
    (MalformedError, 400),
    (InputError, 422),
    (ErasedError, 404),
    (EvidenceError, 500),
    (StoreError, 503),
)
"""The one place where our errors become HTTP (docs/ARCHITECTURE.md, Errors at the edge)."""


def status_of(error: KeptError) -> int:
    """Return the HTTP status of one of our errors."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


async def our_error(request: Request, error: KeptError) -> Response:
    """Answer one of our errors."""
    response = (await exchange_of(request)).page("error.html", status_of(error), error=error)
    if isinstance(error, LimitError):
        response.headers["retry-after"] = str(error.retry_after_seconds)
    return response


async def http_error(request: Request, error: HTTPException) -> Response:
    """Answer what is no page, or not asked for in that way."""
    exchange = await exchange_of(request)
    response = exchange.missing() if error.status_code == 404 else exchange.page("unfit.html", error.status_code)  # noqa: PLR2004 -- HTTP
    response.headers.update(error.headers or {})
    return response


async def bug(request: Request, error: Exception) -> Response:
    """Answer an error nobody raised on purpose; whoever is signed in is not looked up for it."""
    del error
    state = request.scope["state"]
    return Exchange(state["web"], request, state.get("session")).page("broken.html", 500)
