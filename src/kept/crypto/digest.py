"""Hashes, and the one way to hash several things at once without ambiguity."""

from __future__ import annotations

import hashlib
import hmac

HASH_BYTES = 32
_SHORT_LENGTHS = [length.to_bytes(4, "big") for length in range(1024)]  # most parts are short, and are many


def framed(*parts: bytes) -> bytes:
    """Join *parts* so that no other list of parts gives the same bytes (each behind its length, 4 bytes big-endian)."""
    pieces: list[bytes] = []
    for part in parts:
        length = len(part)
        pieces += (_SHORT_LENGTHS[length] if length < 1024 else length.to_bytes(4, "big"), part)  # noqa: PLR2004 -- as many as the table holds
    return b"".join(pieces)


def sha256(data: bytes) -> bytes:
    """Return SHA-256 of *data*, 32 bytes. Source: FIPS 180-4 §6.2."""
    return hashlib.sha256(data).digest()


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """Return HMAC-SHA256 of *data* under *key*, 32 bytes. Source: RFC 2104 §2."""
    return hmac.digest(key, data, "sha256")


def same(one: bytes, other: bytes) -> bool:
    """Whether two byte strings are equal, in time that does not depend on where they differ."""
    return hmac.compare_digest(one, other)
