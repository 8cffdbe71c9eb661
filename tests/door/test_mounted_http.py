"""The pages below a path of a program's own app, through real HTTP: every link, form, file, redirect and script keeps to it."""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import asynccontextmanager

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from kept.crypto.second_factor import code_at

pytestmark = pytest.mark.anyio
PASSWORD = "four unrelated words here"
ADDRESS = re.compile(r'\b(?:href|src|action|data-passkey)="([^"#?]*)')


@asynccontextmanager
async def served(app):
    """Serve an ASGI app on loopback; answer the port."""
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="warning", lifespan="off"))
    server.install_signal_handlers = lambda: None
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()  # who asks before the server has begun waits for it
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await running


class Visitor:
    """A browser on loopback: an origin, cookies, and the form token of the page last seen.

    Args:
        port: Where the app listens.
        host: Host name asked for.
    """

    def __init__(self, port: int, host: str = "localhost") -> None:
        origin = f"http://{host}:{port}"
        self._client = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers={"host": f"{host}:{port}", "origin": origin}
        )
        self.cookies: dict[str, str] = {}
        self.set: list[str] = []
        self._token = ""

    async def ask(self, path, **form):
        """Ask for a page, or send a form."""
        sent = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        self._client.cookies.clear()
        if form:
            data = {"form_token": self._token, **form} if self._token else form
            answer = await self._client.post(path, data=data, headers=sent)
        else:
            answer = await self._client.get(path, headers=sent)
        self.set += answer.headers.get_list("set-cookie")
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        if found := re.search(r'name="form_token" value="([^"]+)"', answer.text):
            self._token = found[1]
        return answer

    async def walk(self, start: str, below: str) -> set[str]:
        """Follow every link from *start*; return the addresses seen. Each stands below the mount and answers."""
        waiting, seen = [start], set()
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            answer = await self.ask(path)
            assert answer.status_code in {200, 303}, (path, answer.status_code)
            if answer.status_code == 303:
                assert answer.headers["location"].startswith(f"{below}/"), path
            elif answer.headers["content-type"].startswith("text/html"):
                named = {one for one in ADDRESS.findall(answer.text) if one.startswith("/")}
                assert all(one.startswith(f"{below}/") for one in named), (path, named)
                forms = set(re.findall(r'(?:action|data-passkey)="([^"#?]*)', answer.text))
                waiting += sorted(named - forms)
        return seen

    async def close(self):
        """Close the connections."""
        await self._client.aclose()


@pytest.fixture
async def visit(bakery):
    """A bakery's own app with the pages of Kept below `/privacy`, and the console below `/desk` of another host name."""
    async with bakery.open() as k:
        await k.operator("test").add_staff("sato", PASSWORD, ["counter", "owner"], who="sato")

        async def front(request):
            me = await k.signed_in(request.scope)
            return PlainTextResponse("somebody" if me else "nobody")

        routes = [
            Route("/", front),
            Mount("/privacy", k.site(["localhost"])),
            Mount("/desk", k.console(["staff.localhost"])),
            Mount("/a b", k.site(["localhost"])),
        ]
        async with served(k.cookies(Starlette(routes=routes))) as port:
            visitors = []

            def begin(host="localhost"):
                visitors.append(Visitor(port, host))
                return visitors[-1]

            yield k, begin
            for one in visitors:
                await one.close()


async def test_every_link_of_the_site_keeps_to_the_path(visit):
    """A stranger's pages, files included: nothing leads out of the mount, and nothing is missing."""
    _, begin = visit
    someone = begin()
    assert (await someone.ask("/")).text == "nobody"
    assert (await someone.ask("/privacy/")).headers["location"] == "/privacy/en"
    seen = await someone.walk("/privacy/en", "/privacy")
    assert {"/privacy/static/look.css", "/privacy/en/policy", "/privacy/en/join", "/privacy/ledger/key"} <= seen
    passkeys = (await someone.ask("/privacy/.well-known/passkey-endpoints")).json()
    assert passkeys["enroll"].endswith("/privacy/en/join")
    for one in ("/en", "/static/look.css", "/privacyen", "/privacy/nothing-here", "/a%20b/en"):
        assert (await someone.ask(one)).status_code == 404, one


