"""Twins: a class whose methods hand each call of a view to the loop of one thread, and wait for the answer."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from functools import update_wrapper
from typing import Any, TypeVar

from kept.door.view import View, names_of

T = TypeVar("T")


class Loop:
    """One thread with one loop; everything of an installation runs there."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="kept", daemon=True)
        self._thread.start()

    def run(self, waited: Coroutine[Any, Any, T]) -> T:
        """Run something on the loop and wait for it."""
        if threading.current_thread() is self._thread or self._loop.is_closed():
            waited.close()
            raise RuntimeError("kept.sync waits for its own loop: call it from another thread, while it is open")
        return asyncio.run_coroutine_threadsafe(waited, self._loop).result()

    def close(self) -> None:
        """End the loop and its thread."""
        self.run(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Twin:
    """A view whose methods wait. Made by `kept.sync`, never by you.

    Args:
        loop: Where the view lives.
        view: What is asked.
    """

    def __init__(self, loop: Loop, view: View) -> None:
        self._loop = loop
        self._view = view

    def __init_subclass__(cls, of: type[View]) -> None:
        TWINS[of] = cls
        for name, member in names_of(of).items():
            setattr(cls, name, _twin(name, member))

    def __repr__(self) -> str:
        return repr(self._view)


TWINS: dict[type[View], type[Twin]] = {}
"""The twin of each view."""


def _twin(name: str, member: Any) -> Any:
    """Make the twin of a public name of a view."""
    if isinstance(member, property):
        return property(lambda self: getattr(self._view, name), doc=member.__doc__)
    if inspect.iscoroutinefunction(member):
        waited = member
    elif inspect.isasyncgenfunction(inspect.unwrap(member)):

        def enters(self: Twin, /, *args: Any, **named: Any) -> Any:
            return entered(self._loop, member(self._view, *args, **named))

        return update_wrapper(enters, member)
    else:
        waited = _on_the_loop(member)

    def waits(self: Twin, /, *args: Any, **named: Any) -> Any:
        return _shown(self._loop, self._loop.run(waited(self._view, *args, **named)))

    return update_wrapper(waits, member)


def _on_the_loop(method: Callable[..., T]) -> Callable[..., Coroutine[Any, Any, T]]:
    """Let what does not wait, but belongs to the loop, be called there."""

    async def there(*args: Any, **named: Any) -> T:
        return method(*args, **named)

    return there


def _shown(loop: Loop, answer: Any) -> Any:
    """Return the twin of a view; anything else as it is."""
    made = TWINS.get(type(answer))
    return answer if made is None else made(loop, answer)


@contextmanager
def entered(loop: Loop, manager: AbstractAsyncContextManager[Any]) -> Iterator[Any]:
    """Enter and leave on the loop; what is entered is shown as its twin.

    Args:
        loop: Where to.
        manager: Entered there.
    """

    async def enter() -> Any:
        return await manager.__aenter__()

    async def leave(error: BaseException | None) -> bool | None:
        return await manager.__aexit__(type(error) if error else None, error, error.__traceback__ if error else None)

    view = loop.run(enter())
    try:
        yield _shown(loop, view)
    except BaseException as error:
        if not loop.run(leave(error)):
            raise
    else:
        loop.run(leave(None))
