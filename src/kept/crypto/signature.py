"""Ed25519 signatures, for checkpoints."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kept.crypto.random import random_bytes
from kept.errors import NoteError

SEED_BYTES = 32
PUBLIC_BYTES = 32
FIELD = 2**255 - 19
OF_ORDER_EIGHT = 2707385501144840649318225287225658788936804267575313519463743609750303402022
"""The height y of the points of order eight. Source: Chalkias et al., Taming the many EdDSAs, table of small-order points."""
SMALL_ORDER = frozenset({0, 1, FIELD - 1, OF_ORDER_EIGHT, FIELD - OF_ORDER_EIGHT})


class SigningKey:
    """An Ed25519 private key.

    Args:
        seed: 32 secret bytes. Source: RFC 8032 §5.1.5.
    """

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the signature of *message*, 64 bytes."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"<signing key {self.public.hex()[:8]}>"


def new_seed() -> bytes:
    """Return a fresh seed, 32 bytes."""
    return random_bytes(SEED_BYTES)


def is_sound_public_key(unverified: bytes) -> bool:
    """Whether *unverified* is 32 bytes in their one spelling, and not a point under which one signature fits many messages."""
    height = int.from_bytes(unverified, "little") & (2**255 - 1)
    return len(unverified) == PUBLIC_BYTES and height < FIELD and height not in SMALL_ORDER


def verify_signature(public: bytes, signature: bytes, message: bytes) -> None:
    """Verify that *public* signed *message*.

    Raises:
        NoteError: It did not, or the key or signature is malformed.
    """
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise NoteError(
            "expected a signature by the named key, found none that verifies",
            rests_on="sealed-values",
        ) from None
