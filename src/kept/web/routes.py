"""The route table: what a page is declared as, and how the declarations become routes, a menu and a list one can read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kept.services.engine.engine import Engine
from kept.web import words
from kept.web.exchange import Entry, exchange_of
from kept.web.needs import ANYBODY, Door, Session


@dataclass(frozen=True, slots=True)
class Menu:
    """The entry of a page in the menu of its host, for whom its GET lets in.

    Args:
        title: What it is called, in English.
        where: Whether the policy in force has anything to show there.
        strangers: Whether it is for those alone who are not signed in.
    """

    title: str
    where: Callable[[Engine], bool] = lambda _: True
    strangers: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One address, with what a GET and a POST of it need and do.

    Args:
        path: Address, below the language.
        get: Answers GET; None where one cannot look.
        post: Answers POST; None where there is no form.
        menu: Its entry in the menu; None for none.
        spoken: Whether it stands under every language; without, the address is the path alone.
    """

    path: str
    get: Door | None
    post: Door | None
    menu: Menu | None
    spoken: bool

    def doors(self) -> Iterator[tuple[str, Door]]:
        """Yield each method with what answers it."""
        for method, door in (("GET", self.get), ("POST", self.post)):
            if door is not None:
                yield method, door


def page(
    path: str, *, get: Door | None = None, post: Door | None = None, menu: Menu | None = None, spoken: bool = True
) -> Page:
    """Declare a page; see `Page`."""
    return Page(path, get, post, menu, spoken)


def routes_of(pages: Iterable[Page]) -> list[Route]:
    """Return the routes of *pages*, each under every language; in the order of the pages, so that the first one answers."""
    return [
        _route(one, path, language)
        for one in sorted(pages, key=lambda one: one.spoken)  # what has no language is asked for first
        for language, path in (
            [(language, f"/{language}{one.path}") for language in words.LANGUAGES] if one.spoken else [("", one.path)]
        )
    ]


def _route(one: Page, path: str, language: str) -> Route:
    doors = dict(one.doors())

    async def endpoint(request: Request) -> Response:
        exchange = await exchange_of(request)
        if language and language not in exchange.web.languages():
            return exchange.missing()
        return await doors["POST" if request.method == "POST" else "GET"].answer(exchange)

    return Route(path, endpoint, methods=list(doors))


def menu_of(pages: Iterable[Page]) -> tuple[Entry, ...]:
    """Return the menu of *pages*, in their order."""
    return tuple(Entry(one.menu.title, one.path, _shown(one, one.menu)) for one in pages if one.menu is not None)


def _shown(one: Page, menu: Menu) -> Callable[[Engine, Session], bool]:
    def shown(engine: Engine, session: Session) -> bool:
        if menu.strangers:
            return session is None
        if not engine.has_policy:  # before a policy is in force there are the pages that anybody may ask for
            return one.get is not None and one.get.needs is ANYBODY
        return one.get is not None and one.get.needs.met(engine, session) and menu.where(engine)

    return shown


def listed(kind: str, pages: Iterable[Page]) -> list[str]:
    """Return the pages of a host as lines one can review: host, method, address, and who may ask."""
    return [
        f"{kind:<8}{method:<5}{'/{language}' * one.spoken + one.path:<48} {door.needs.said}"
        for one in sorted(pages, key=lambda one: (one.spoken, one.path))
        for method, door in one.doors()
    ]
