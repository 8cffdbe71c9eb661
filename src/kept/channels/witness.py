"""A witness reached over HTTP: one request, one short answer, no redirect, no proxy. What an answer means is decided elsewhere."""

from __future__ import annotations

import asyncio
import http.client
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from kept import limits
from kept.errors import SettingError, StoreError

_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]*", re.ASCII)


class WitnessAnswer(NamedTuple):
    """An answer: HTTP status, media type, and at most `limits.WITNESS_ANSWER_BYTES` of its body."""

    status: int
    media_type: str
    body: bytes


class WitnessServer:
    """Where a witness takes checkpoints.

    Args:
        url: Its submission prefix.

    Raises:
        SettingError: It is no address of HTTP or HTTPS.
    """

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            self._host, self._port = parts.hostname or "", parts.port
        except ValueError:
            parts = urlsplit("")
            self._host, self._port = "", None
        plain = not (parts.query or parts.fragment or parts.username or parts.password)
        if parts.scheme not in {"http", "https"} or not self._host or not plain or not _PATH.fullmatch(parts.path):
            raise SettingError(
                "expected the address of a witness such as https://witness.example/w1, found another",
                reason="witness-address",
                hint="write its submission prefix at the end of its line in the witness policy",
            )
        self._secure = parts.scheme == "https"
        self._path = parts.path.rstrip("/") + "/add-checkpoint"

    async def add_checkpoint(self, body: bytes) -> WitnessAnswer:
        """Submit a checkpoint.

        Args:
            body: Of the request.

        Raises:
            StoreError: It was not reached, took too long, or answered no HTTP, or too much.
        """
        try:
            async with asyncio.timeout(limits.WITNESS_SECONDS):
                return await asyncio.get_running_loop().run_in_executor(None, self._post, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            word = type(error).__name__
            raise StoreError(f"expected an answer of the witness, found {word}", reason="witness-silent") from None

    def _post(self, body: bytes) -> WitnessAnswer:
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=limits.WITNESS_SECONDS)
        try:
            connection.request("POST", self._path, body, {"Content-Type": "text/plain; charset=utf-8"})
            answer = connection.getresponse()
            content = answer.read(limits.WITNESS_ANSWER_BYTES + 1)
            if len(content) > limits.WITNESS_ANSWER_BYTES:
                raise ValueError("too long")
            return WitnessAnswer(answer.status, answer.getheader("content-type", ""), content)
        finally:
            connection.close()
