"""Sealing and opening bytes."""

from __future__ import annotations

import pytest
from cited import cited

from kept.crypto.aead import KEY_BYTES, NONCE_BYTES, TAG_BYTES, open_sealed, seal
from kept.errors import SealError

KEY = bytes(range(KEY_BYTES))


@pytest.mark.parametrize("plaintext", [b"", b"x", b"\x00" * 64, bytes(range(256)) * 40])
def test_opens(plaintext):
    """What was sealed opens under the same key and binding, and costs a nonce and a tag in length."""
    sealed = seal(KEY, plaintext, b"binding")
    assert open_sealed(KEY, sealed, b"binding") == plaintext
    assert len(sealed) == NONCE_BYTES + len(plaintext) + TAG_BYTES


@pytest.mark.parametrize("at", range(NONCE_BYTES + 5 + TAG_BYTES))
def test_flipped_bit(at):
    """A flipped bit in nonce, ciphertext or tag is found."""
    sealed = bytearray(seal(KEY, b"hello", b"binding"))
    sealed[at] ^= 1
    with pytest.raises(SealError) as refused:
        open_sealed(KEY, bytes(sealed), b"binding")
    assert cited(refused.value) == "§5.3"


@pytest.mark.parametrize("length", [0, 1, NONCE_BYTES, NONCE_BYTES + TAG_BYTES - 1])
def test_cut_short(length):
    """Fewer bytes than a nonce and a tag are an error of ours, not the library's."""
    with pytest.raises(SealError):
        open_sealed(KEY, seal(KEY, b"hello", b"")[:length], b"")


def test_other_key_and_binding():
    """Another key or another binding opens nothing."""
    sealed = seal(KEY, b"hello", b"binding")
    with pytest.raises(SealError):
        open_sealed(bytes(KEY_BYTES), sealed, b"binding")
    with pytest.raises(SealError):
        open_sealed(KEY, sealed, b"bindin")


def test_nonces_differ():
    """Two thousand seals of one text under one key have two thousand nonces."""
    assert len({seal(KEY, b"same", b"same")[:NONCE_BYTES] for _ in range(2000)}) == 2000


def test_error_holds_no_plaintext():
    """The refusal tells what to do and holds neither key nor text."""
    with pytest.raises(SealError) as refused:
        open_sealed(KEY, seal(KEY, b"canary-plaintext", b"a"), b"b")
    shown = f"{refused.value!r} {refused.value} {refused.value.hint}"
    assert "canary" not in shown
    assert KEY.hex() not in shown
    assert "kept verify" in refused.value.hint
