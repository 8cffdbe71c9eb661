"""Passwords."""

from __future__ import annotations

import time

import pytest
from argon2 import extract_parameters
from cited import cited

from kept.crypto.password import QUICK, STANDARD, Passwords
from kept.errors import SignInError, SubmissionError

RIGHT = "four unrelated words here"


@pytest.fixture(scope="module")
def passwords():
    return Passwords(QUICK)


def test_right_password_verifies(passwords):
    """The right password verifies, against a salted hash that differs each time."""
    one, other = passwords.hash(RIGHT), passwords.hash(RIGHT)
    assert one != other
    passwords.verify_password(one, RIGHT)
    passwords.verify_password(other, RIGHT)


@pytest.mark.parametrize("typed", ["", RIGHT + " ", RIGHT.upper(), RIGHT[:-1], "\ud800", "x" * 10_000_000])
def test_wrong_password(passwords, typed):
    """A wrong password is refused, whatever was typed."""
    with pytest.raises(SignInError) as refused:
        passwords.verify_password(passwords.hash(RIGHT), typed)
    assert refused.value.reason == "sign-in-wrong"


def test_unknown_account_says_the_same(passwords):
    """No such account and a wrong password give one and the same answer."""
    with pytest.raises(SignInError) as unknown:
        passwords.verify_password(None, RIGHT)
    with pytest.raises(SignInError) as wrong:
        passwords.verify_password(passwords.hash(RIGHT), "another one altogether")
    assert (str(unknown.value), unknown.value.reason, unknown.value.hint) == (
        str(wrong.value),
        wrong.value.reason,
        wrong.value.hint,
    )


def test_password_of_nobody_does_not_sign_in(passwords):
    """The text behind the hash that stands in for unknown accounts opens no account."""
    with pytest.raises(SignInError):
        passwords.verify_password(None, "nobody's password: verified against when the account is unknown")


def test_unknown_account_costs_the_same():
    """At the real cost an unknown account takes as long as a known one, within half."""
    passwords = Passwords(STANDARD)
    stored = passwords.hash(RIGHT)

    def cost(hashed):
        begun = time.process_time()
        with pytest.raises(SignInError):
            passwords.verify_password(hashed, "not the right one")
        return time.process_time() - begun

    known, unknown = min(cost(stored) for _ in range(2)), min(cost(None) for _ in range(2))
    assert known / 2 < unknown < known * 2


def test_longer_than_its_beginning(passwords):
    """A password of 200 characters is not opened by a longer text that begins with it."""
    longest = "longer" * 33 + "no"
    stored = passwords.hash(longest)
    passwords.verify_password(stored, longest)
    with pytest.raises(SignInError):
        passwords.verify_password(stored, longest + "x")


@pytest.mark.parametrize("chosen", ["", "eleven char", "x" * 201, "\ud800" * 20, "e\u0301" * 6])
def test_length(passwords, chosen):
    """Fewer than 12 or more than 200 characters, or no text at all, are refused with the clause."""
    with pytest.raises(SubmissionError) as refused:
        passwords.hash(chosen)
    assert (refused.value.field, refused.value.reason, cited(refused.value)) == ("password", "password-length", "§5.2")
    assert chosen == "" or chosen not in str(refused.value)


@pytest.mark.parametrize(
    ("chosen", "typed"),
    [
        ("Café au lait, 2 cups", "Cafe\u0301 au lait, 2 cups"),
        ("合言葉 は ながいほうが よい", "合言葉\u3000は\u3000ながいほうが\u3000よい"),
    ],
)
def test_same_from_every_keyboard(passwords, chosen, typed):
    """Composed or not, narrow or wide space: the same password. Source: RFC 8265 §4.2.2."""
    passwords.verify_password(passwords.hash(chosen), typed)


@pytest.mark.parametrize("stored", ["", "not a hash", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"])
def test_damaged_hash(passwords, stored):
    """A damaged hash signs nobody in."""
    with pytest.raises(SignInError):
        passwords.verify_password(stored, RIGHT)


def test_standard_profile():
    """The profile for anything real is argon2id with at least 64 MiB and 3 passes. Source: RFC 9106 §4."""
    found = extract_parameters(STANDARD.hash(RIGHT))
    assert found.type.name == "ID"
    assert found.memory_cost >= 65536
    assert found.time_cost >= 3
