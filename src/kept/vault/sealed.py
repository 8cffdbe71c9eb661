"""Seals, each bound to exactly what it is: moved, renamed, relabelled or rolled back, it does not open.

Associated data is framed: label, vault, person and whatever else the thing is. Values are padded to multiples of 64
bytes before sealing, so that their length says little.
"""

from __future__ import annotations

import struct

import msgspec

from kept.crypto.aead import Key, open_sealed, seal
from kept.crypto.digest import framed
from kept.errors import SealError

VALUE_LABEL = b"kept/value/v1"
STATE_LABEL = b"kept/state/v1"
EVIDENCE_LABEL = b"kept/evidence/v1"
ACCOUNT_LABEL = b"kept/account-seal/v1"
RECORD_LABEL = b"kept/record/v1"
WRAP_LABEL = b"kept/wrap/v1"
PAD_BYTES = 64
PAD_MARK = b"\x80"
"""Ends the value; zeros follow. Source: ISO/IEC 7816-4 padding."""

Value = str | tuple[str, ...]
_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(str | tuple[str, ...])


def value_binding(  # noqa: PLR0913 -- each part is bound
    vault_id: str, person_id: bytes, key_id: str, slot: str, version: int, notice_id: str, source: str
) -> bytes:
    """Return what a sealed value is bound to."""
    return framed(
        VALUE_LABEL,
        vault_id.encode(),
        person_id,
        key_id.encode(),
        slot.encode(),
        struct.pack(">Q", version),
        notice_id.encode(),
        source.encode(),
    )


def seal_value(  # noqa: PLR0913 -- each part is bound
    key: bytes,
    value: Value,
    *,
    vault_id: str,
    person_id: bytes,
    key_id: str,
    slot: str,
    version: int,
    notice_id: str,
    source: str,
) -> bytes:
    """Seal a value under the person's value key (32 bytes), bound to what it is and under which notice it was given."""
    plain = _encode(value)
    padded = plain + PAD_MARK + b"\x00" * (-(len(plain) + 1) % PAD_BYTES)
    return seal(key, padded, value_binding(vault_id, person_id, key_id, slot, version, notice_id, source))


def open_value(  # noqa: PLR0913 -- each part is bound
    key: bytes,
    sealed: bytes,
    *,
    vault_id: str,
    person_id: bytes,
    key_id: str,
    slot: str,
    version: int,
    notice_id: str,
    source: str,
) -> Value:
    """Open a value.

    Raises:
        SealError: Any part of the binding differs, a bit was flipped, or what was sealed is no value.
    """
    padded = open_sealed(key, sealed, value_binding(vault_id, person_id, key_id, slot, version, notice_id, source))
    plain = padded.rstrip(b"\x00")
    try:
        value: Value = _decoder.decode(plain.removesuffix(PAD_MARK))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _no_value() from None
    if len(padded) % PAD_BYTES or not plain.endswith(PAD_MARK):
        raise _no_value()
    return value


def _no_value() -> SealError:
    return SealError(
        "expected a padded value in the seal, found other bytes",
        reason="value-malformed",
        rests_on="sealed-values",
    )


def _state_binding(vault_id: str, person_id: bytes, g: int) -> bytes:
    return framed(STATE_LABEL, vault_id.encode(), person_id, struct.pack(">Q", g))


def seal_state(key: bytes, state: bytes, *, vault_id: str, person_id: bytes, g: int) -> bytes:
    """Seal an encoded state under the person's value key, bound to its number."""
    return seal(key, state, _state_binding(vault_id, person_id, g))


def open_state(key: bytes, sealed: bytes, *, vault_id: str, person_id: bytes, g: int) -> bytes:
    """Open a state; raises `SealError` when it is another person's, another number's, or changed."""
    return open_sealed(key, sealed, _state_binding(vault_id, person_id, g))


def seal_evidence(key: bytes, opening: bytes, *, vault_id: str, person_id: bytes, entry_id: bytes) -> bytes:
    """Seal the person part of an entry (nonce and plaintext) under the person's evidence key."""
    return seal(key, opening, framed(EVIDENCE_LABEL, vault_id.encode(), person_id, entry_id))


def open_evidence(key: bytes, sealed: bytes, *, vault_id: str, person_id: bytes, entry_id: bytes) -> bytes:
    """Open the person part of an entry; raises `SealError` when it is of another entry or person."""
    return open_sealed(key, sealed, framed(EVIDENCE_LABEL, vault_id.encode(), person_id, entry_id))


def seal_account(key: Key, opening: bytes, *, vault_id: str, key_name: str, entry_id: bytes) -> bytes:
    """Seal the account part of an entry under a ledger key."""
    return seal(key, opening, framed(ACCOUNT_LABEL, vault_id.encode(), key_name.encode(), entry_id))


def open_account(key: Key, sealed: bytes, *, vault_id: str, key_name: str, entry_id: bytes) -> bytes:
    """Open the account part of an entry; raises `SealError` when it is of another entry."""
    return open_sealed(key, sealed, framed(ACCOUNT_LABEL, vault_id.encode(), key_name.encode(), entry_id))


def seal_record(  # noqa: PLR0913 -- each part is bound
    key: Key, record: bytes, *, vault_id: str, owner: bytes, kind: str, record_id: str
) -> bytes:
    """Seal any other record (a receipt, staff's note, a second-factor secret), bound to its owner, kind and id."""
    return seal(key, record, framed(RECORD_LABEL, vault_id.encode(), owner, kind.encode(), record_id.encode()))


def open_record(  # noqa: PLR0913 -- each part is bound
    key: Key, sealed: bytes, *, vault_id: str, owner: bytes, kind: str, record_id: str
) -> bytes:
    """Open such a record; raises `SealError` when any part differs."""
    return open_sealed(key, sealed, framed(RECORD_LABEL, vault_id.encode(), owner, kind.encode(), record_id.encode()))


def wrap_binding(owner: bytes, key_id: str, kind: str, epoch: int) -> bytes:
    """Return what a wrapped key is bound to: whose it is (16 bytes; `installation` for the installation's), its id, kind and epoch."""
    return framed(WRAP_LABEL, owner, key_id.encode(), kind.encode(), struct.pack(">Q", epoch))