async def test_a_customer_joins_gives_and_leaves_below_the_path(visit):
    """Forms and redirects; the session is of the whole host, as its `__Host-` name demands, and the program's own page knows it."""
    _, begin = visit
    mori = begin()
    await mori.ask("/privacy/en/join")
    opened = await mori.ask("/privacy/en/join", password=PASSWORD)
    issued = await mori.ask(opened.headers["location"])
    assert issued.status_code == 200
    assert (await mori.ask("/")).text == "somebody"
    seen = await mori.walk("/privacy/en/my-data", "/privacy")
    assert "/privacy/en/my-data/erase" in seen
    login_name = re.search(r"[a-z]+-[a-z0-9]{8}", issued.text)[0]
    assert (await mori.ask("/privacy/en/sign-out", everywhere="")).headers["location"] == "/privacy/en"
    await mori.ask("/privacy/en/sign-in")
    answer = await mori.ask("/privacy/en/sign-in", login_name=login_name, password=PASSWORD)
    assert answer.headers["location"] == "/privacy/en/my-data"
    await mori.ask("/privacy/en/my-data/erase")
    erased = await mori.ask("/privacy/en/my-data/erase", when="now", never="")
    assert erased.headers.get("location", "").startswith("/privacy/en/erasure/"), erased.text
    assert all("; Path=/;" in f"{one};" for one in mori.set)


async def test_a_code_to_link_the_account_is_shown_on_a_page_of_its_own(visit, bakery):
    """The person gets it on Kept's page and types it into the program's; then my data says what the program calls them."""
    k, begin = visit
    credential = await bakery.program(k)
    mori = begin()
    await mori.ask("/privacy/en/join")
    await mori.ask("/privacy/en/join", password=PASSWORD)
    assert "A code for till" in (await mori.ask("/privacy/en/account")).text
    shown = (await mori.ask("/privacy/en/account/link", system="till")).headers["location"]
    assert shown == "/privacy/en/account/link-code"
    code = re.search(r'<p class="mono big" id="plain">([^<]+)</p>', (await mori.ask(shown)).text)
    await k.link(credential, external="C-4711", code=code[1])
    assert "A code for till" not in (await mori.ask("/privacy/en/account")).text
    mine = (await mori.ask("/privacy/en/my-data")).text
    assert "C-4711" in mine
    assert "You gave a code to one of our other systems" in mine


async def test_a_choice_about_cookies_leads_back_below_the_path(visit):
    """Where one came from is remembered below the path, and nowhere else."""
    _, begin = visit
    someone = begin()
    await someone.ask("/privacy/en/policy")
    for back, to in (("/en/policy", "/en/policy"), ("//elsewhere.example", "/en/cookies"), ("/privacy", "/en/cookies")):
        answer = await someone.ask("/privacy/en/cookies", choice="refuse", back=back)
        assert answer.headers["location"] == f"/privacy{to}"


async def test_the_console_stands_below_a_path_too(visit):
    """On a host name of its own: sign in with both factors, and every page a member of staff is led to."""
    k, begin = visit
    enrolled = await k.operator("test").add_staff("ito", PASSWORD, ["counter", "owner"], who="ito")
    staff = begin("staff.localhost")
    assert (await staff.ask("/desk/en")).headers["location"] == "/desk/en/sign-in"
    await staff.ask("/desk/en/sign-in")
    code = code_at(enrolled.secret, int(k._engine.clock.now()) // 30)
    answer = await staff.ask("/desk/en/sign-in", login="ito", password=PASSWORD, code=code)
    assert answer.headers["location"] == "/desk/en", answer.text
    seen = await staff.walk("/desk/en", "/desk")
    assert {"/desk/en/board", "/desk/en/approvals"} <= seen
