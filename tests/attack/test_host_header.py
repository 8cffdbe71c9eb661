"""Attacks by the `Host` header: who we are comes from configuration, and nothing of a request is written to a log."""

from __future__ import annotations

import logging

import pytest
from asked import SITE, Browser
from authenticator import Authenticator

from kept.errors import SignInError
from kept.services.accounts import passkeys

pytestmark = pytest.mark.anyio
HOSTILE = (
    b"[", b"]", b"[::1", b"[]", b"[v1.x]", b"shop.example@evil.example", b"evil.example#shop.example", b"shop.example/", b"",
    b"shop.example:", b"shop.example:port", b"shop.example:\xef\xbc\x98", b"shop.example:999999", b"\xff\xfe", b"shop.example\\",
    b"shop.example evil", b"shop.example,evil.example", b"canary-host-header", b"[fe80::1%25canary]", b"a" * 5000,
)  # fmt: skip


async def ask(app, path, host, method="GET", headers=()):
    """Ask past every client, which would correct the header; return the status and the body."""
    sent = []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(),
        "query_string": b"", "root_path": "", "scheme": "https", "server": ("10.0.0.1", 8443), "client": ("127.0.0.1", 1),
        "headers": [(b"host", host), *headers],
    }  # fmt: skip

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(one.get("body", b"") for one in sent)


@pytest.mark.parametrize("host", HOSTILE)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_hostile_host_is_no_host_of_ours_and_in_no_log(installation, caplog, host, method):
    """§5.5 breach: 421, as for every name that is not declared; neither page nor log quotes it."""
    caplog.set_level(logging.DEBUG)
    status, body = await ask(Browser(installation).app, "/en/policy", host, method)
    assert status == 421
    assert caplog.text == ""
    assert len(host) < 5 or host not in body


async def test_a_fault_before_any_page_is_told_without_the_request(installation, caplog, monkeypatch):
    """§5.5 breach: whatever breaks, and wherever, the log has its kind and its place, never what was sent."""
    caplog.set_level(logging.DEBUG)

    def broken(scope):
        raise ValueError(f"cannot read {scope['path']} {scope['headers']}")

    monkeypatch.setattr("kept.web.frame._base", broken)
    answer = await ask(
        Browser(installation).app, "/en/canary", b"shop.example", headers=[(b"user-agent", b"canary-agent")]
    )
    assert answer == (500, b"Something broke")  # the page that says so needs what broke
    assert "canary" not in caplog.text
    assert "ValueError in broken line" in caplog.text


@pytest.mark.parametrize(
    ("site", "host", "origin"),
    [
        ("https://shop.example", b"shop.example", "https://shop.example"),
        ("https://shop.example:8443/privacy", b"shop.example:8443", "https://shop.example:8443"),
        (
            "https://shop.example:8443",
            b"shop.example:9999",
            "https://shop.example:8443",
        ),  # what the header says is no port of ours
        ("https://www.other.example", b"shop.example:9999", "https://shop.example"),
        ("", b"shop.example:9999", "https://shop.example"),
        ("", b"SHOP.example", "https://shop.example"),
    ],
)
async def test_our_origin_is_the_configured_one(installation, site, host, origin):
    """Links we give out and the origin a passkey must name come from the site's address, with its port."""
    app = Browser(installation, addresses={"site": site} if site else {}).app
    status, body = await ask(app, "/.well-known/passkey-endpoints", host)
    assert status == 200
    assert f'"{origin}/en/join"'.encode() in body


@pytest.mark.parametrize(
    "more", [{}, {"crossOrigin": False}, {"crossOrigin": True}, {"crossOrigin": "no"}, {"topOrigin": SITE}]
)
async def test_a_passkey_in_a_frame_of_another_page_is_refused(installation, more):
    """§5.2 breach: made or used where the browser says that another page is around ours, or another port asks."""
    engine, rp = installation.engine, {"rp_id": "shop.example", "origin": SITE}
    good = Authenticator(SITE)
    for device, fine in (
        (Authenticator(SITE, more=more), more in ({}, {"crossOrigin": False})),
        (Authenticator(SITE + ":8443"), False),
    ):
        begun = passkeys.begin_join(engine, "shop.example", "Shop")
        if fine:
            await passkeys.finish_join(engine, device.make(begun["options"]), begun["token"], language="en", **rp)
        else:
            with pytest.raises(SignInError):
                await passkeys.finish_join(engine, device.make(begun["options"]), begun["token"], language="en", **rp)
    begun = passkeys.begin_join(engine, "shop.example", "Shop")
    await passkeys.finish_join(engine, good.make(begun["options"]), begun["token"], language="en", **rp)
    good.more = more
    begun = passkeys.begin_sign_in(engine, "shop.example")
    if more in ({}, {"crossOrigin": False}):
        assert await passkeys.finish_sign_in(engine, good.use(begun["options"]), begun["token"], **rp)
    else:
        with pytest.raises(SignInError):
            await passkeys.finish_sign_in(engine, good.use(begun["options"]), begun["token"], **rp)
