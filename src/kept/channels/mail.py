"""Mail over SMTP (RFC 5321): a few connections for many messages, and every ending told apart."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from kept import limits
from kept.channels.handed import Handed
from kept.channels.reply import code_of, whose_fault
from kept.errors import SettingError
from kept.vault.normal import wire_address

UNREACHABLE = "unreachable"


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
