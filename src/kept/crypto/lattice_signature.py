"""ML-DSA-44 signatures, for cosignatures that outlive elliptic curves. Source: FIPS 204 §5.

The library makes and verifies them; a machine whose library cannot refuses to make such a key, and believes no such signature.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from kept.errors import NoteError, SettingError

LATTICE_PUBLIC_BYTES = 1312


class LatticeSigningKey:
    """An ML-DSA-44 private key.

    Args:
        seed: 32 secret bytes.

    Raises:
        SettingError: The library of this machine has no ML-DSA.
    """

    def __init__(self, seed: bytes) -> None:
        try:
            self._private = MLDSA44PrivateKey.from_seed_bytes(seed)
        except UnsupportedAlgorithm:
            raise SettingError(
                "expected a library with ML-DSA-44, found one without", reason="no-ml-dsa", hint="make an Ed25519 key"
            ) from None
        self.public = self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the signature of *message*, 2420 bytes."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"<lattice signing key {self.public.hex()[:8]}>"


def verify_lattice_signature(public: bytes, signature: bytes, message: bytes) -> None:
    """Verify that *public* signed *message*.

    Raises:
        NoteError: It did not, the key or signature is malformed, or the library of this machine cannot tell.
    """
    try:
        MLDSA44PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        raise NoteError(
            "expected a signature by the named key, found none that verifies", rests_on="sealed-values"
        ) from None
