"""The channel *mail*: makes a released address and the words into a mail, and hands it to our mail server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from kept.channels.handed import Handed
from kept.channels.mail import Line, MailServer
from kept.channels.written_mail import Mail, fits_one_line, is_address, write_mail
from kept.errors import SettingError
from kept.policy.imprint import imprint_of
from kept.policy.model import Policy
from kept.policy.words import Exit
from kept.services.engine.dispatchers import Carrier, Message, Opened
from kept.services.engine.engine import Engine
from kept.services.engine.people import Person
from kept.store.interface import Transaction

LINK_CHARACTERS = 32
COMPLAINTS = {"en": "Questions and complaints: {complaints}", "ja": "お問い合わせ・苦情の受付: {complaints}"}
WHY = {
    "en": ("Why you got this: {why}", "Why you got this, and how to stop it: {why}"),
    "ja": ("このご案内が届いた理由: {why}", "このご案内が届いた理由と、停止の方法: {why}"),
}


def foot_of(policy: Policy, message: Message) -> str:
    """Return what stands below a mail: who sent it, from where, who hears complaints, why it came and how to stop it."""
    spoken = message.language if message.language in WHY else "en"
    said = imprint_of(policy, message.language)
    lines = [" · ".join(said[one] for one in ("name", "address", "contact") if one in said)]
    lines += [COMPLAINTS[spoken].format(complaints=said["complaints"])] if "complaints" in said else []
    return "\n".join(["--", *lines, WHY[spoken][bool(message.stop)].format(why=message.why), ""])


class MailDispatcher:
    """Mail, over a few connections for many messages.

    Args:
        engine: Open.
        server: Our mail server.
        site: Address of the customers' site, for the links; http or https, without a slash at its end.

    Raises:
        SettingError: A link there would be too long for one line of a mail's header.
    """

    channel = Exit.MAIL

    def __init__(self, engine: Engine, server: MailServer, site: str) -> None:
        if not fits_one_line(f"{site}/u/{'x' * LINK_CHARACTERS}"):
            raise SettingError(
                "expected a short address of the site for the links in mails, found one too long, or none",
                reason="site-address",
                hint="http or https, and at most 42 characters with the port",
                rests_on="consent-checked-when-sent",
            )
        self.server = server
        self._engine = engine

    @property
    def trouble(self) -> str:
        """What the server said when it last failed."""
        return self.server.trouble

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Carrier | None]:
        """Wait for a connection on which the next word is the recipient's."""
        async with self.server.turn(self._engine.policy.policy.controller["contact"]) as line:
            yield _MailCarrier(self._engine, line) if line is not None else None


@dataclass(frozen=True, slots=True)
class _MailCarrier:
    _engine: Engine
    _line: Line

    def prepare(self, message: Message, opened: Opened, person: Person, entry_id: str) -> _MailHandover:
        """Write the mail while the address is open."""
        del person, entry_id
        policy = self._engine.policy.policy
        controller = policy.controllers.get(message.language, policy.controller)
        sender = policy.controller["contact"]
        if not is_address(opened.address):
            return _MailHandover(self._line, opened.address, b"", Handed.UNDELIVERABLE)
        try:
            content = write_mail(
                Mail(
                    message_id=message.id,
                    sender=sender,
                    sender_name=controller["name"],
                    recipient=opened.address,
                    title=message.words.title,
                    text=f"{message.words.text}\n\n{foot_of(policy, message)}",
                    list_id=f"{message.purpose}.{sender.rpartition('@')[2]}" if message.stop else "",
                    stop=message.stop,
                    at=datetime.fromtimestamp(self._engine.clock.now(), tz=UTC),
                )
            )
        except ValueError:  # a character that cannot stand in a mail
            return _MailHandover(self._line, opened.address, b"", Handed.NOT_TAKEN)
        return _MailHandover(self._line, opened.address, content)


@dataclass(slots=True)
class _MailHandover:
    line: Line
    recipient: str
    content: bytes
    unfit: Handed = Handed.NOT_TAKEN
    at_once: bool = False

    async def put(self, tx: Transaction) -> None:
        """Nothing stays here: the mail is on its way or nowhere."""

    async def hand_over(self) -> Handed:
        """Give it to the server; what is no address, or no mail, is never offered."""
        if not self.content:
            return self.unfit
        return await self.line.send(self.recipient, self.content)
