"""Tokens: random ones as text, and signed, expiring ones (notice tokens, form tokens, challenges): authentic, not secret.

Why its use is safe: HMAC-SHA256 over the framed label and body, compared in constant time before a byte of the body is
read. What may happen once only carries an id in its claims, which the caller uses up.
"""

from __future__ import annotations

import base64
import binascii
import struct

import msgspec

from kept import limits
from kept.crypto.digest import framed, hmac_sha256, same
from kept.errors import MalformedError

MAC_BYTES = 32


def token_text(raw: bytes) -> str:
    """Return a token's bytes as text that may stand in a cookie or an address."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def token_bytes(unverified: str) -> bytes:
    """Return the bytes of a token from its text; empty when it is the text of none."""
    try:
        return base64.b64decode(unverified + "=" * (-len(unverified) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return b""


def sign_token(key: bytes, label: str, claims: dict[str, str], expires_at: float) -> str:
    """Return a token that carries *claims* until *expires_at*.

    Args:
        key: 32 bytes, of the installation.
        label: What the token is for; a token of one label never passes as another.
        claims: Short texts.
        expires_at: Unix seconds.
    """
    body = struct.pack(">d", expires_at) + msgspec.json.encode(claims)
    mac = hmac_sha256(key, framed(b"kept/token/v1", label.encode(), body))
    return token_text(mac + body)


def parse_token(key: bytes, label: str, unverified: str, at: float) -> dict[str, str]:
    """Verify a token and return its claims.

    Args:
        key: 32 bytes, of the installation.
        label: What the token must be for.
        unverified: From outside.
        at: Unix seconds.

    Raises:
        MalformedError: Forged, altered, of another label (`token-forged`), or over (`token-expired`).
    """
    if len(unverified) > limits.TOKEN_CHARACTERS or not unverified.isascii():
        raise _forged()
    raw = token_bytes(unverified)
    if token_text(raw) != unverified:
        raise _forged()  # another spelling of a token's bytes is not that token
    mac, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
    if len(body) < struct.calcsize(">d") or not same(
        mac, hmac_sha256(key, framed(b"kept/token/v1", label.encode(), body))
    ):
        raise _forged()
    if struct.unpack(">d", body[:8])[0] < at:
        raise MalformedError(
            "expected a form still fresh, found one too old",
            reason="token-expired",
            hint="open the page again and send it once more; nothing was taken",
            rests_on="purpose-before-collection",
        )
    return msgspec.json.decode(body[8:], type=dict[str, str])


def _forged() -> MalformedError:
    return MalformedError(
        "expected a token this service signed, found another",
        reason="token-forged",
        hint="open the page again and use its own form",
        rests_on="purpose-before-collection",
    )
