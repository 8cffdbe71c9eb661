"""Cosignatures: others sign a checkpoint with the time at which they saw it. Source: C2SP tlog-cosignature §Format."""

from __future__ import annotations

import base64
from typing import NamedTuple

from kept.crypto.lattice_signature import LatticeSigningKey, verify_lattice_signature
from kept.crypto.signature import SigningKey, verify_signature
from kept.errors import NoteError
from kept.ledger.checkpoint import Checkpoint, parse_checkpoint_text
from kept.ledger.note import (
    COSIGNER,
    KEY_ID_BYTES,
    LATTICE_COSIGNER,
    VerifierKey,
    parse_verifier_key,
    split_note,
    verifier_key,
)
from kept.number import GREATEST

COSIGNERS = (COSIGNER, LATTICE_COSIGNER)
TIME_BYTES = 8
NAME_BYTES = 255


class Cosignature(NamedTuple):
    """One cosignature.

    Args:
        line: The signature line, with its newline.
        at: When it was made, unix seconds.
    """

    line: str
    at: int


def cosigner_key(name: str, key: SigningKey | LatticeSigningKey) -> VerifierKey:
    """Return the published key of a cosigner of a name.

    Raises:
        NoteError: No key may be called so.
    """
    return verifier_key(name, key.public, COSIGNER if isinstance(key, SigningKey) else LATTICE_COSIGNER)


def parse_cosigner_key(unverified: str) -> VerifierKey:
    """Read the published key of a cosigner.

    Raises:
        NoteError: It is another kind of key, or none.
    """
    return parse_verifier_key(unverified, COSIGNERS)


def cosign(text: str, name: str, key: SigningKey | LatticeSigningKey, at: int) -> Cosignature:
    """Cosign a checkpoint; the caller has seen that it extends every one cosigned before.

    Args:
        text: The checkpoint's text, without signatures.
        name: The cosigner's.
        key: The cosigner's.
        at: The time, unix seconds.

    Raises:
        NoteError: The text is no checkpoint, or a name in it is too long for this kind.
    """
    published = cosigner_key(name, key)
    signature = key.sign(_message(published, text, at))
    raw = published.key_id + at.to_bytes(TIME_BYTES, "big") + signature
    return Cosignature(f"\u2014 {name} {base64.b64encode(raw).decode()}\n", at)


def find_cosignature(note: str, key: VerifierKey) -> Cosignature | None:
    """Return the cosignature of a checkpoint by a key, verified; None when there is none by it.

    Args:
        note: The checkpoint, from outside.
        key: The cosigner's.

    Raises:
        NoteError: It is malformed, or a signature under the key's name and id does not verify.
    """
    text, signatures = split_note(note)
    found = None
    for name, raw in signatures:
        if name != key.name or raw[:KEY_ID_BYTES] != key.key_id:
            continue
        at = int.from_bytes(raw[KEY_ID_BYTES : KEY_ID_BYTES + TIME_BYTES], "big")
        if len(raw) < KEY_ID_BYTES + TIME_BYTES or not 0 < at <= GREATEST:
            raise NoteError("expected a cosignature with the time it was made, found none", reason="cosignature-time")
        verify = verify_signature if key.kind == COSIGNER else verify_lattice_signature
        verify(key.public, raw[KEY_ID_BYTES + TIME_BYTES :], _message(key, text, at))
        found = found or Cosignature(f"\u2014 {name} {base64.b64encode(raw).decode()}\n", at)
    return found


def _message(key: VerifierKey, text: str, at: int) -> bytes:
    checkpoint = parse_checkpoint_text(text)
    if key.kind == COSIGNER:
        return f"cosignature/v1\ntime {at}\n{text}".encode()
    return _tree_message(key.name.encode(), checkpoint, at)


def _tree_message(name: bytes, checkpoint: Checkpoint, at: int) -> bytes:
    """Return what ML-DSA signs: the whole tree of a checkpoint. Source: C2SP tlog-cosignature §ML-DSA-44 signed message."""
    origin = checkpoint.origin.encode()
    if not (0 < len(name) <= NAME_BYTES and 0 < len(origin) <= NAME_BYTES):
        raise NoteError(f"expected names of at most {NAME_BYTES} bytes, found a longer one", reason="cosignature-name")
    return b"".join(
        (
            b"subtree/v1\n\x00",
            len(name).to_bytes(1, "big"),
            name,
            at.to_bytes(8, "big"),
            len(origin).to_bytes(1, "big"),
            origin,
            (0).to_bytes(8, "big"),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )
