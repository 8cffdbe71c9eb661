"""Ed25519 of the independent verifier: the vectors of RFC 8032 §7.1, agreement with a library, and what it refuses."""

from __future__ import annotations

import pytest

from kept.crypto.signature import SigningKey
from kept_verify import ed25519

VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("seed", "public", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032(seed, public, message, signature):
    """TEST 1 to TEST 3 verify, and our signing key makes the same signatures."""
    key = SigningKey(bytes.fromhex(seed))
    assert key.public.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert ed25519.verify(bytes.fromhex(public), bytes.fromhex(signature), bytes.fromhex(message))


def test_another_message_signature_or_key_is_refused():
    """One changed bit anywhere is enough."""
    key, other = SigningKey(b"a" * 32), SigningKey(b"b" * 32)
    signature = key.sign(b"message")
    assert ed25519.verify(key.public, signature, b"message")
    assert not ed25519.verify(key.public, signature, b"messagf")
    assert not ed25519.verify(other.public, signature, b"message")
    for place in range(0, 64, 7):
        flipped = signature[:place] + bytes([signature[place] ^ 1]) + signature[place + 1 :]
        assert not ed25519.verify(key.public, flipped, b"message")


def test_a_signature_made_longer_by_the_group_order_is_refused():
    """RFC 8032 §5.1.7: S is below the order, or the signature is another spelling of itself."""
    key = SigningKey(b"a" * 32)
    signature = key.sign(b"message")
    spelled = int.from_bytes(signature[32:], "little") + ed25519.ORDER
    assert not ed25519.verify(key.public, signature[:32] + spelled.to_bytes(32, "little"), b"message")


def test_a_key_of_small_order_is_refused():
    """The neutral element as key would verify anything."""
    neutral = (1).to_bytes(32, "little")
    assert not ed25519.verify(neutral, neutral + bytes(32), b"anything")


def test_a_point_not_in_its_canonical_form_is_refused():
    """The number p + 1 for y is another spelling of y = 1."""
    assert ed25519.decode_point((ed25519.P + 1).to_bytes(32, "little")) is None


@pytest.mark.parametrize(("public", "signature"), [(b"", b""), (b"a" * 31, b"b" * 64), (b"a" * 32, b"b" * 63)])
def test_other_lengths_are_refused(public, signature):
    """Keys have 32 bytes, signatures 64."""
    assert not ed25519.verify(public, signature, b"")
