"""The gate for cookies around a program's own app, and Kept's pages beside it."""

from __future__ import annotations

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Mount, Route

from kept.services.gate.history import newest_entries

pytestmark = pytest.mark.anyio


async def shop(request):
    """Say which cookies arrive, and try to set three."""
    answer = PlainTextResponse(" ".join(sorted(request.cookies)))
    for name in ("basket", "tracker", "__Host-kept_session"):
        answer.set_cookie(name, "rye")
    return answer


async def ask(app, path="/", *, host="localhost", cookie="", method="GET"):
    """Send one request to an ASGI app; return status, `Set-Cookie` names in order, and the body."""
    headers = [(b"host", host.encode()), *([(b"cookie", cookie.encode())] if cookie else [])]
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "root_path": "", "scheme": "http",
        "query_string": b"", "headers": headers, "server": (host, 80), "client": ("127.0.0.1", 1), "http_version": "1.1",
        "asgi": {"version": "3.0"},
    }  # fmt: skip
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    names = [value.partition(b"=")[0].decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]
    return sent[0]["status"], names, b"".join(one.get("body", b"") for one in sent[1:]).decode()


def cookie_of(line: str) -> str:
    """Return what a browser sends for a `Set-Cookie` line."""
    return line.partition(";")[0]


async def test_an_asgi_app_gets_and_sets_what_was_agreed_to(bakery):
    """Before a choice nothing; after a yes the basket; the undeclared never, and no sign-in that Kept did not make."""
    async with bakery.open() as k:
        app = k.cookies(Starlette(routes=[Route("/", shop)]), "basket")
        sent = "basket=rye; tracker=1; __Host-kept_session=1"
        assert await ask(app, cookie=sent) == (200, ["basket"], "")  # what the browser holds of it is taken away
        assert [one.id for one in k.cookie_question()] == ["basket"]
        yes = cookie_of(k.cookie_choice(["basket"]))
        status, names, body = await ask(app, cookie=f"{sent}; {yes}")
        assert (status, names, body) == (200, ["basket"], "basket")
        status, names, body = await ask(app, cookie=f"basket=hanako; {yes}")
        assert (names, body) == (["basket"], "")  # a value the policy does not list is no value
        others = k.cookies(Starlette(routes=[Route("/", shop)]))
        assert await ask(others, cookie=f"{sent}; {yes}") == (200, [], "")


def wsgi_shop(environ, start_response):
    """The same shop, as a WSGI app."""
    start_response(
        "200 OK",
        [("Content-Type", "text/plain"), ("Set-Cookie", "basket=rye; Path=/"), ("Set-Cookie", "tracker=1")],
    )
    return [environ.get("HTTP_COOKIE", "").encode()]


async def test_a_wsgi_app_gets_and_sets_the_same(bakery):
    """One set of rules for both kinds of app."""
    async with bakery.open() as k:
        app = k.cookies_wsgi(wsgi_shop, "basket")
        yes = cookie_of(k.cookie_choice(["basket"]))
        for cookie, arrives, leaves in (
            ("", "", []),
            ("basket=rye; tracker=2", "", ["basket"]),
            ("basket=rye; basket=roll", "", ["basket"]),
            (f"basket=rye; tracker=2; {yes}", "basket=rye", ["basket"]),
        ):
            said = []
            environ = {"HTTP_COOKIE": cookie} if cookie else {}
            body = b"".join(app(environ, lambda *start, said=said: said.extend(start[1])))
            assert body.decode() == arrives
            lines = [value for name, value in said if name.lower() == "set-cookie"]
            assert [one.partition("=")[0] for one in lines] == leaves
            assert all(("Max-Age=0" in one) is (yes not in cookie) for one in lines)


async def test_a_breach_of_a_program_s_own_is_recorded(bakery):
    """What the app tried to set and may not stands in the ledger, once per name."""
    async with bakery.open() as k:
        app = k.cookies(Starlette(routes=[Route("/", shop)]))
        for _ in range(3):
            await ask(app)
        await k._rules.record()
        found = [
            dict(one.account.facts) for one in await newest_entries(k._engine, 50) if "cookie:drop" in one.account.act
        ]
        assert {(one["cookie"], one["reason"]) for one in found} == {
            ("tracker", "undeclared"),
            ("basket", "unconsented"),
            ("__Host-kept_session", "not-ours"),
        }


async def test_kept_s_pages_stand_beside_a_program_s_own(bakery):
    """The site last at the root after the shop's own routes, the console on a host of its own."""
    async with bakery.open(background=True) as k:
        app = Starlette(
            routes=[
                Host("staff.localhost", app=k.console(["staff.localhost"])),
                Route("/", shop),
                Mount("/", app=k.site(["localhost"])),
            ]
        )
        assert (await ask(app))[0] == 200
        assert "Corner Bakery" in (await ask(app, "/en/policy"))[2]
        assert (await ask(app, "/en/sign-in", host="staff.localhost"))[0] == 200
        assert (await ask(app, "/en/policy", host="evil.example"))[0] == 421
        await asyncio.sleep(0.05)
        assert await k._engine.meta("serving_since")


async def test_who_is_signed_in_on_kept_s_pages_is_known_to_the_program(bakery):
    """Behind the gate the app asks the door; a stranger's cookie is nobody."""
    async with bakery.open() as k:
        issued = await k.join("four unrelated words here")
        token = await k.sign_in(issued.login_name, "four unrelated words here")
        found = []

        async def page(request):
            found.append(await k.signed_in(request.scope))
            return PlainTextResponse("")

        app = k.cookies(Starlette(routes=[Route("/", page)]))
        await ask(app, cookie=f"__Host-kept_session={token}")
        await ask(app, cookie="__Host-kept_session=AAAA")
        await ask(app)
        assert [one is not None for one in found] == [True, False, False]
        assert (await found[0].data()).held == ()
