"""Sealing to somebody else's public key: HPKE with X25519, HKDF-SHA256 and AES-256-GCM.

Why its use is safe: every sealing makes a fresh key pair, so that no nonce is used twice under one key; what the text
belongs to goes in as *info*, and what was sealed for another place does not open. Whoever seals keeps nothing that opens.

Source: RFC 9180 §5.1.1 (base mode), §6.1 (single-shot).
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from kept.errors import MalformedError, SealError

KEY_BYTES = 32
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class OpeningKey:
    """The private half, which only the recipient has.

    Args:
        raw: 32 secret bytes.
    """

    def __init__(self, raw: bytes) -> None:
        self._private = X25519PrivateKey.from_private_bytes(raw)
        self.public = self._private.public_key().public_bytes_raw()

    @classmethod
    def new(cls) -> OpeningKey:
        """Return a fresh key."""
        return cls(X25519PrivateKey.generate().private_bytes_raw())

    def raw(self) -> bytes:
        """Return the 32 secret bytes, to keep in a file."""
        return self._private.private_bytes_raw()

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """Open what was sealed to this key for *info*.

        Raises:
            SealError: It was sealed to another key or for another place, or was changed.
        """
        try:
            return _SUITE.decrypt(sealed, self._private, info=info)
        except (InvalidTag, ValueError) as error:
            raise SealError(
                "expected what was sealed to this key, found what does not open",
                rests_on="recipients",
            ) from error

    def __repr__(self) -> str:
        return f"<opening key {self.public.hex()[:8]}>"


def seal_to(public: bytes, content: bytes, info: bytes) -> bytes:
    """Seal *content* so that only the holder of *public*'s other half opens it.

    Args:
        public: 32 bytes, from outside.
        content: Any length.
        info: What it belongs to; the same bytes open it.

    Raises:
        MalformedError: *public* is no key.
    """
    try:
        key = X25519PublicKey.from_public_bytes(public)
        return _SUITE.encrypt(content, key, info=info)
    except ValueError as error:
        raise MalformedError(
            "expected an X25519 public key of 32 bytes, found another",
            reason="recipient-key",
            hint="ask the recipient for the output of `kept recipient new-key`",
            rests_on="recipients",
        ) from error
