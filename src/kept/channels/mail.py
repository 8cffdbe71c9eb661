"""Mail over SMTP: one message as it should be written, a few connections for many, and every ending told apart.

RFC 5322 (the message), RFC 2369 and RFC 8058 (one-click), RFC 2919 (List-Id), RFC 3834 (Auto-Submitted), RFC 5321 (replies).
The person's name never stands in a header, so nothing in a name can become one.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from kept import limits
from kept.channels.handed import Handed
from kept.channels.reply import code_of, whose_fault
from kept.errors import SettingError
from kept.vault.normal import wire_address

UNREACHABLE = "unreachable"
UNFIT = re.compile(r"[\x00-\x20\x7f\u0080-\u00a0\u2028\u2029<>,;:\\\"()\[\]]")


class _Lines(EmailPolicy):
    """Folds headers as usual, but never those that must stay on one line: a folded address breaks signatures."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Write one header."""
        if name in {"List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Message-ID"}:
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


POLICY = _Lines(linesep="\r\n", cte_type="7bit", raise_on_defect=True)
POLICY_UTF8 = _Lines(linesep="\r\n", cte_type="7bit", raise_on_defect=True, utf8=True)


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a mail: its name, ASCII, and its bytes, JSON."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """What one mail says and carries.

    Args:
        message_id: Our number for it; stays the same over all tries.
        sender: Address it is from.
        sender_name: What the sender is called.
        recipient: Address it goes to.
        title: Subject.
        text: Plain text.
        list_id: Name of what it belongs to, as a domain; empty for a mail to one person alone.
        stop: Address that takes a one-click no; empty where there is none.
        at: When it is written.
        attached: A file of ours that goes with it; None for none.
    """

    message_id: str
    sender: str
    sender_name: str
    recipient: str
    title: str
    text: str
    list_id: str
    stop: str
    at: datetime
    attached: Attached | None = None


def fits_one_line(stop: str) -> bool:
    """Whether an address may stand in List-Unsubscribe: http or https, ASCII, short enough never to be folded."""
    return (
        len(stop) < limits.MAIL_ADDRESS_LINE_CHARACTERS and stop.isascii() and stop.startswith(("https://", "http://"))
    )


def is_address(text: str) -> bool:
    """Whether a text may stand as an address in an envelope and a header: one `@`, nothing that could end either."""
    local, at, domain = text.rpartition("@")
    return bool(local and at and domain) and not UNFIT.search(text) and len(text.encode()) <= 320  # noqa: PLR2004 -- RFC 5321


def write_mail(mail: Mail) -> bytes:
    """Write a mail.

    Raises:
        ValueError: A header would hold a line break, or an address is none: the caller has looked before.
    """
    if not is_address(mail.recipient) or not is_address(mail.sender):
        raise ValueError("an address that is none")
    recipient, sender = wire_address(mail.recipient), wire_address(mail.sender)
    message = EmailMessage(policy=POLICY if recipient.isascii() else POLICY_UTF8)
    message["From"] = Address(mail.sender_name, *_split(sender))
    message["To"] = Address("", *_split(recipient))
    message["Subject"] = mail.title
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = f"<{mail.message_id}@{_split(sender)[1]}>"
    if mail.list_id:
        message["List-Id"] = f"<{mail.list_id}>"
    if mail.stop:
        message["List-Unsubscribe"] = f"<{mail.stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if mail.list_id:  # written by a machine to many: an absence notice is no answer to it
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, charset="utf-8", cte="7bit" if _plain(mail.text) else "base64")
    if mail.attached is not None:
        attached = mail.attached
        message.add_attachment(attached.content, maintype="application", subtype="json", filename=attached.name)
    return message.as_bytes()


def _plain(text: str) -> bool:
    return text.isascii() and all(len(line) <= limits.MAIL_LINE_BYTES for line in text.splitlines())


def _split(address: str) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    return local, domain


class MailServer:
    """Our mail server, over a few connections that are opened when they are needed.

    Args:
        host: Its name or address.
        port: Its port.
        start_tls: Whether the connection must be encrypted; None asks for it unless the server is on this machine.

    Raises:
        SettingError: The library is not there.
    """

    def __init__(self, host: str, port: int, *, start_tls: bool | None = None) -> None:
        try:
            import aiosmtplib  # noqa: PLC0415 -- only an installation that sends mail loads it
        except ImportError:
            raise SettingError(
                "expected the package aiosmtplib to send mail, found none",
                reason="extra-missing",
                hint="install it: pip install aiosmtplib",
            ) from None
        self.smtp = aiosmtplib
        self.host, self.port = host, port
        self.start_tls = not is_loopback(host) if start_tls is None else start_tls
        self.trouble = ""
        """What the server said when it last failed, as codes; `unreachable` where it said nothing."""
        self._turns = asyncio.Semaphore(limits.MAIL_CONNECTIONS)
        self._idle: list[Line] = []

    @asynccontextmanager
    async def turn(self, sender: str) -> AsyncIterator[Line | None]:
        """Wait for a connection that is ours alone and on which the next word is the recipient's; None while there is none.

        Args:
            sender: For the envelope.
        """
        async with self._turns:
            line = self._idle.pop() if self._idle else Line(self)
            try:
                yield line if await line.begin(wire_address(sender)) else None
            except BaseException:
                line.let_go()
                raise
            await line.end()
            self._idle.append(line)

    async def close(self) -> None:
        """Say goodbye."""
        while self._idle:
            await self._idle.pop().quit()


class Line:
    """One connection: greeted, told who sends, then one recipient and one message.

    Args:
        server: Whose it is.
    """

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp = server.smtp
        self._client: Any = None
        self._sender, self._named, self._utf8 = "", False, False

    async def begin(self, sender: str) -> bool:
        """Name the sender, over a connection that is opened where there is none; a server that hung up is asked anew."""
        self._sender, utf8 = sender, not sender.isascii()
        try:
            fresh = await self._connect()
            try:
                await self._name(utf8=utf8)
            except self._smtp.SMTPServerDisconnected:
                if fresh:
                    raise
                self.let_go()
                await self._connect()
                await self._name(utf8=utf8)
        except self._smtp.SMTPResponseException as error:
            self._server.trouble = code_of(error.code, error.message)
            self.let_go()
            return False
        except (self._smtp.SMTPException, OSError, TimeoutError):
            self._server.trouble = UNREACHABLE
            self.let_go()
            return False
        return True

    async def send(self, recipient: str, content: bytes) -> Handed:
        """Name the recipient and hand the mail over, and say how that ended.

        Args:
            recipient: For the envelope.
            content: From `write_mail`.
        """
        smtp, to = self._smtp, wire_address(recipient)
        if not to.isascii() and not self._utf8:
            return await self._name_anew()
        try:
            await self._client.rcpt(to, encoding="utf-8" if self._utf8 else "ascii")
        except smtp.SMTPRecipientRefused as error:
            return self._refused(error)
        except (smtp.SMTPException, OSError, TimeoutError):
            return self._broken()
        try:
            await self._client.data(content)
        except smtp.SMTPDataError as error:
            return self._refused(error)
        except (smtp.SMTPException, OSError, TimeoutError):
            self.let_go()
            return Handed.UNKNOWN  # it may have been taken before the line was cut
        self._named = False
        return Handed.SENT

    async def end(self) -> None:
        """Take back what was named and not used."""
        if self._named and self._client is not None:
            try:
                await self._client.rset()
            except (self._smtp.SMTPException, OSError, TimeoutError):
                self.let_go()
        self._named = False

    async def quit(self) -> None:
        """Say goodbye."""
        if self._client is not None and self._client.is_connected:
            try:
                await self._client.quit()
            except (self._smtp.SMTPException, OSError, TimeoutError):
                pass  # it is gone already
        self.let_go()

    def let_go(self) -> None:
        """Drop the connection."""
        if self._client is not None:
            self._client.close()
        self._client, self._named = None, False

    async def _name_anew(self) -> Handed:
        """Name the sender for an address in another script; it takes time, so whether the mail may go is decided once more."""
        if not self._client.supports_extension("smtputf8"):
            return Handed.NOT_TAKEN
        try:
            await self._client.rset()
            await self._name(utf8=True)
        except (self._smtp.SMTPException, OSError, TimeoutError):
            return self._broken()
        return Handed.AGAIN

    def _broken(self) -> Handed:
        self._server.trouble = UNREACHABLE
        self.let_go()
        return Handed.FAULT

    def _refused(self, error: Any) -> Handed:
        ended = whose_fault(error.code, error.message)
        if ended is Handed.FAULT:
            self._server.trouble = code_of(error.code, error.message)
        return ended

    async def _name(self, *, utf8: bool) -> None:
        self._utf8 = utf8
        if utf8:
            await self._client.mail(self._sender, options=["SMTPUTF8"], encoding="utf-8")
        else:
            await self._client.mail(self._sender)
        self._named = True

    async def _connect(self) -> bool:
        if self._client is not None and self._client.is_connected:
            return False
        server = self._server
        self._client = self._smtp.SMTP(
            hostname=server.host, port=server.port, timeout=limits.MAIL_TIMEOUT_SECONDS, start_tls=server.start_tls
        )
        await self._client.connect()
        if self._client.is_ehlo_or_helo_needed:
            await self._client.ehlo()
        return True


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
