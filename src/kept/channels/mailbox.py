"""The demo's other side: a mail server on this machine that receives over real SMTP and keeps the newest in memory.

Only the demo opens one. It is nobody's mailbox: what invented customers would have received.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from typing import Any

from kept import limits
from kept.errors import SettingError


@dataclass(frozen=True, slots=True)
class Received:
    """One mail as it came in.

    Args:
        number: Its number in this mailbox, from 1.
        recipient: Of the envelope.
        raw: The bytes.
    """

    number: int
    recipient: str
    raw: bytes

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return its headers as a reader sees them; only a subject and a name are words, an address is what it is."""
        said = message_from_bytes(self.raw).raw_items()
        return tuple((name, _said(value) if name in {"Subject", "From"} else _unfolded(value)) for name, value in said)

    @property
    def title(self) -> str:
        """Return its subject."""
        return dict(self.headers).get("Subject", "")

    @property
    def text(self) -> str:
        """Return its text."""
        return str(message_from_bytes(self.raw, policy=default).get_content())


def _unfolded(value: str) -> str:
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\r\n", "")


def _said(value: str) -> str:
    return str(make_header(decode_header(_unfolded(value))))


class Mailbox:
    """Receives on loopback while it is open.

    Raises:
        SettingError: The library is not there.
    """

    def __init__(self) -> None:
        try:
            from aiosmtpd.smtp import SMTP  # noqa: PLC0415 -- only the demo loads it
        except ImportError:
            raise SettingError(
                "expected the package aiosmtpd for the demo's mailbox, found none",
                reason="extra-missing",
                hint="install it: pip install 'kept[demo]'",
            ) from None
        self._protocol = SMTP
        self._server: asyncio.Server | None = None
        self._kept: deque[Received] = deque(maxlen=limits.MAILBOX_MESSAGES)
        self._number = 0
        self.port = 0

    async def open(self) -> Mailbox:
        """Listen on a free port of 127.0.0.1."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: self._protocol(
                self, enable_SMTPUTF8=True, hostname="mailbox.invalid", data_size_limit=limits.MAILBOX_BYTES, loop=loop
            ),
            "127.0.0.1",
            0,
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def close(self) -> None:
        """Listen no more; what was received stays."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        """Take one mail."""
        del server, session
        for recipient in envelope.rcpt_tos:
            self._number += 1
            self._kept.append(Received(self._number, str(recipient), bytes(envelope.original_content)))
        return "250 taken; kept in memory only"

    @property
    def received(self) -> tuple[Received, ...]:
        """Return what came, the newest first."""
        return tuple(reversed(self._kept))
