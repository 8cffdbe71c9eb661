"""The two hosts of a fresh installation behind a real uvicorn on loopback, in a thread of its own."""

from __future__ import annotations

import asyncio
import base64
import socket
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

import uvicorn
from installation import Installation
from shop import shop

from kept.services.engine.key_files import KeyFiles
from kept.web.app import build_app


class Served:
    """An installation that answers HTTP: `127.0.0.1` and `localhost` are the site, `staff.localhost` the console.

    Args:
        folder: Empty.
        key_with_plus: Whether the ledger's key is one whose base64 holds a `+`, the mark that also parts a verifier key.
    """

    def __init__(self, folder: Path, *, key_with_plus: bool = False) -> None:
        self.installation = Installation(folder)
        if key_with_plus:
            keys = self.installation.address.key_folder
            while b"+" not in base64.b64encode(b"\x01" + KeyFiles(keys).signing_key(create=True).public):
                (keys / "ledger.key").unlink()
        self.port = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(30), "the server did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(30)

    @property
    def site(self) -> str:
        """The site's address."""
        return f"http://127.0.0.1:{self.port}"

    def run(self, act: Callable[[], Awaitable[Any]]) -> Any:
        """Run something on the installation, on its own loop."""

        async def body() -> Any:
            return await act()

        return asyncio.run_coroutine_threadsafe(body(), self._loop).result(30)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        engine = await self.installation.open()
        app = build_app(
            engine,
            brand="Photolibrary",
            site_hosts=("127.0.0.1", "localhost"),
            console_hosts=("staff.localhost",),
            more=shop(engine),
        )
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(app, access_log=False, log_level="warning", lifespan="off", server_header=False)
        )
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # not the main thread
        self._loop.call_later(0.3, self._ready.set)
        try:
            await self._server.serve(sockets=[listening])
        finally:
            await self.installation.close()
