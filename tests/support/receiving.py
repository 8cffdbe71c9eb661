"""A mail server on loopback, as the other side: keeps what it takes, and answers as a test tells it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default

from aiosmtpd import smtp
from second import read_and_approve

from kept.channels.mail import MailServer
from kept.services.campaigns import campaigns, candidates
from kept.services.messages.mail import MailDispatcher
from kept.services.messages.outbox import send_due
from kept.services.messages.unknown_outcome import find_unknown
from kept.services.upkeep.sending import equip


@dataclass
class Received:
    """One mail as it came."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def message(self):
        """Read it."""
        return message_from_bytes(self.raw, policy=default)

    @property
    def text(self) -> str:
        """Its text."""
        return self.message.get_content()

    def link(self, which: str) -> str:
        """Return the path of the link `u` (from the header) or `w` (from the text)."""
        if which == "u":
            found = self.message["List-Unsubscribe"].strip("<>")
        else:
            found = next(word for word in self.text.split() if "/w/" in word)
        return "/" + found.split("/", 3)[3]


@dataclass
class Handler:
    """What the server does with what it is told.

    Args:
        rcpt: Reply to a recipient, by address; otherwise it is taken.
        waits: Commands that are answered once their event is set; `reached` counts those that wait.
        asked: Recipients that were named, whatever the answer.
        data: Replies to the next messages, one each; empty means taken, `cut` hangs up without an answer.
    """

    rcpt: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    waits: dict[str, asyncio.Event] = field(default_factory=dict)
    reached: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def slow(self, word: str) -> None:
        """Let a client wait for the answer to a command until the test says so."""
        if word in self.waits:
            self.reached.release()
            await self.waits[word].wait()

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802, ARG002 -- aiosmtpd's
        """A sender."""
        await self.slow("MAIL")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802, ARG002 -- aiosmtpd's
        """A recipient."""
        self.asked.append(address)
        await self.slow("RCPT")
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802, ARG002 -- aiosmtpd's
        """A message."""
        await self.slow("DATA")
        reply = self.data.pop(0) if self.data else ""
        if reply.startswith(("4", "5")):
            return reply
        self.received.append(Received(envelope.mail_from, envelope.rcpt_tos[0], envelope.original_content))
        if reply == "cut":
            server.transport.abort()
        return "250 taken"


class MailBox:
    """The server; `port` is where it listens."""

    def __init__(self) -> None:
        self.handler = Handler()
        self.port = 0
        self._server: asyncio.Server | None = None

    async def open(self, port: int = 0) -> MailBox:
        """Listen on loopback."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: smtp.SMTP(self.handler, enable_SMTPUTF8=True, hostname="mail.test", loop=loop), "127.0.0.1", port
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    @property
    def received(self) -> list[Received]:
        """What came, oldest first."""
        return self.handler.received


FILE = """id: autumn-light
purpose: information-for-you
title:
  en: "Autumn light"
  ja: "秋の光"
text:
  en:
    - "Dear {name},"
    - "New landscapes of the season are in the library."
  ja:
    - "{name} 様"
    - "季節の新しい風景写真をお届けします。"
channels:
  - mail
to:
  interests:
    - landscape
    - seasons
"""


SITE = "https://shop.example"


class MailDesk:
    """Two of staff, a mail server, and an installation that sends through it."""

    def __init__(self, installation) -> None:
        self.installation = installation

    async def begin(self):
        """Hire, listen, equip."""
        self.box = await MailBox().open()
        self.server = MailServer("127.0.0.1", self.box.port)
        equip(self.installation.engine, SITE, MailDispatcher(self.installation.engine, self.server, SITE))
        self.ume = await self.installation.staff("ume", ("marketing",))
        self.kato = await self.installation.staff("kato", ("privacy",))
        return self

    async def reopen(self):
        """Close the installation as a kill leaves it, open it again, and begin sending as a server does."""
        await self.installation.close(integrate=False)
        await self.installation.open()
        equip(self.installation.engine, SITE, MailDispatcher(self.installation.engine, self.server, SITE))
        await candidates.queue_unfinished(self.installation.engine)
        await find_unknown(self.installation.engine, older_than=self.installation.engine.clock.now() + 1)

    async def ended(self, campaign: str = "autumn-light"):
        """Return the counts of a campaign."""
        return (await campaigns.results(self.installation.engine, campaign)).ended

    async def end(self):
        """Hang up."""
        await self.server.close()
        await self.box.close()

    async def queued(self, file: str = FILE):
        """Draft, ask, approve: everybody who matches has a message waiting."""
        engine = self.installation.engine
        found = await campaigns.draft(engine, self.ume, file)
        await candidates.ask(engine, self.ume, found.id)
        return await read_and_approve(candidates.SENDING, engine, self.kato, found.id)

    async def sent(self, file: str = FILE):
        """Queue and send; return the counts."""
        found = await self.queued(file)
        await send_due(self.installation.engine)
        return (await campaigns.results(self.installation.engine, found.id)).ended
