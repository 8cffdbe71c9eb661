"""Lines mailed to a second machine: each batch is one mail over SMTP, and its mailbox, or files saved from it, are read back.

A mail may come twice, late, out of order or not at all. So lines are sorted by their own numbers, and one that stands twice counts
once; which number is missing the no-log says. What else lies in the mailbox is passed over: a line is a whole line of a mail's
text, or of a file, in the one form lines have.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import parse_qsl

from kept import limits
from kept.channels.handed import Handed
from kept.channels.mail import MailServer
from kept.channels.written_mail import Mail, is_address, write_mail
from kept.crypto.digest import sha256
from kept.errors import MalformedError, SettingError, StoreError
from kept.vault.no_log import parse_line

UNREAD = frozenset({"tmp"})
"""Folders of a mailbox in which a mail is not whole yet (Maildir)."""


class MailPlace:
    """A mail address that keeps lines.

    Args:
        keeper: Address the lines go to, on the second machine.
        server: Mail server that takes them, name and port.
        sender: Address they are from.
        folder: The mailbox, or files saved from it, to read; None where this machine cannot see it.
    """

    def __init__(self, keeper: str, server: tuple[str, int], sender: str, folder: Path | None) -> None:
        self._keeper, self._server, self._sender = keeper, server, sender
        self._folder = folder

    @property
    def name(self) -> str:
        """What `kept status` calls it."""
        return f"mail:{self._keeper.rpartition('@')[2]}"

    @property
    def reads(self) -> bool:
        """Whether what it holds can be seen from here."""
        return self._folder is not None

    async def append(self, lines: Sequence[bytes]) -> None:
        """Send lines; return once the mail server has taken them.

        Raises:
            StoreError: It did not take them, or gave no answer: then they are sent once more, and may come twice.
        """
        host, port = self._server
        first, last = (parse_line(one).number for one in (lines[0], lines[-1]))
        content = write_mail(
            Mail(
                message_id=f"no-log-{first}-{last}-{sha256(b''.join(lines)).hex()[:16]}",
                sender=self._sender,
                sender_name="Kept",
                recipient=self._keeper,
                title=f"kept no-log {first}-{last}",
                text="".join(f"{one.decode('ascii')}\n" for one in lines),
                list_id="",
                stop="",
                at=datetime.now(UTC),  # noqa: TID251 -- a mail's date; nothing is decided by it
            )
        )
        server = MailServer(host, port)
        try:
            async with server.turn(self._sender) as line:
                handed = await line.send(self._keeper, content) if line is not None else Handed.FAULT
        finally:
            await server.close()
        if handed is not Handed.SENT:
            said = server.trouble or handed.value
            raise StoreError(
                f"expected the mail server of the no-log to take a mail: {said}",
                reason="no-log-unwritable",
                hint="look at the mail server; what waits is handed over as soon as it can be",
                rests_on="restore-drill",
            )

    async def last(self) -> bytes:
        """Return the line with the highest number; empty when there is none.

        Raises:
            StoreError: The mailbox cannot be seen from here, or not be read.
        """
        return next(reversed(await self.read()), b"")

    async def read(self) -> list[bytes]:
        """Return every line once, by number.

        Raises:
            StoreError: The mailbox cannot be seen from here, or not be read.
        """
        if self._folder is None:
            raise _unreadable("its mailbox cannot be seen from here")
        folder = self._folder
        try:
            return await asyncio.get_running_loop().run_in_executor(None, lambda: _lines_in(folder))
        except OSError as error:
            raise _unreadable(error.strerror or "it cannot be read") from error


def parse_mail_place(rest: str) -> MailPlace:
    """Return the place of an address.

    Args:
        rest: What stands behind `mail:`, such as `keeper@second.example?server=mail.example:25&from=kept@shop.example`, with
            `&folder=PATH` where the mailbox can be read from here.

    Raises:
        SettingError: It is none.
    """
    keeper, _, query = rest.partition("?")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        pairs = []
    given = dict(pairs)
    host, _, port = given.get("server", "").partition(":")
    whole = (
        len(given) == len(pairs) and given.keys() >= {"server", "from"} and given.keys() <= {"server", "from", "folder"}
    )
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0  # noqa: PLR2004 -- five digits
    if not (
        whole and host and number and is_address(keeper) and is_address(given["from"]) and given.get("folder", "-")
    ):
        raise SettingError(
            "expected an address of a no-log such as mail:keeper@second.example?server=mail.example:25&from=kept@shop.example, "
            "found another",
            reason="no-log-address",
            hint="docs/operations.md says what each part is",
            rests_on="restore-drill",
        )
    return MailPlace(keeper, (host, number), given["from"], Path(given["folder"]) if "folder" in given else None)


def _lines_in(folder: Path) -> list[bytes]:
    """Return what a mailbox holds, read file by file."""
    found: dict[bytes, int] = {}
    if not folder.is_dir():
        raise NotADirectoryError(2, "the mailbox is not there")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and UNREAD.isdisjoint(path.relative_to(folder).parts[:-1]):
            with path.open("rb") as file:
                raw = file.read(limits.NO_LOG_MAIL_BYTES + 1)
            if len(raw) <= limits.NO_LOG_MAIL_BYTES:
                found.update(_lines_of(raw))
    return sorted(found, key=lambda line: (found[line], line))


def _lines_of(raw: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the lines of one file, each with its number: a mail's texts, or the text that was saved from one."""
    texts = [raw]
    for part in message_from_bytes(raw, policy=default).walk():
        content = part.get_payload(decode=True)
        if part.get_content_type() == "text/plain" and isinstance(content, bytes):
            texts.append(content)
    for text in texts:
        for one in text.splitlines():
            try:
                yield one, parse_line(one).number
            except MalformedError:
                continue  # another mail, a header, a footer of the list it went through; what is missing shows by its number


def _unreadable(why: str) -> StoreError:
    return StoreError(
        f"expected the mailbox of the no-log: {why}",
        reason="no-log-unreadable",
        hint="save the mails into a folder and name it: &folder=PATH",
        rests_on="restore-drill",
    )
