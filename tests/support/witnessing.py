"""Witnesses on loopback: ours behind a real uvicorn in a thread, and one that answers whatever a test says."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kept.crypto.lattice_signature import LatticeSigningKey
from kept.crypto.signature import SigningKey, new_seed
from kept.ledger.cosignature import cosigner_key
from kept.ledger.trust_policy import parse_trust_policy
from kept.witness.cosigner import Cosigner
from kept.witness.memory import Memory
from kept.witness.pages import witness_app


class OnLoopback:
    """An ASGI app behind a real server on a port of its own; use it as a context."""

    def __init__(self, app) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self.port = self._socket.getsockname()[1]
        config = uvicorn.Config(app, access_log=False, log_level="warning", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve([self._socket])), daemon=True)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(30)
        self._socket.close()


class OurWitness(OnLoopback):
    """Our own witness.

    Args:
        folder: What it remembers.
        logs: Published keys of the logs it knows.
        name: Its name.
        lattice: Whether it signs with ML-DSA-44.
    """

    def __init__(self, folder: Path, *logs: str, name: str = "witness.example/w1", lattice: bool = False) -> None:
        key = (LatticeSigningKey if lattice else SigningKey)(new_seed())
        self.vkey = str(cosigner_key(name, key))
        self.memory = Memory(folder)
        known = parse_trust_policy("".join(f"log {one}\n" for one in logs).encode() + b"quorum none\n").logs
        super().__init__(witness_app(Cosigner(name, key, known, self.memory, time.time), self.memory))

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self.memory.__exit__(None, None, None)


class SaysAnything(OnLoopback):
    """A witness that answers what *answer* makes of the body: status, media type, bytes."""

    def __init__(self, answer: Callable[[bytes], tuple[int, str, bytes]]) -> None:
        self.asked: list[bytes] = []

        async def add_checkpoint(request: Request) -> Response:
            self.asked.append(await request.body())
            status, media_type, body = answer(self.asked[-1])
            return Response(body, status, media_type=media_type)

        super().__init__(Starlette(routes=[Route("/add-checkpoint", add_checkpoint, methods=["POST"])]))


def policy_of(quorum: str, **witnesses: tuple[str, str]) -> bytes:
    """Return a policy of witnesses (vkey, address) in one group, of which *quorum* are needed."""
    lines = [f"witness {name} {vkey} {url}" for name, (vkey, url) in witnesses.items()]
    return "\n".join([*lines, f"group enough {quorum} {' '.join(witnesses)}", "quorum enough", ""]).encode()
