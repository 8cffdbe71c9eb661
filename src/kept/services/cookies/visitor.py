"""One visitor of a scan: a Chromium with a fresh profile on disk, what it does on a site, and everything it sees there.

Third-party cookies are let in, since a browser that blocks them by itself would make any site look clean. Nothing is asked of another
host than the site asks.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kept import limits
from kept.cookies.findings import PLACES, Held, Place
from kept.services.cookies.watch import LOOK, SCROLL, TELL, WATCH

KINDS = {"websocket": "websocket", "eventsource": "event source", "ping": "beacon", "beacon": "beacon"}


@dataclass(slots=True)
class Visitor:
    """A browser that looks at one site.

    Args:
        driver: Playwright's context.
        url: Address of the site's first page.
        centre: Path of its cookie centre; its other pages stand beside it.
        patience: How long it waits for what a page does later, in seconds.
    """

    driver: Any
    url: str
    centre: str
    patience: float
    page: Any = None
    cookies: dict[str, Held] = field(default_factory=dict)
    places: set[Place] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)

    async def begin(self) -> None:
        """Watch everything from now on."""
        await self.driver.expose_binding(TELL, lambda _, kind, what: self.saw(kind, what))
        await self.driver.add_init_script(WATCH)
        self.driver.on("request", lambda one: self._asked(one))  # noqa: PLW0108 -- the driver writes to who owns a method
        self.page = self.driver.pages[0] if self.driver.pages else await self.driver.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("websocket", lambda one: self.saw("websocket", one.url))

    def saw(self, kind: str, what: str) -> None:
        """Take note of something a page kept or sent; an address becomes its host."""
        if kind not in PLACES:
            return
        parts = urlsplit(what)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname:
            own = parts.hostname == urlsplit(self.url).hostname
            self.places.add(Place(kind, parts.path if own and PLACES[kind] != "other-host" else parts.hostname, own))
        else:
            self.places.add(Place(kind, what[: limits.COOKIE_NAME_RECORDED_CHARACTERS]))

    def _asked(self, request: Any) -> None:
        own = urlsplit(request.url).hostname == urlsplit(self.url).hostname
        kind = KINDS.get(request.resource_type, "request")
        if not own and request.resource_type == "document":
            kind = "frame"
        if not own or kind != "request":
            self.saw(kind, request.url)

    def at(self, name: str) -> str:
        """Return the address of a page that stands beside the cookie centre."""
        return f"{self.url.rstrip('/')}{self.centre.rpartition('/')[0]}{name}"

    async def go(self, address: str) -> bool:
        """Open a page, and look at it to its end; return whether it is there."""
        answer = await self.page.goto(address)
        await self.look()
        return answer is not None and bool(answer.ok)

    async def look(self) -> None:
        """Scroll the page to its end, and note every cookie and everything that lies in its stores."""
        await self.page.wait_for_load_state()
        with suppress(Exception):  # a page that goes on by itself is looked at where it comes to rest
            await self.page.evaluate(SCROLL)
        for frame in self.page.frames:
            try:
                lies = await frame.evaluate(LOOK)
            except Exception:  # noqa: BLE001 -- whatever came between, the result says that a frame was not looked at
                self.unseen.add("frames")
                continue
            for kind, what in lies:
                self.saw(kind, what)
        now = await self.page.evaluate("Date.now() / 1000")
        for one in await self.driver.cookies():
            life = None if one.get("expires", -1) < 0 else one["expires"] - now
            self.cookies[one["name"]] = Held(one["name"], life, one.get("value", ""))

    async def choose(self, act: str) -> None:
        """Say yes to everything (`accept`), to nothing (`refuse`), or to one purpose."""
        await self.page.goto(f"{self.url.rstrip('/')}{self.centre}")
        if act in {"accept", "refuse"}:
            await self.page.locator(f"button[name=choice][value={act}]").first.click()
        else:
            for box in await self.page.locator("input[name=purpose]").all():
                await box.set_checked(await box.get_attribute("value") == act)
            await self.page.locator("button[name=choice][value=some]").first.click()
        await self.look()

    async def look_around(self, *, filling_in: bool = False) -> None:
        """Open the first page, wait on it, and open the pages it leads to.

        Args:
            filling_in: Whether to send the first form that says it sets a cookie (`data-sets-cookie`), with its first box ticked.
        """
        await self.go(self.url)
        await self.page.wait_for_timeout(self.patience * 1000)
        await self.look()
        start = self.page.url
        links = await self.page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        form = self.page.locator("form[data-sets-cookie]").first
        if filling_in and await form.count():
            await form.evaluate("one => { const folded = one.closest('details'); if (folded) folded.open = true }")
            for box in (await form.locator("input[type=checkbox], input[type=radio]").all())[:1]:
                await box.check()
            await form.locator("button").first.click()
            await self.look()
        chosen, more = pages_to_visit(start, links)
        for link in chosen:
            await self.go(link)
        if more:
            self.unseen.add("further-pages")

    async def join(self, password: str) -> str:
        """Open an account with a password; return its login name, empty where the site opens none that way."""
        if not await self.go(self.at("/join")) or not await self.page.locator("form input[name=password]").count():
            return ""
        await self._send({"password": password})
        name = self.page.locator("[data-login-name]")
        return (await name.first.inner_text()).strip() if await name.count() else ""

    async def sign_in(self, login_name: str, password: str) -> bool:
        """Sign in, asking to be remembered; return whether that went well."""
        await self.go(self.at("/sign-in"))
        await self._send({"login_name": login_name, "password": password}, tick="remember")
        return bool(self.page.url.rstrip("/").endswith("/my-data"))

    async def erase(self) -> bool:
        """Erase the account one is signed in to; return whether it is gone."""
        await self.page.goto(self.at("/my-data/erase"))
        button = self.page.locator("button[name=when][value=now]")
        if await button.count():
            await button.first.click()
            await self.page.wait_for_load_state()
        return "/erasure/" in self.page.url

    async def _send(self, fields: dict[str, str], tick: str = "") -> None:
        """Fill in the first form that has all the fields, and send it."""
        form = self.page.locator("form" + "".join(f":has(input[name={name}])" for name in fields)).first
        for name, value in fields.items():
            await form.locator(f"input[name={name}]").fill(value)
        box = form.locator(f"input[name={tick}]") if tick else None
        if box is not None and await box.count():
            await box.check()
        await form.locator("button:not([type=button])").last.click()
        await self.look()


def pages_to_visit(start: str, links: list[str]) -> tuple[list[str], bool]:
    """Return the pages a visitor opens, the first one included, and whether there are more.

    Args:
        start: Where the site's first page led to.
        links: Addresses it links to.
    """
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(start))
    own = [one for link in links if (one := link.split("#")[0]) == origin or one.startswith(f"{origin}/")]
    pages = list(dict.fromkeys([start, *own]))
    return pages[: limits.SCANNED_PAGES], len(pages) > limits.SCANNED_PAGES


@asynccontextmanager
async def visitor(
    launch: Callable[..., Awaitable[Any]], url: str, centre: str, patience: float, headers: Mapping[str, str]
) -> AsyncIterator[Visitor]:
    """Begin with a fresh profile, and forget it.

    Args:
        launch: Opens Chromium on a folder, with Playwright's words.
        url: Address of the site's first page.
        centre: Path of its cookie centre.
        patience: How long it waits for what a page does later, in seconds.
        headers: Sent with every request.
    """
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "Default").mkdir()
        (Path(folder) / "Default" / "Preferences").write_text(json.dumps({"profile": {"cookie_controls_mode": 0}}))
        driver = await launch(folder, args=["--no-sandbox"], extra_http_headers=dict(headers))
        try:
            one = Visitor(driver, url, centre, patience)
            await one.begin()
            yield one
        finally:
            await driver.close()
