"""The route table: what a page is declared as and who may ask for it; how that becomes routes, a menu and a list one can read.

Who may ask is looked at before any code of a page runs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kept.errors import DeniedError
from kept.policy.words import Exit, PointKind
from kept.services.engine.engine import Engine
from kept.services.engine.record import about_person
from kept.services.gate.own_session import Own
from kept.services.gate.refusals import record_refusal
from kept.services.staff.sessions import StaffSession
from kept.web import words
from kept.web.exchange import Entry, Exchange, exchange_of

S = TypeVar("S")
Session = Own | StaffSession | None
Where = Callable[[Engine], bool]


class NotSignedInError(Exception):
    """Somebody who is not signed in asks for what needs a session.

    Args:
        to: Path of the page where one begins, below the language.
    """

    def __init__(self, to: str = "/sign-in") -> None:
        super().__init__(to)
        self.to = to


@dataclass(frozen=True, slots=True)
class Door:
    """A handler behind what it needs.

    Args:
        needs: What it needs.
        answer: Answers an exchange, whoever asks: with the page, on the way to sign in, or by raising why not.
    """

    needs: Needs[Any]
    answer: Callable[[Exchange[Session]], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Needs(Generic[S]):
    """Who may ask. Called with a handler, it stands before it: `CUSTOMER(my_data)`.

    Args:
        said: In words, for the list of routes.
        admit: Returns the session it lets in, or raises.
    """

    said: str
    admit: Callable[[Engine, Session], S]

    def __call__(self, handler: Callable[[Exchange[S]], Awaitable[Response]]) -> Door:
        """Return *handler* behind this need."""

        async def answer(exchange: Exchange[Session]) -> Response:
            try:
                session = self.admit(exchange.engine, exchange.session)
                response = await handler(Exchange(exchange.web, exchange.request, session))
            except NotSignedInError as error:
                return exchange.go(error.to)
            except DeniedError as error:
                await _leave_entry(exchange, error)
                raise
            for one in exchange.refused:
                await _leave_entry(exchange, one)
            return response

        return Door(self, answer)

    def met(self, engine: Engine, session: Session) -> bool:
        """Whether it lets *session* in."""
        try:
            self.admit(engine, session)
        except (NotSignedInError, DeniedError):
            return False
        return True

    def otherwise(self, to: str) -> Needs[S]:
        """Return the same need, which sends who is not signed in to another page."""

        def admit(engine: Engine, session: Session) -> S:
            if session is None:
                raise NotSignedInError(to)
            return self.admit(engine, session)

        return replace(self, said=f"{self.said}, or else {to}", admit=admit)


async def _leave_entry(exchange: Exchange[Session], error: DeniedError) -> None:
    """Record what was refused to who is signed in, where no service did."""
    session = exchange.session
    if session is not None:
        concerning = await about_person(exchange.engine, session.person_id) if isinstance(session, Own) else None
        await record_refusal(exchange.engine, session.acting(), error, concerning)


def _customer(_: Engine, session: Session) -> Own:
    if not isinstance(session, Own):
        raise NotSignedInError
    return session


def _fresh(engine: Engine, session: Session) -> Own:
    own = _customer(engine, session)
    own.require_fresh(engine.clock.now())
    return own


def _staff(_: Engine, session: Session) -> StaffSession:
    if not isinstance(session, StaffSession):
        raise NotSignedInError
    return session


FILE = "a file to keep; the page stays where it is"
OPENED = "what is opened stands on this one answer: loaded again, it would be opened again"
SCRIPT = "a script of the page asks, and is told where to go"
ANYBODY: Needs[Any] = Needs("anybody", lambda _, session: session)
CUSTOMER = Needs("a customer", _customer)
FRESH = Needs("a customer who signed in within five minutes", _fresh)
STAFF = Needs("staff", _staff)


def right(name: str) -> Needs[StaffSession]:
    """Need a member of staff with a right that the policy gives to one of their roles."""

    def admit(engine: Engine, session: Session) -> StaffSession:
        found = _staff(engine, session)
        found.require(engine, name)
        return found

    return Needs(f"staff with the right {name}", admit)


def duty(said: str, purposes: Callable[[Engine], Iterable[str]]) -> Needs[StaffSession]:
    """Need a member of staff one of whose roles acts for one of some purposes.

    Args:
        said: Which purposes, in words.
        purposes: The purposes, under the policy in force.
    """

    def admit(engine: Engine, session: Session) -> StaffSession:
        found = _staff(engine, session)
        wanted = tuple(purposes(engine))
        if not any(found.acts_for(engine, one) for one in wanted):
            found.require_purpose(engine, next(iter(wanted), said))
        return found

    return Needs(f"staff with the duty {said}", admit)


def reaching(way: Exit) -> Needs[StaffSession]:
    """Need a member of staff who acts for a purpose that reaches people by one way."""
    return duty(f"contact by {way.value}", lambda engine: _purposes_by(engine, way))


def reached_by(way: Exit) -> Where:
    """Return whether a purpose of the policy in force reaches people by one way."""
    return lambda engine: bool(_purposes_by(engine, way))


def _purposes_by(engine: Engine, way: Exit) -> list[str]:
    return [one.id for one in engine.policy.policy.purposes.values() if way in one.exits]


def either(*needs: Needs[StaffSession]) -> Needs[StaffSession]:
    """Need one of several; the refusal is the last one's."""

    def admit(engine: Engine, session: Session) -> StaffSession:
        met = next((one for one in needs if one.met(engine, session)), needs[-1])
        return met.admit(engine, session)

    first, *others = (one.said for one in needs)
    return Needs(" or ".join([first, *(one.removeprefix("staff ") for one in others)]), admit)


