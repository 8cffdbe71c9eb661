"""Whose fault a reply of a mail server is: only the recipient's own mailbox is a fact about an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.channels.handed import Handed
from kept.channels.reply import code_of, whose_fault


@pytest.mark.parametrize(
    "text", ["5.1.1 no such user", "5.1.2 no such domain", "5.1.3", "5.1.6 moved", "5.1.10 null MX", "5.2.1 closed"]
)
def test_the_recipient_s_own_mailbox(text):
    """There is none, or it takes no mail."""
    assert whose_fault(550, text) is Handed.UNDELIVERABLE


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (550, "relay not permitted"), (550, "no such user here"), (551, "user not local"), (553, "not allowed"),
        (550, "5.7.1 relaying denied"), (554, "5.7.1 spam"), (550, "5.7.26 unauthenticated"), (554, "5.3.0 down"),
        (554, "5.3.2 not accepting"), (550, "5.4.1 no route"), (501, "5.5.4 syntax"), (550, "5.1.0 rejected"),
        (553, "5.1.7 bad sender"), (550, "5.1.8 bad sender domain"), (550, "5.1.11 unknown"), (550, "5.0.0"),
        (550, "4.1.1 another class"), (550, "x 5.1.1"), (550, "5.1.1.1"), (421, "4.3.2 closing"), (451, "4.7.1 greylisted"),
        (451, "not now"), (450, "5.1.1 another class"), (454, "4.7.0 tls"),
    ],
)  # fmt: skip
def test_a_server_s(code, text):
    """Policy, system, network, protocol, the sender, and whatever does not say whose it is."""
    assert whose_fault(code, text) is Handed.FAULT


@pytest.mark.parametrize("text", ["5.2.2 full", "5.2.3 long", "5.3.4 too big", "5.6.0 content", "5.1.4 ambiguous"])
def test_this_message_s(text):
    """It is not taken, and the address stays good."""
    assert whose_fault(552, text) is Handed.NOT_TAKEN


@pytest.mark.parametrize("text", ["4.2.2 full", "4.1.1 not sure", "4.2.1 busy"])
def test_the_recipient_s_for_now(text):
    """Later, and no fault of a server."""
    assert whose_fault(450, text) is Handed.LATER


@given(code=st.integers(400, 599), text=st.text())
def test_nothing_but_the_six_codes_puts_on_the_stop_list(code, text):
    """Whatever a server writes."""
    if whose_fault(code, text) is Handed.UNDELIVERABLE:
        assert code >= 500
        assert text[:5].rstrip(" ") in {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.2.1"} or text.startswith("5.1.10")


def test_staff_are_told_codes_and_no_words():
    """A server's words may quote an address."""
    assert code_of(550, "5.7.1 <mori@example.jp>: relay denied") == "550 5.7.1"
    assert code_of(550, "mori@example.jp unknown") == "550"
