"""§3.6: what cookies tell is used only as far as the service needs it: each value for the code of its purpose."""

from __future__ import annotations

import pytest
from asked import Browser
from cited import cited

from kept.cookies.asgi import CookieGate
from kept.errors import DeniedError

pytestmark = pytest.mark.anyio


async def test_the_app_sees_no_header_and_reads_by_purpose(installation):
    """§3.6 normal and breach: the site's own app gets a jar; another purpose's value is refused with the clause."""
    seen = {}
    real = Browser(installation)

    async def app(scope, receive, send):
        seen.update(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    gate = CookieGate(app, real.web.cookies.rules, now=installation.engine.clock.now)
    scope = {"type": "http", "headers": [(b"cookie", b"__Host-kept_session=secret; _ga=1"), (b"host", b"shop.example")]}

    async def nothing(_=None):
        return {"type": "http.request"}

    await gate(scope, nothing, nothing)
    assert seen["headers"] == [(b"host", b"shop.example")]
    jar = seen["state"]["cookies"]
    assert jar.value("__Host-kept_session", purpose="sign-in") == "secret"
    with pytest.raises(DeniedError) as refused:
        jar.value("__Host-kept_session", purpose="marketing-data")
    assert cited(refused.value) == "§3.6"


async def test_an_app_that_reads_headers_gets_only_what_passes(installation):
    """§3.6: another framework behind the gate sees declared and allowed cookies in its header, and nothing else."""
    seen = {}
    real = Browser(installation)

    async def app(scope, receive, send):
        seen.update(scope)

    gate = CookieGate(app, real.web.cookies.rules, now=installation.engine.clock.now, header=True)
    await gate(
        {"type": "http", "headers": [(b"cookie", b"_ga=1; __Host-kept_session=a"), (b"cookie", b"x=1")]}, None, None
    )
    assert seen["headers"] == [(b"cookie", b"__Host-kept_session=a")]


async def test_without_a_policy_nothing_passes(installation):
    """§3.6 breach: no rules in force, no cookies, in or out."""
    sent = []

    async def app(scope, receive, send):
        assert scope["state"]["cookies"].pairs() == []
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"set-cookie", b"__Host-kept_session=a")]}
        )

    async def send(message):
        sent.append(message)

    gate = CookieGate(app, lambda: None, now=installation.engine.clock.now)
    await gate({"type": "http", "headers": [(b"cookie", b"__Host-kept_session=a")]}, None, send)
    assert sent[0]["headers"] == []
