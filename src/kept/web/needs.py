"""Who may ask for a page: declared beside its address, looked at before its code runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from starlette.responses import Response

from kept.errors import DeniedError
from kept.policy.words import Exit
from kept.services.engine.engine import Engine
from kept.services.gate.own_session import Own
from kept.services.staff.sessions import StaffSession
from kept.web.exchange import Exchange

S = TypeVar("S")
Session = Own | StaffSession | None


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
            except NotSignedInError as error:
                return exchange.go(error.to)
            return await handler(Exchange(exchange.web, exchange.request, session))

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

    def purposes(engine: Engine) -> list[str]:
        return [one.id for one in engine.policy.policy.purposes.values() if way in one.exits]

    return duty(f"contact by {way.value}", purposes)


def either(*needs: Needs[StaffSession]) -> Needs[StaffSession]:
    """Need one of several; the refusal is the last one's."""

    def admit(engine: Engine, session: Session) -> StaffSession:
        met = next((one for one in needs if one.met(engine, session)), needs[-1])
        return met.admit(engine, session)

    first, *others = (one.said for one in needs)
    return Needs(" or ".join([first, *(one.removeprefix("staff ") for one in others)]), admit)
