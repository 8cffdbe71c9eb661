"""One-time codes."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from kept.crypto.second_factor import code_at, enrolment_uri, new_secret, secret_text, verify_code
from kept.errors import SignInError

SECRET = b"12345678901234567890"
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
COUNTERS = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]


@pytest.mark.parametrize(("at", "code"), VECTORS)
def test_rfc_6238(at, code):
    """The vectors of RFC 6238 Appendix B, their last six digits."""
    assert code_at(SECRET, at // 30) == code[-6:]
    assert verify_code(SECRET, code[-6:], at, -1) == at // 30


@pytest.mark.parametrize(("counter", "code"), list(enumerate(COUNTERS)))
def test_rfc_4226(counter, code):
    """The vectors of RFC 4226 Appendix D."""
    assert code_at(SECRET, counter) == code


@pytest.mark.parametrize(("drift", "accepted"), [(-61, False), (-30, True), (0, True), (30, True), (60, False)])
def test_window(drift, accepted):
    """A code is taken one step early or late, not two."""
    at = 1_700_000_010
    code = code_at(SECRET, (at + drift) // 30)
    if accepted:
        assert verify_code(SECRET, code, at, -1) == (at + drift) // 30
    else:
        with pytest.raises(SignInError):
            verify_code(SECRET, code, at, -1)


def test_replay():
    """A code that was accepted is refused the second time, and so is any before it."""
    at = 1_700_000_010
    accepted = verify_code(SECRET, code_at(SECRET, at // 30), at, -1)
    for counter in (accepted, accepted - 1):
        with pytest.raises(SignInError):
            verify_code(SECRET, code_at(SECRET, counter), at, accepted)
    assert verify_code(SECRET, code_at(SECRET, accepted + 1), at + 30, accepted) == accepted + 1


@pytest.mark.parametrize("typed", ["", "28708", "2870820", "abcdef", "\ud800", "-87082", "0" * 1_000_000])
def test_wrong_code(typed):
    """What is no code is refused."""
    with pytest.raises(SignInError) as refused:
        verify_code(SECRET, typed, 59, -1)
    assert refused.value.reason == "second-factor-wrong"


@pytest.mark.parametrize("typed", ["287 082", " 287082\n", "２８７０８２"])
def test_as_typed(typed):
    """Spaces and full-width digits are what a person types."""
    assert verify_code(SECRET, typed, 59, -1) == 1


def test_first_half_minute():
    """The first step of the epoch has no step before it."""
    assert verify_code(SECRET, COUNTERS[0], 3, -1) == 0


def test_secrets_and_enrolment():
    """A secret is 20 fresh bytes; an app reads it back from the enrolment address."""
    secret = new_secret()
    assert len(secret) == 20
    assert secret != new_secret()
    address = urlsplit(enrolment_uri(secret, "ops:one", "Photo & Co"))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    asked = parse_qs(address.query)
    assert asked["issuer"] == ["Photo & Co"]
    assert base64.b32decode(asked["secret"][0]) == secret == base64.b32decode(secret_text(secret))
