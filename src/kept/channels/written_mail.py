"""One mail as bytes. Every header is written here, character by character, so that no text becomes structure.

RFC 5322 (the message), RFC 2047 (words in headers), RFC 2369 and RFC 8058 (one-click), RFC 2919 (List-Id), RFC 3834 (Auto-Submitted).
The library's own writer reads encoded words in what it is given and so lets a typed subject end a header; it is only asked to
read the finished bytes again.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import format_datetime

from kept import limits
from kept.crypto.digest import sha256
from kept.vault.normal import wire_address

UNFIT = re.compile(r"[\x00-\x20\x7f\u0080-\u00a0\u2028\u2029<>,;:\\\"()\[\]]")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,60}")
ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
WORD_BYTES = 45
"""Of the text in one encoded word, which may be 75 characters long. Source: RFC 2047 §2."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of ours that goes with a mail: its name, of letters, digits, dots and hyphens, and its bytes, JSON."""

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
    """Write a mail, and read it again as whoever receives it would.

    Raises:
        ValueError: An address is none, a text holds what no mail can, or the bytes do not read as they were meant.
    """
    if not is_address(mail.recipient) or not is_address(mail.sender):
        raise ValueError("an address that is none")
    recipient, sender = wire_address(mail.recipient), wire_address(mail.sender)
    headers = [
        ("From", f"{_words(mail.sender_name, 'From', name=True)} <{sender}>"),
        ("To", recipient),
        ("Subject", _words(mail.title, "Subject")),
        ("Date", format_datetime(mail.at)),
        ("Message-ID", f"<{mail.message_id}@{sender.rpartition('@')[2]}>"),
    ]
    if mail.list_id:
        headers.append(("List-Id", f"<{mail.list_id}>"))
    if mail.stop:
        headers += [
            ("List-Unsubscribe", f"<{mail.stop}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ]
    if mail.list_id:  # written by a machine to many: an absence notice is no answer to it
        headers.append(("Auto-Submitted", "auto-generated"))
    text = mail.text if mail.text.endswith("\n") else f"{mail.text}\n"
    headers.append(("MIME-Version", "1.0"))
    of_text, body = _text_part(text)
    if mail.attached is not None:
        of_text, body = _with_file(mail.attached, of_text, body)
    headers += of_text
    content = _headed(headers) + body
    _verify_read_alike(content, headers, mail, recipient, text)
    return content


Headers = list[tuple[str, str]]


def _headed(headers: Headers) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode() + b"\r\n"


def _text_part(text: str) -> tuple[Headers, bytes]:
    """Return what heads a text, and its bytes."""
    plain = _is_plain(text)
    body = text.replace("\n", "\r\n").encode() if plain else _base64(text.encode())
    encoding = ("Content-Transfer-Encoding", "7bit" if plain else "base64")
    return [("Content-Type", 'text/plain; charset="utf-8"'), encoding], body


def _with_file(attached: Attached, of_text: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Return what heads a text with a file behind it, and the bytes of both; the boundary follows from what it divides."""
    if not FILE_NAME.fullmatch(attached.name):
        raise ValueError("a name that no header can hold")
    mark = f"kept-{sha256(body + attached.content).hex()[:32]}"
    of_file = [
        ("Content-Type", "application/json"),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", f'attachment; filename="{attached.name}"'),
    ]
    begin, end = f"--{mark}\r\n".encode(), f"--{mark}--\r\n".encode()
    parts = begin + _headed(of_text) + body + b"\r\n" + begin + _headed(of_file) + _base64(attached.content) + end
    return [("Content-Type", f'multipart/mixed; boundary="{mark}"')], parts


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def _words(text: str, header: str, *, name: bool = False) -> str:
    """Return *text* for a header: as it is where it is plain and short, in encoded words otherwise."""
    if not text or any(not one.isprintable() and one not in "\u3000\u00a0" for one in text):
        raise ValueError(f"a text that no {header} can hold")
    plain = ATOMS.fullmatch(text) if name else text.isascii()
    if (
        plain
        and "=?" not in text
        and text.strip() == text
        and len(f"{header}: {text}") < limits.MAIL_ADDRESS_LINE_CHARACTERS
    ):
        return text
    words, piece = [], b""
    for one in text:
        if len(piece) + len(one.encode()) > WORD_BYTES:
            words.append(piece)
            piece = b""
        piece += one.encode()
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(each).decode()}?=" for each in [*words, piece])


def _is_plain(text: str) -> bool:
    return (
        text.isascii()
        and "\r" not in text
        and "\x00" not in text
        and all(len(line) <= limits.MAIL_LINE_BYTES for line in text.split("\n"))
    )


def _verify_read_alike(content: bytes, headers: list[tuple[str, str]], mail: Mail, recipient: str, text: str) -> None:
    """Read the finished bytes and compare.

    Raises:
        ValueError: A header more or fewer, another recipient, subject or sender's name, or another text.
    """
    read = BytesParser(policy=compat32).parsebytes(content)
    parts = list(read.walk())[1:] if mail.attached is not None else [read]
    body = parts[0].get_payload(decode=True)
    if mail.attached is not None and [one.get_payload(decode=True) for one in parts[1:]] != [mail.attached.content]:
        raise ValueError("a mail whose file would be read otherwise than it was written")
    if (
        [name for name, _ in read.items()] != [name for name, _ in headers]
        or read.defects
        or _raw(read, "To") != recipient
        or _said(_raw(read, "Subject")) != mail.title
        or _said(_raw(read, "From").rpartition(" <")[0]) != mail.sender_name
        or not isinstance(body, bytes)
        or body.replace(b"\r\n", b"\n").decode().rstrip("\n") != text.replace("\r\n", "\n").rstrip("\n")
    ):
        raise ValueError("a mail that would be read otherwise than it was written")


def _raw(read: Message, header: str) -> str:
    """Return a header as it stands in the bytes."""
    return dict(read.raw_items())[header].encode("utf-8", "surrogateescape").decode()


def _said(written: str) -> str:
    """Return what a header's words say to a reader."""
    unfolded = written.replace("\r\n", "")
    return "".join(
        piece.decode(charset or "ascii") if isinstance(piece, bytes) else piece
        for piece, charset in decode_header(unfolded)
    )
