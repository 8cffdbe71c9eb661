"""Seals of values, states, entry parts and records."""

from __future__ import annotations

import msgspec
import pytest

from kept.crypto.aead import NONCE_BYTES, TAG_BYTES, seal
from kept.errors import SealError
from kept.vault import sealed as seals

KEY = b"v" * 32
WHERE = {
    "vault_id": "vault-1",
    "person_id": b"p" * 16,
    "key_id": "key-1",
    "slot": "mail_address",
    "version": 3,
    "notice_id": "notice-1",
    "source": "own-session",
}


@pytest.mark.parametrize(
    "value", ["", "a", "\x00", "\x80", "a\x00\x80\x00", "あ" * 2000, (), ("",), ("landscape", "食"), ("\x00",) * 30]
)
def test_value(value):
    """A text or several open as they were sealed, whatever their last bytes are."""
    assert seals.open_value(KEY, seals.seal_value(KEY, value, **WHERE), **WHERE) == value


def test_length_says_little():
    """Every value of up to 60 bytes has one sealed length; longer ones grow by whole steps of 64."""
    overhead = NONCE_BYTES + TAG_BYTES
    lengths = {len(seals.seal_value(KEY, "x" * size, **WHERE)) - overhead for size in range(61)}
    assert lengths == {seals.PAD_BYTES}
    for size in (61, 100, 500, 2000):
        assert (len(seals.seal_value(KEY, "x" * size, **WHERE)) - overhead) % seals.PAD_BYTES == 0


@pytest.mark.parametrize(
    "inside",
    [
        b"",
        b"\x00" * 64,
        b"\x80" + b"\x00" * 63,
        msgspec.msgpack.encode("x").ljust(64, b"\x00"),
        msgspec.msgpack.encode("x") + b"\x80",
        (msgspec.msgpack.encode(7) + b"\x80").ljust(64, b"\x00"),
        (msgspec.msgpack.encode({"a": 1}) + b"\x80").ljust(64, b"\x00"),
        (msgspec.msgpack.encode("x") + b"x\x80").ljust(64, b"\x00"),
        (b"\xa1\xff" + b"\x80").ljust(64, b"\x00"),
    ],
)
def test_sealed_but_no_value(inside):
    """Bytes under a right seal that are no padded value are an evidence error, as a broken seal is."""
    binding = seals.value_binding(**WHERE)
    with pytest.raises(SealError) as refused:
        seals.open_value(KEY, seal(KEY, inside, binding), **WHERE)
    assert refused.value.reason == "value-malformed"


PAIRS = [
    (seals.seal_state, seals.open_state, {"vault_id": "v", "person_id": b"p" * 16, "g": 4}, {"g": 5}),
    (
        seals.seal_evidence,
        seals.open_evidence,
        {"vault_id": "v", "person_id": b"p" * 16, "entry_id": b"e" * 32},
        {"entry_id": b"f" * 32},
    ),
    (
        seals.seal_account,
        seals.open_account,
        {"vault_id": "v", "key_name": "ledger", "entry_id": b"e" * 32},
        {"key_name": "ledge", "entry_id": b"r" + b"e" * 31},
    ),
    (
        seals.seal_record,
        seals.open_record,
        {"vault_id": "v", "owner": b"p" * 16, "kind": "receipt", "record_id": "1"},
        {"kind": "receipt1", "record_id": ""},
    ),
]


@pytest.mark.parametrize(("sealing", "opening", "where", "moved"), PAIRS)
def test_opens_only_where_it_was_sealed(sealing, opening, where, moved):
    """A state, an entry part or a record opens where it was sealed and nowhere else."""
    sealed = sealing(KEY, b"content", **where)
    assert opening(KEY, sealed, **where) == b"content"
    with pytest.raises(SealError):
        opening(KEY, sealed, **(where | moved))
    with pytest.raises(SealError):
        opening(KEY, sealed, **(where | {"vault_id": "other"}))
    with pytest.raises(SealError):
        opening(b"w" * 32, sealed, **where)


def test_kinds_are_apart():
    """Under one key a seal of one kind never opens as another, even with equal bindings."""
    where = {"vault_id": "v", "person_id": b"p" * 16, "entry_id": b"e" * 32}
    evidence = seals.seal_evidence(KEY, b"content", **where)
    with pytest.raises(SealError):
        seals.open_account(KEY, evidence, vault_id="v", key_name="p" * 16, entry_id=b"e" * 32)
    state = seals.seal_state(KEY, b"\xa1x\x80".ljust(64, b"\x00"), vault_id="v", person_id=b"p" * 16, g=1)
    with pytest.raises(SealError):
        seals.open_value(KEY, state, **WHERE)


def test_labels_differ():
    """Each kind of seal has its own label."""
    labels = [value for name, value in vars(seals).items() if name.endswith("_LABEL")]
    assert len(labels) == len(set(labels)) == 6
