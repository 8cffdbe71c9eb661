"""A mail as it should be written, and a server that must be spoken to in private."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept import limits
from kept.channels.handed import Handed
from kept.channels.mail import MailServer, is_loopback
from kept.channels.mailbox import Mailbox
from kept.channels.written_mail import Mail, fits_one_line, is_address, write_mail
from kept.vault.normal import normalise, wire_address

AT = datetime(2026, 11, 25, tzinfo=UTC)
STOP = "https://privacy.photolibrary.example/u/" + "x" * 32


def mail(**changes) -> Mail:
    """A mail."""
    plain = {
        "message_id": "0" * 32, "sender": "privacy@photolibrary.example", "sender_name": "Photolibrary",
        "recipient": "mori@example.jp", "title": "Autumn light", "text": "Dear Mori,\n", "stop": STOP,
        "list_id": "information-for-you.photolibrary.example", "at": AT,
    }  # fmt: skip
    return Mail(**{**plain, **changes})


@given(
    title=st.text(min_size=1, max_size=150).filter(lambda one: not set(one) & set("\r\n") and one.strip()),
    text=st.text(),
)
def test_whatever_is_said_the_headers_stay_ours(title, text):
    """Any title and any text: the same headers, one-click on one line, nothing longer than a line may be."""
    try:
        raw = write_mail(mail(title=title, text=text))
    except (UnicodeEncodeError, ValueError):
        assert any(ord(one) in range(0xD800, 0xE000) or not one.isprintable() for one in title + text)
        return
    head = raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    names = [line.split(b":")[0] for line in head if not line.startswith((b" ", b"\t"))]
    assert names == [
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"List-Id", b"List-Unsubscribe", b"List-Unsubscribe-Post",
        b"Auto-Submitted", b"MIME-Version", b"Content-Type", b"Content-Transfer-Encoding",
    ]  # fmt: skip
    assert f"List-Unsubscribe: <{STOP}>".encode() in head
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert raw.isascii()


@pytest.mark.parametrize("field", ["title", "sender_name", "recipient", "sender"])
@pytest.mark.parametrize("ending", ["\r\nBcc: all@example.jp", "\nBcc: all@example.jp", "\rBcc: x@example.jp"])
def test_a_line_break_never_reaches_a_header(field, ending):
    """Refused, wherever it stands."""
    with pytest.raises(ValueError, match=r"."):
        write_mail(mail(**{field: getattr(mail(), field) + ending}))


@pytest.mark.parametrize(
    "address",
    ["mori", "@example.jp", "mori@", "mo ri@example.jp", "mori@example.jp,x@y.jp", "<mori@example.jp>", "a@b\n.jp",
     "m\u2028@example.jp", "a" * 400 + "@example.jp", 'm"@example.jp'],
)  # fmt: skip
def test_what_is_no_address_is_none(address):
    """Never offered to a server."""
    assert not is_address(address)


def test_an_address_abroad_goes_as_its_domain_is_written_on_the_wire():
    """IDNA for the domain; the local part as it is."""
    assert is_address("花子@例え.jp")
    assert wire_address("花子@例え.jp") == "花子@xn--r8jz45g.jp"
    for typed in (
        "mori@straße.example",
        "MORI@STRAße.example",
        "ｍｏｒｉ＠straße.example",
        "mori@xn--strae-oqa.example",
    ):
        kept = normalise("email", typed)  # the address that is matched is the address that is written to
        assert wire_address(kept.value).lower() == kept.find_by == "mori@xn--strae-oqa.example"
    raw = write_mail(mail(recipient="花子@例え.jp"))
    assert message_from_bytes(raw, policy=default)["To"] == "花子@xn--r8jz45g.jp"


def test_a_letter_to_one_person_has_no_list_s_headers():
    """Contact is no newsletter: nothing to unsubscribe from, and answers are welcome."""
    raw = write_mail(mail(stop="", list_id=""))
    assert b"List-" not in raw
    assert b"Auto-Submitted" not in raw


def test_a_link_for_the_header_is_short_and_of_the_web():
    """78 characters fold; other schemes do nothing on a click."""
    assert fits_one_line("https://x.example/u/" + "x" * 32)
    for stop in ("https://" + "x" * 80, "mailto:x@y", "javascript:1", "https://例え.jp/u/1", ""):
        assert not fits_one_line(stop)


def test_only_this_machine_is_spoken_to_in_the_clear():
    """STARTTLS is required for every other host."""
    assert [is_loopback(one) for one in ("127.0.0.1", "::1", "localhost", "127.1.2.3")] == [True] * 4
    assert [is_loopback(one) for one in ("10.0.0.1", "mail.example", "localhost.example")] == [False] * 3
    assert MailServer("mail.example", 25).start_tls
    assert not MailServer("127.0.0.1", 25).start_tls


@pytest.mark.anyio
async def test_a_server_without_encryption_gets_nothing_where_it_is_required(anyio_backend):
    """No STARTTLS offered: later, and not one byte of the mail."""
    box = await Mailbox().open()
    server = MailServer("127.0.0.1", box.port, start_tls=True)
    async with server.turn("a@example.jp") as line:
        assert line is None
    assert server.trouble == "unreachable"
    assert box.received == ()
    await server.close()
    await box.close()


@pytest.mark.anyio
async def test_the_demo_s_mailbox_keeps_the_newest(anyio_backend):
    """Over real SMTP, over one connection; at most 200."""
    box = await Mailbox().open()
    server = MailServer("127.0.0.1", box.port)
    for number in range(limits.MAILBOX_MESSAGES + 3):
        async with server.turn("a@example.jp") as line:
            assert await line.send("b@example.jp", write_mail(mail(title=f"Number {number}"))) is Handed.SENT
    assert len(box.received) == limits.MAILBOX_MESSAGES
    assert box.received[0].title == f"Number {limits.MAILBOX_MESSAGES + 2}"
    assert ("List-Unsubscribe", f"<{STOP}>") in box.received[0].headers
    await server.close()
    await box.close()