@dataclass(frozen=True, slots=True)
class Menu:
    """The entry of a page in the menu of its host, for whom its GET lets in.

    Args:
        title: What it is called, in English.
        strangers: Whether it is for those alone who are not signed in.
        point: The kind of collection point it leads to, which is called what the policy calls it; None for any other page.
    """

    title: str
    strangers: bool = False
    point: PointKind | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One address, with what a GET and a POST of it need and do.

    Args:
        path: Address, below the language.
        get: Answers GET; None where one cannot look.
        post: Answers POST; None where there is no form.
        menu: Its entry in the menu; None for none.
        spoken: Whether it stands under every language; without, the address is the path alone.
        where: Whether the policy in force has anything to show there; elsewhere there is no such page.
        shows: Why what was sent and taken is not answered by sending the browser on; empty where it is.
    """

    path: str
    get: Door | None
    post: Door | None
    menu: Menu | None
    spoken: bool
    where: Where
    shows: str

    def offered(self, engine: Engine) -> bool:
        """Whether there is such a page; before a policy is in force there are all."""
        return not engine.has_policy or self.where(engine)

    def doors(self) -> Iterator[tuple[str, Door]]:
        """Yield each method with what answers it."""
        for method, door in (("GET", self.get), ("POST", self.post)):
            if door is not None:
                yield method, door


def page(  # noqa: PLR0913 -- what a page is declared as
    path: str,
    *,
    get: Door | None = None,
    post: Door | None = None,
    menu: Menu | None = None,
    spoken: bool = True,
    where: Where = lambda _: True,
    shows: str = "",
) -> Page:
    """Declare a page; see `Page`."""
    return Page(path, get, post, menu, spoken, where, shows)


async def _to_language(exchange: Exchange[Any]) -> Response:
    return exchange.go("", 302)


ROOT = page("/", get=ANYBODY(_to_language), spoken=False)
"""The root of a host: it sends the browser to its language."""


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
        if (language and language not in exchange.web.languages()) or not one.offered(exchange.engine):
            return exchange.missing()
        return await doors["POST" if request.method == "POST" else "GET"].answer(exchange)

    endpoint.shows = one.shows  # type: ignore[attr-defined]  # said beside the route, for whoever holds the answers to it
    return Route(path, endpoint, methods=list(doors))


def menu_of(pages: Iterable[Page]) -> tuple[Entry, ...]:
    """Return the menu of *pages*, in their order."""
    return tuple(
        Entry(one.menu.title, one.path, _shown(one, one.menu), one.menu.point) for one in pages if one.menu is not None
    )


def _shown(one: Page, menu: Menu) -> Callable[[Engine, Session], bool]:
    def shown(engine: Engine, session: Session) -> bool:
        if menu.strangers:
            return session is None
        if not engine.has_policy:  # before a policy is in force there are the pages that anybody may ask for
            return one.get is not None and one.get.needs is ANYBODY
        return one.get is not None and one.get.needs.met(engine, session) and one.where(engine)

    return shown


def listed(kind: str, pages: Iterable[Page]) -> list[str]:
    """Return the pages of a host as lines one can review: host, method, address, and who may ask."""
    return [
        f"{kind:<8}{method:<5}{'/{language}' * one.spoken + one.path:<48} {door.needs.said}"
        + (f"; not sent on: {one.shows}" if method == "POST" and one.shows else "")
        for one in sorted(pages, key=lambda one: (one.spoken, one.path))
        for method, door in one.doors()
    ]
