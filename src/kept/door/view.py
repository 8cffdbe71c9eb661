"""What every view has in common: one edge that all its public names pass."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from kept.errors import DeniedError, KeptError
from kept.services.engine.engine import Engine
from kept.services.engine.frames import forget
from kept.services.engine.record import About, Actor
from kept.services.gate.refusals import record_refusal


@contextmanager
def edge(engine: Engine) -> Iterator[None]:
    """Let an error of ours leave with its clause and with what to do next, so that a traceback says it as well; and with no value.

    Args:
        engine: Open; its policy in force is what an error cites.
    """
    try:
        yield
    except BaseException as error:
        if isinstance(error, KeptError):
            note_hint(engine.cite(error))
        forget(error)
        raise


def note_hint(error: KeptError) -> None:
    """Write what to do next below an error's traceback, once."""
    note = f"what to do: {error.hint}"
    if error.hint and note not in getattr(error, "__notes__", ()):
        error.add_note(note)


def host_of(origin: str) -> str:
    """Return the host name of an origin, which a passkey is bound to.

    Args:
        origin: Of a page, such as `https://bakery.example`.
    """
    return urlsplit(origin).hostname or ""


class View:
    """A part of the door. Every public method of a class below this one passes `edge`, whether it waits or not.

    Args:
        engine: Open.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def _refused_to(self) -> tuple[Actor, About | None] | None:
        """Return who acts by this view, and whose data it is: for the entry of what no service recorded; None for nobody."""
        return None

    def __init_subclass__(cls) -> None:
        for name, member in list(vars(cls).items()):
            if inspect.isfunction(member) and not name.startswith("_"):
                setattr(cls, name, _through(member))


def names_of(view: type[View]) -> dict[str, Any]:
    """Return the public names of a view and their members: its own first, then those of what it is made of.

    Args:
        view: A class below `View`.
    """
    parts = view.__mro__[: view.__mro__.index(View)]
    return {name: one for part in parts for name, one in vars(part).items() if not name.startswith("_")}


def _through(method: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(method):
        return _waits(method)
    if inspect.isasyncgenfunction(inspect.unwrap(method)):
        return _enters(method)

    @wraps(method)
    def answered(self: View, *args: Any, **named: Any) -> Any:
        with edge(self._engine):
            return method(self, *args, **named)

    return answered


def _waits(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(method)
    async def awaited(self: View, *args: Any, **named: Any) -> Any:
        with edge(self._engine):
            try:
                return await method(self, *args, **named)
            except DeniedError as error:
                if not error.entry_id and (whose := await self._refused_to()) is not None:
                    await record_refusal(self._engine, whose[0], error, whose[1])
                raise

    return awaited


def _enters(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    @asynccontextmanager
    async def entered(self: View, *args: Any, **named: Any) -> AsyncIterator[Any]:
        with edge(self._engine):
            async with method(self, *args, **named) as view:
                yield view

    return entered
