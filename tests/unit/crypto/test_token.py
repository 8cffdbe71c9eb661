"""Signed, expiring tokens."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.crypto.token import parse_token, sign_token
from kept.errors import MalformedError

KEY = b"k" * 32
CLAIMS = {"notice": "n1", "point": "registration"}


def refusal(text, *, key=KEY, label="notice", at=0.0):
    """Return the reason a token is refused for."""
    with pytest.raises(MalformedError) as refused:
        parse_token(key, label, text, at)
    return refused.value.reason


def test_carries_claims():
    """A token answers its claims until the second it ends."""
    token = sign_token(KEY, "notice", CLAIMS, 100.0)
    assert parse_token(KEY, "notice", token, 0.0) == CLAIMS
    assert parse_token(KEY, "notice", token, 100.0) == CLAIMS


def test_expired():
    """After its end it is refused as too old, so that the page can be opened again."""
    assert refusal(sign_token(KEY, "notice", CLAIMS, 100.0), at=100.001) == "token-expired"


def test_other_label_and_key():
    """A token of one label or installation is not one of another."""
    token = sign_token(KEY, "notice", CLAIMS, 100.0)
    assert refusal(token, label="form") == "token-forged"
    assert refusal(token, key=b"j" * 32) == "token-forged"


def test_label_and_body_do_not_run_together():
    """What ends the label cannot begin the body."""
    token = sign_token(KEY, "notice", CLAIMS, 100.0)
    for label in ("notic", "notice\x00", "notice" + "\x00" * 8):
        assert refusal(token, label=label) == "token-forged"


def test_every_altered_character():
    """Changing any one character forges it."""
    token = sign_token(KEY, "notice", CLAIMS, 100.0)
    for at in range(len(token)):
        other = "A" if token[at] != "A" else "B"
        assert refusal(token[:at] + other + token[at + 1 :]) == "token-forged"


def test_one_spelling():
    """The same bytes spelled otherwise (padding, the other alphabet, loose last bits) are not the token."""
    tokens = [sign_token(KEY, "notice", {"n": "x" * size}, 100.0) for size in range(1, 40)]
    for token in tokens:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        assert refusal(token + "=") == "token-forged"
        plain = base64.b64encode(raw).decode().rstrip("=")
        if plain != token:
            assert refusal(plain) == "token-forged"
        last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        if len(token) % 4:
            assert refusal(token[:-1] + last[last.index(token[-1]) ^ 1]) == "token-forged"


@pytest.mark.parametrize("text", ["", "A", "====", "あ", "\ud800", "A" * 5000, "*" * 64, "A" * 64])
def test_not_a_token(text):
    """What is no token is refused as forged."""
    assert refusal(text) == "token-forged"


@given(st.text(max_size=200))
def test_never_another_error(text):
    """Whatever comes from outside, the answer is our error."""
    assert refusal(text) == "token-forged"
