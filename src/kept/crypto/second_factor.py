"""The second factor: time-based one-time passwords. Source: RFC 6238 §4, over RFC 4226 §5.3.

HMAC-SHA1 is RFC 6238's default and what authenticator apps speak; HMAC does not rest on collision resistance.
"""

from __future__ import annotations

import base64
import struct
import unicodedata
from hmac import digest
from urllib.parse import quote

from kept import limits
from kept.crypto.digest import same
from kept.crypto.random import random_bytes
from kept.errors import SignInError

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20


def new_secret() -> bytes:
    """Return a fresh secret, 20 bytes."""
    return random_bytes(SECRET_BYTES)


def code_at(secret: bytes, counter: int) -> str:
    """Return the six-digit code of one 30-second step."""
    mac = digest(secret, struct.pack(">Q", counter), "sha1")
    offset = mac[-1] & 15
    number = struct.unpack(">I", mac[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def verify_code(secret: bytes, code: str, at: float, last_counter: int) -> int:
    """Verify *code*, one step of drift allowed, never twice.

    Args:
        secret: 20 bytes.
        code: As typed; spaces are ignored, full-width digits are digits.
        at: Unix seconds.
        last_counter: Counter of the last code accepted; a code at or before it is a replay.

    Returns:
        The counter accepted; the caller stores it.

    Raises:
        SignInError: Wrong, expired or replayed.
    """
    typed = "".join(unicodedata.normalize("NFKC", code[: limits.CODE_CHARACTERS]).split()).encode(errors="replace")
    now = int(at) // STEP_SECONDS
    for counter in range(max(now - 1, 0), now + 2):
        if same(code_at(secret, counter).encode(), typed) and counter > last_counter:
            return counter
    raise SignInError(
        "the one-time code is not right", reason="second-factor-wrong", hint="wait for the next code and type that one"
    )


def secret_text(secret: bytes) -> str:
    """Return the secret as an authenticator app takes it, base32."""
    return base64.b32encode(secret).decode()


def enrolment_uri(secret: bytes, login: str, issuer: str) -> str:
    """Return the `otpauth:` address for an authenticator app."""
    return f"otpauth://totp/{quote(issuer)}:{quote(login)}?secret={secret_text(secret)}&issuer={quote(issuer)}"
