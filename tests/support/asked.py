"""A browser's side of an installation in this process: a jar that keeps what an answer sets, over plain ASGI, no socket."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from typing import ClassVar

import httpx2
from starlette.routing import Match

from kept.demo.pages import pages
from kept.policy.duties import cookie_for
from kept.policy.words import CookieDuty
from kept.services.accounts import accounts
from kept.web.app import build_app

SITE = "https://shop.example"
CONSOLE = "https://staff.example"


def session_cookie(installation) -> str:
    """Return the name of the cookie a session lives in, under the policy in force."""
    return cookie_for(installation.engine.policy.policy, CookieDuty.SESSION).name


class Browser:
    """Asks pages as a browser does: origin, cookies kept and taken away, redirects not followed.

    Args:
        installation: Open.
        headers: Sent with every request.
        at: `SITE` or `CONSOLE`.
        demo: Whether the demo's start page is offered.
        address: Where it asks from.
        mailbox: What the demo's customers receive.
        more: Further pages.
        addresses: Address of `site` and `console`, as configured.
    """

    def __init__(  # noqa: PLR0913 -- what a browser may be
        self,
        installation,
        headers: dict[str, str] | None = None,
        at: str = SITE,
        *,
        demo: bool = False,
        address: str = "127.0.0.1",
        mailbox=None,
        more=None,
        addresses=None,
    ) -> None:
        self.app = build_app(
            installation.engine,
            brand="Photolibrary",
            site_hosts=("shop.example",),
            console_hosts=("staff.example",),
            more=pages(mailbox) if demo else more,
            addresses=addresses,
        )
        self.web = self.app._app._web
        self._client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app, client=(address, 123)),
            base_url=at,
            headers={"origin": at, **(headers or {})},
        )
        self._installation = installation
        self.cookies: dict[str, str] = {}
        self.lives: dict[str, str] = {}

    async def sign_in(self, own) -> None:
        """Hold a new session of a customer."""
        self.cookies[session_cookie(self._installation)] = await accounts.start_session(
            self._installation.engine, own.person_id
        )

    async def get(self, path: str):
        """Ask for a page."""
        return await self._ask("GET", path)

    async def post(self, path: str, **fields):
        """Send a form, with the form token of the page last seen where it had one, and its mark of what was shown there."""
        data = {"form_token": self._token, **fields} if self._token else fields
        if path in self._marks:
            data = {"seen": self._marks[path], **data}
        answer = await self._ask("POST", path, data=data)
        if answer.is_success:
            self._stays(path, fields.get("step", ""))
        return answer

    async def sent(self, path: str, **fields):
        """Send a form and go where it leads; return the page there, as a browser shows it."""
        answer = await self.post(path, **fields)
        return await self.get(answer.headers["location"]) if answer.is_redirect else answer

    def _stays(self, path: str, step: str) -> None:
        """Insist that a form which was taken sends the browser on, or that its page says why it does not."""
        routes = self.app._app._apps["site" if str(self._client.base_url) == SITE else "console"].router.routes
        scope = {"type": "http", "method": "POST", "path": path.partition("?")[0], "headers": [], "root_path": ""}
        found = next(one for one in routes if one.matches(scope)[0] is Match.FULL)
        why = getattr(found.endpoint, "shows", "")
        by_step = re.match(r"[a-z-]+: ", why)
        assert f"{step}: " in why if by_step else why, f"{path} {step}"

    _token = ""
    _marks: ClassVar[dict[str, str]] = {}

    async def _ask(self, method: str, path: str, **more):
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._client.cookies.clear()
        headers = {**more.pop("headers", {}), **({"cookie": sent} if sent else {})}
        answer = await self._client.request(method, path, headers=headers, **more)
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
                    self.lives[name] = morsel["max-age"]
        found = re.search(r'name="form_token" value="([^"]+)"', answer.text)
        if found:
            self._token = found[1]
            forms = re.findall(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', answer.text, re.DOTALL)
            marks = [(action, re.search(r'name="seen" value="([^"]+)"', form)) for action, form in forms]
            self._marks = {action: mark[1] for action, mark in marks if mark}
        return answer
