"""Connections that say nothing: let go of before they use up the descriptors that databases and files need.

A server in front of Kept does this better; without one a stranger with a few hundred open connections would close the site.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import resource
from typing import Any

import uvicorn

from kept import limits


class Connections:
    """The connections of a server.

    Args:
        server: Not running yet.
        most: How many may be open; a share of the descriptors this process may have, when left out.
    """

    def __init__(self, server: uvicorn.Server, most: int = 0) -> None:
        self._server = server
        self._most = most or _descriptors() * limits.CONNECTIONS_PERCENT // 100
        self._silent: set[Any] = set()

    def look(self) -> int:
        """Close what was silent at the last look as well, as far as there are too many; return how many were closed."""
        there: set[Any] = set(self._server.server_state.connections)
        silent = {one for one in there if getattr(one, "cycle", None) is None or one.cycle.response_complete}
        closing = list(silent & self._silent)[: max(0, len(there) - self._most)]
        for one in closing:
            with contextlib.suppress(AttributeError):
                one.transport.abort()
        self._silent = silent
        return len(closing)

    async def watch(self) -> None:
        """Look once, on the loop that serves."""
        asyncio.get_running_loop().set_exception_handler(_say_nothing)
        self.look()


def _descriptors() -> int:
    """Have as many descriptors as this process may, and return how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, limits.DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return limits.DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


def _say_nothing(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Say nothing of a connection that could not be taken: asyncio would, thousands of times a second, until the disk is full."""
    error = context.get("exception")
    if isinstance(error, OSError) and error.errno in {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}:
        return
    loop.default_exception_handler(context)
