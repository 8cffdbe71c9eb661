"""Lines handed to a program of the operator's: to an object store, to another machine, to paper.

The program is called with one more word: `append` (lines on its standard input; it ends with 0 once they are durable), `last`
(it writes the last line, or nothing) or `read` (it writes every line, in order).
"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Sequence

from kept import limits
from kept.errors import StoreError


class CommandPlace:
    """A program that keeps lines.

    Args:
        command: Program and words, as a shell would divide them; no shell runs it.
    """

    def __init__(self, command: str) -> None:
        self._words = shlex.split(command)

    reads = True

    @property
    def name(self) -> str:
        """What `kept status` calls it: the program, without its words, which may hold a secret."""
        return f"command:{self._words[0].rpartition('/')[2]}"

    async def append(self, lines: Sequence[bytes]) -> None:
        """Hand lines over; return once the program says that they are durable.

        Raises:
            StoreError: It could not be run, took too long, or ended with another code than 0.
        """
        await self._call("append", b"".join(line + b"\n" for line in lines))

    async def last(self) -> bytes:
        """Return the last line; empty when there is none.

        Raises:
            StoreError: As `append`.
        """
        found = (await self._call("last")).splitlines()
        return found[-1] if found else b""

    async def read(self) -> list[bytes]:
        """Return every line.

        Raises:
            StoreError: As `append`.
        """
        return (await self._call("read")).splitlines()

    async def _call(self, act: str, given: bytes = b"") -> bytes:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._words,
                act,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            raise _failed(act, error.strerror or "it does not run") from error
        try:
            async with asyncio.timeout(limits.NO_LOG_COMMAND_SECONDS):
                answered, _ = await process.communicate(given)
        except TimeoutError as error:
            raise _failed(act, "no answer in time") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise _failed(act, f"it ended with {process.returncode}")
        return answered


def _failed(act: str, why: str) -> StoreError:
    return StoreError(
        f"expected the program of the no-log to {act}: {why}",
        reason="no-log-unwritable" if act == "append" else "no-log-unreadable",
        hint="run it by hand with that word; what waits is handed over as soon as it can be",
        rests_on="restore-drill",
    )
