"""AES-256-GCM with a fresh random nonce per seal.

Why the nonce is safe: 96 random bits under a key that seals far fewer than 2^32 messages (a person's key seals a few
hundred; the ledger's key one part of each entry), the bound of NIST SP 800-38D §8.3. GCM does not commit to its key, so
nothing is ever proved from a ciphertext: commitments are over plaintext (`docs/formats/ledger.md`).
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kept.crypto.random import random_bytes
from kept.errors import SealError

Key = bytes | AESGCM
"""A key: 32 bytes, or, where many are sealed under one, what was made of them once."""
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


def cipher(key: Key) -> AESGCM:
    """Return what seals under a key; made once, it spares the work for each of many."""
    return key if isinstance(key, AESGCM) else AESGCM(key)


def seal(key: Key, plaintext: bytes, associated: bytes) -> bytes:
    """Encrypt and bind.

    Args:
        key: 32 bytes, or their `cipher`.
        plaintext: Any length.
        associated: What the sealed bytes must be bound to, framed.

    Returns:
        Nonce (12 bytes), ciphertext, tag (16 bytes).
    """
    nonce = random_bytes(NONCE_BYTES)
    return nonce + cipher(key).encrypt(nonce, plaintext, associated)


def open_sealed(key: Key, sealed: bytes, associated: bytes) -> bytes:
    """Decrypt what was sealed under the same key and binding.

    Args:
        key: 32 bytes.
        sealed: From `seal`; not trusted.
        associated: What it must be bound to, framed.

    Raises:
        SealError: It was changed, moved, or sealed under another key or binding.
    """
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise SealError(
            "expected sealed bytes, found fewer than a nonce and a tag",
            rests_on="sealed-values",
            hint=_HINT,
        )
    try:
        return cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)
    except InvalidTag:
        raise SealError(
            "sealed bytes do not open under what they must be bound to",
            rests_on="sealed-values",
            hint=_HINT,
        ) from None


_HINT = "keep the files as they are, run `kept verify`, and restore what it names"
