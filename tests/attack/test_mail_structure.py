"""Text that would become structure in a mail: typed subjects, names, addresses and texts, sent over real SMTP."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default

import pytest

from kept.channels.handed import Handed
from kept.channels.mail import MailServer
from kept.channels.mailbox import Mailbox
from kept.channels.written_mail import Mail, write_mail
from kept.vault.normal import normalise, wire_address

HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]
HOSTILE = [
    "=?utf-8?q?Hi=0D=0AReply-To=3A_x=40elsewhere=2Eexample?=",
    "=?utf-8?b?SGkNCkJjYzogeEB5LmV4YW1wbGU=?=",
    "=?utf-8?q?Hi?= =?utf-8?q?_there?=",
    "=?us-ascii?q?=40?=é",
    "=?utf-8?q?" + "a" * 200,
    "Shop, Ltd. of the Very Long Name, which has commas, and is over seventy-eight characters long",
    'He said "yes" \\ and <x@y.example>',
    " a space before and after ",
    "日本語の件名" * 30,
    "é" * 140,
    "a" * 150,
    "👩" * 40,
]


def mail(**changes):
    """A mail to one person."""
    plain = {
        "message_id": "0" * 32, "sender": "privacy@photolibrary.example", "sender_name": "Photolibrary",
        "recipient": "mori@example.jp", "title": "Autumn light", "text": "Dear Mori,\n", "stop": "", "list_id": "",
        "at": datetime(2026, 11, 25, tzinfo=UTC),
    }  # fmt: skip
    return Mail(**{**plain, **changes})


@pytest.mark.parametrize("text", HOSTILE)
def test_a_subject_or_a_name_stays_a_subject_or_a_name(text):
    """The headers are ours, and a reader sees the very characters that were typed."""
    raw = write_mail(mail(title=text, sender_name=text))
    read = message_from_bytes(raw, policy=default)
    assert list(read.keys()) == HEADERS
    assert read["Subject"] == text
    assert [one.addr_spec for one in read["From"].addresses] == ["privacy@photolibrary.example"]
    named = message_from_bytes(raw)["From"].rpartition(" <")[0].replace("\r\n", "")
    assert str(make_header(decode_header(named))) == text  # the newer reader puts spaces between the words of a name


@pytest.mark.parametrize(
    "text", ["two\r\nBcc: x@y.example", "a\x00b", "a\u2028b", "a\x0bb", "\ud800", "", "a\x85b", "a\u202eb"]
)
def test_what_no_header_can_hold_is_no_mail(text):
    """Refused with the one error the caller sets a message aside for."""
    for field in ("title", "sender_name"):
        with pytest.raises(ValueError, match=r"."):
            write_mail(mail(**{field: text}))


ADDRESSES = [
    "=?utf-8?q?a=0D=0ABcc=3Ax=40y.example?=@z.example",
    "=?us-ascii?q?=40?=é@example.jp",
    "taro..mori.@docomo.example",
    ".taro@ezweb.example",
    "花子@例え.jp",
    "a'b+c=d@example.jp",
]


@pytest.mark.anyio
@pytest.mark.parametrize("address", ADDRESSES)
async def test_an_address_stays_one_address(address, anyio_backend):
    """The server hears one recipient, the mail names the same one and no other header."""
    typed = normalise("email", address).value
    box = await Mailbox().open()
    server = MailServer("127.0.0.1", box.port)
    content = write_mail(mail(recipient=typed))
    async with server.turn("privacy@photolibrary.example") as line:
        handed = await line.send(typed, content)
        if handed is Handed.AGAIN:  # the sender was named anew for an address in another script
            handed = await line.send(typed, content)
    if address.startswith("=?us-ascii"):  # this server's own reader fails on it: a fault, and not an exception of ours
        assert handed is Handed.FAULT
        assert f"\r\nTo: {address}\r\n".encode() in content
        await server.close()
        await box.close()
        return
    assert handed is Handed.SENT
    (received,) = box.received
    names = [name for name, _ in received.headers]
    assert [name for name in names if name in {"To", "Cc", "Bcc", "Reply-To"}] == ["To"]
    assert dict(received.headers)["To"] == wire_address(typed)
    await server.close()
    await box.close()


TEXTS = [
    "",
    "\n",
    "no newline at the end",
    ".\n",
    "..\n.\n",
    "line\r\nof Windows\n",
    "a\rb\n",
    "From x\n",
    "x" * 5000,
    "日本語\n",
    "\x00",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_text_arrives_as_it_was_written(text):
    """Dots, long lines, other line ends, other scripts: unchanged but for the newline at the end."""
    raw = write_mail(mail(text=text))
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    body = message_from_bytes(raw, policy=default).get_payload(decode=True).decode()
    wanted = text if text.endswith("\n") else text + "\n"
    assert body.replace("\r\n", "\n") == wanted.replace("\r\n", "\n")
