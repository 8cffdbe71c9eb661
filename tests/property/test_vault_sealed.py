"""What must hold of every seal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_provider import MemoryProvider

from kept.crypto.aead import NONCE_BYTES, TAG_BYTES, open_sealed, seal
from kept.crypto.digest import framed
from kept.errors import SealError
from kept.vault.sealed import PAD_BYTES, open_value, seal_value, value_binding, wrap_binding

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ids = st.binary(min_size=16, max_size=16)
keys = st.binary(min_size=32, max_size=32)
numbers = st.integers(0, 2**64 - 1)
values = words | st.lists(words, max_size=5).map(tuple)
places = st.fixed_dictionaries(
    {
        "vault_id": words,
        "person_id": ids,
        "key_id": words,
        "slot": words,
        "version": numbers,
        "notice_id": words,
        "source": words,
    }
)


class TestValue:
    """A sealed value MUST open under exactly what it was bound to, and under nothing else."""

    @given(keys, values, places)
    def test_round_trip(self, key, value, place):
        """It opens as it was sealed."""
        assert open_value(key, seal_value(key, value, **place), **place) == value

    @given(keys, values, places, places)
    def test_each_part_is_bound(self, key, value, place, other):
        """With any one part of the binding changed it does not open."""
        sealed = seal_value(key, value, **place)
        for part in place:
            if place[part] != other[part]:
                with pytest.raises(SealError):
                    open_value(key, sealed, **(place | {part: other[part]}))

    @given(keys, values, places, st.data())
    def test_parts_do_not_run_together(self, key, value, place, data):
        """A character moved from one part to its neighbour is a change."""
        names = [name for name in place if isinstance(place[name], str)]
        at = data.draw(st.integers(0, len(names) - 2))
        one, other = names[at], names[at + 1]
        if place[one]:
            moved = place | {one: place[one][:-1], other: place[one][-1] + place[other]}
            with pytest.raises(SealError):
                open_value(key, seal_value(key, value, **place), **moved)

    @given(keys, keys, values, places)
    def test_other_key(self, key, other, value, place):
        """It does not open under another key."""
        if key != other:
            with pytest.raises(SealError):
                open_value(other, seal_value(key, value, **place), **place)

    @given(keys, values, places, st.data())
    def test_any_bit(self, key, value, place, data):
        """It does not open with any bit flipped, cut off or added."""
        sealed = seal_value(key, value, **place)
        bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        for changed in (bytes(flipped), sealed[: bit // 8], sealed + b"\x00"):
            with pytest.raises(SealError):
                open_value(key, changed, **place)

    @given(keys, values, places)
    def test_padded(self, key, value, place):
        """Its length is a whole number of steps, and the step it needs."""
        inside = len(seal_value(key, value, **place)) - NONCE_BYTES - TAG_BYTES
        plain = len(open_sealed(key, seal_value(key, value, **place), value_binding(**place)).rstrip(b"\x00"))
        assert inside % PAD_BYTES == 0
        assert plain <= inside < plain + PAD_BYTES


class TestWrappedKey:
    """A wrapped key MUST be one person's, of one id, kind and epoch."""

    @given(
        keys,
        st.tuples(ids, words, words, st.integers(1, 2)),
        st.tuples(ids, words, words, st.integers(1, 2)),
    )
    def test_each_part_is_bound(self, key, owner, other):
        """It unwraps under its own binding; with any one part changed it does not."""
        provider = MemoryProvider()
        provider.create(1)
        provider.create(2)
        wrapped = provider.wrap(owner[3], key, wrap_binding(*owner))
        assert provider.unwrap(owner[3], wrapped, wrap_binding(*owner)) == key
        for at in range(4):
            changed = (*owner[:at], other[at], *owner[at + 1 :])
            if changed != owner:
                with pytest.raises(SealError):
                    provider.unwrap(changed[3], wrapped, wrap_binding(*changed))


class TestNonce:
    """Two seals MUST NOT share a nonce."""

    @given(keys, st.binary(max_size=40), st.binary(max_size=40))
    def test_unique(self, key, plain, associated):
        """Sealing the same twice, under the same key, gives two nonces and two ciphertexts."""
        sealed = [seal(key, plain, associated) for _ in range(50)]
        assert len({one[:NONCE_BYTES] for one in sealed}) == 50
        assert len({one[NONCE_BYTES:] for one in sealed}) == 50


class TestFraming:
    """Two lists of parts MUST NOT give the same bytes."""

    @given(st.lists(st.binary(max_size=6), max_size=5), st.lists(st.binary(max_size=6), max_size=5))
    def test_injective(self, one, other):
        """Framed bytes are equal exactly when the parts are."""
        assert (framed(*one) == framed(*other)) == (one == other)
