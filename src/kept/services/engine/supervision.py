"""Work that goes on by itself: whatever it ends with is noted and tried again, later each time, until it succeeds.

Nothing a run raises ends it: a disk that was full, a machine without file descriptors or memory, a bug. The board shows what
fails, the ledger keeps that it did, and nobody has to restart anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kept import limits
from kept.errors import KeptError, StoreError
from kept.machine import out_of_memory, refused

Act = Callable[[], Awaitable[object]]
Tell = Callable[["Failing"], Awaitable[object]]


@dataclass(slots=True)
class Failing:
    """A run that fails.

    Args:
        name: What it is called here.
        since: When it began to, unix seconds.
        error: What it ended with the last time; of ours, whatever it was.
        times: How often in a row.
        told: Whether the ledger has it.
    """

    name: str
    since: float
    error: KeptError
    times: int = 1
    told: bool = False


class Supervision:
    """Runs, each in a task of its own.

    Args:
        high_water: Answers the latest time known, unix seconds; never raises.
    """

    def __init__(self, high_water: Callable[[], float]) -> None:
        self.failing: dict[str, Failing] = {}
        self.tell: Tell | None = None
        self.tasks: list[asyncio.Task[None]] = []
        self._high_water = high_water
        self._bugs: list[Exception] = []

    def every(self, seconds: float, act: Act, name: str = "") -> None:
        """Do something again and again until `end`.

        Args:
            seconds: Between two times; longer after each failure, up to `limits.BACK_OFF_SECONDS`.
            act: What is done.
            name: What the run is called; a number of its own when left out.
        """
        self.tasks.append(asyncio.create_task(self._run(seconds, act, name or f"run {len(self.tasks)}")))

    async def _run(self, seconds: float, act: Act, name: str) -> None:
        while True:
            try:
                await act()
            except Exception as error:  # noqa: BLE001 -- a run that ended would be missed by nobody until too late
                await self.note(name, error)
            else:
                if name in self.failing:
                    await self._tell(self.failing.pop(name))
            times = self.failing[name].times if name in self.failing else 0
            await asyncio.sleep(
                max(seconds, min(limits.BACK_OFF_SECONDS, seconds * 2 ** min(times, limits.BACK_OFF_DOUBLINGS)))
            )

    async def note(self, name: str, error: Exception) -> None:
        """Note that something failed which is tried again by itself."""
        said = of_ours(error)
        if said is not error and not isinstance(error, OSError | MemoryError):
            self._bugs.append(error)
        found = self.failing.get(name)
        if found is None:
            found = self.failing[name] = Failing(name, self._high_water(), said)
        else:
            found.error, found.times = said, found.times + 1
        await self._tell(found)

    async def _tell(self, found: Failing) -> None:
        if found.told or self.tell is None:
            return
        try:
            await self.tell(found)
            found.told = True
        except Exception as error:  # noqa: BLE001 -- the ledger may be what fails: told when it succeeds again
            found.error.add_note(f"the ledger could not take it: {type(error).__name__}")

    async def end(self) -> list[Exception]:
        """End every run and return the bugs that were met, each once."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()
        return self._bugs


def of_ours(error: Exception) -> KeptError:
    """Return what is said of an error: itself when it is ours; never its words, which may quote what it met."""
    if isinstance(error, KeptError):
        return error
    if isinstance(error, MemoryError):
        return out_of_memory()
    if isinstance(error, OSError):
        return refused(error)
    return StoreError(
        f"expected a run to succeed, it ended with {type(error).__name__}",
        reason="unexpected",
        hint="it is tried again; stop the service to see where it came from, and report it",
        rests_on="durable-writes",
    )
