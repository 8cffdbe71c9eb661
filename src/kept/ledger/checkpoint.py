"""Checkpoints: origin, size and root of the tree, as the text of a signed note. Source: C2SP tlog-checkpoint §Note text."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from kept.crypto.signature import SigningKey
from kept.errors import NoteError
from kept.ledger.note import VerifierKey, sign_note, verify_note
from kept.ledger.tree import HASH_BYTES
from kept.number import parse_number


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says: the log's name, how many entries, and the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the note text."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> str:
    """Return the signed note; the key's name is the origin."""
    return sign_note(checkpoint.text(), checkpoint.origin, key)


def verify_checkpoint(unverified: str, key: VerifierKey) -> Checkpoint:
    """Verify a signed checkpoint and read it.

    Args:
        unverified: The note, from outside.
        key: The log's published key; its name is the origin expected.

    Raises:
        NoteError: Not signed by *key*, of another origin, or malformed.
    """
    checkpoint = parse_checkpoint_text(verify_note(unverified, key))
    if checkpoint.origin != key.name:
        raise NoteError("expected a checkpoint of the key's own log, found another origin", reason="checkpoint-origin")
    return checkpoint


def parse_checkpoint_text(text: str) -> Checkpoint:
    """Read the text of a checkpoint, strictly canonical. Lines after the root are signed and say nothing to us.

    Raises:
        NoteError: Leading zeros, non-canonical base64, a missing or an empty line.
    """
    *lines, end = text.split("\n")
    if len(lines) < 3 or end or not all(lines):  # noqa: PLR2004 -- origin, size, root; extension lines are opaque
        raise NoteError("expected origin, size and root, a line each, and no empty line", reason="checkpoint-malformed")
    origin, size, root = lines[:3]
    leaves = parse_number(size)
    if leaves is None:
        raise NoteError("expected a decimal size below 2^63 without leading zeros", reason="checkpoint-malformed")
    try:
        raw = base64.b64decode(root, validate=True)
    except (ValueError, binascii.Error):
        raise NoteError("expected a root in canonical base64", reason="checkpoint-malformed") from None
    if len(raw) != HASH_BYTES or base64.b64encode(raw).decode() != root:
        raise NoteError(f"expected a root of {HASH_BYTES} bytes in canonical base64", reason="checkpoint-malformed")
    return Checkpoint(origin, leaves, raw)
