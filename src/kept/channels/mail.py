"""Mail over SMTP: one message as it should be written, one connection for many, and every ending told apart.

RFC 5322 (the message), RFC 2369 and RFC 8058 (one-click), RFC 2919 (List-Id), RFC 3834 (Auto-Submitted), RFC 5321 (replies).
The person's name never stands in a header, so nothing in a name can become one.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from kept import limits
from kept.channels.handed import Handed
from kept.errors import SettingError
from kept.vault.normal import wire_address

PERMANENT = 500
NOT_THE_ADDRESS = re.compile(r"5\.(?:2\.[02-9]|[3-7]\.)")
"""Enhanced status codes (RFC 3463) of a refused recipient that do not say the address is none: full, policy, protocol."""
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
    return message.as_bytes()


def _plain(text: str) -> bool:
    return text.isascii() and all(len(line) <= limits.MAIL_LINE_BYTES for line in text.splitlines())


def _split(address: str) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    return local, domain


class MailServer:
    """Our mail server, over one connection that is opened when it is needed.

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
        self._smtp = aiosmtplib
        self.host, self.port = host, port
        self.start_tls = not is_loopback(host) if start_tls is None else start_tls
        self._client: Any = None
        self._turn = asyncio.Lock()

    async def send(self, sender: str, recipient: str, content: bytes) -> Handed:
        """Hand one mail to the server, and say how that ended.

        Args:
            sender: For the envelope.
            recipient: For the envelope.
            content: From `write_mail`.
        """
        smtp = self._smtp
        async with self._turn:
            try:
                await self._envelope(wire_address(sender), wire_address(recipient))
            except smtp.SMTPRecipientRefused as error:
                await self._start_over()
                return _refused(error.code, error.message)
            except smtp.SMTPNotSupported:
                await self._start_over()
                return Handed.NOT_TAKEN
            except (smtp.SMTPException, OSError, TimeoutError):
                self._let_go()
                return Handed.LATER
            try:
                await self._client.data(content)
            except smtp.SMTPDataError as error:
                await self._start_over()
                return Handed.NOT_TAKEN if error.code >= PERMANENT else Handed.LATER
            except (smtp.SMTPException, OSError, TimeoutError):
                self._let_go()
                return Handed.UNKNOWN  # it may have been taken before the line was cut
            return Handed.SENT

    async def close(self) -> None:
        """Say goodbye."""
        async with self._turn:
            if self._client is not None and self._client.is_connected:
                try:
                    await self._client.quit()
                except (self._smtp.SMTPException, OSError, TimeoutError):
                    pass  # it is gone already
            self._let_go()

    async def _envelope(self, sender: str, recipient: str) -> None:
        """Open the connection where there is none, and name both ends; a server that hung up meanwhile is asked anew."""
        utf8 = not (sender.isascii() and recipient.isascii())
        fresh = await self._connect()
        try:
            await self._name(sender, recipient, utf8=utf8)
        except self._smtp.SMTPServerDisconnected:
            if fresh:
                raise
            self._let_go()
            await self._connect()
            await self._name(sender, recipient, utf8=utf8)

    async def _name(self, sender: str, recipient: str, *, utf8: bool) -> None:
        if utf8:
            if not self._client.supports_extension("smtputf8"):
                raise self._smtp.SMTPNotSupported("SMTPUTF8")
            await self._client.mail(sender, options=["SMTPUTF8"], encoding="utf-8")
            await self._client.rcpt(recipient, encoding="utf-8")
        else:
            await self._client.mail(sender)
            await self._client.rcpt(recipient)

    async def _connect(self) -> bool:
        if self._client is not None and self._client.is_connected:
            return False
        self._client = self._smtp.SMTP(
            hostname=self.host, port=self.port, timeout=limits.MAIL_TIMEOUT_SECONDS, start_tls=self.start_tls
        )
        await self._client.connect()
        if self._client.is_ehlo_or_helo_needed:
            await self._client.ehlo()
        return True

    async def _start_over(self) -> None:
        try:
            await self._client.rset()
        except (self._smtp.SMTPException, OSError, TimeoutError):
            self._let_go()

    def _let_go(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


def _refused(code: int, message: str) -> Handed:
    if code < PERMANENT:
        return Handed.LATER
    return Handed.NOT_TAKEN if NOT_THE_ADDRESS.match(message) else Handed.UNDELIVERABLE


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
