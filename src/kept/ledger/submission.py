"""A checkpoint submitted to a witness: what it last cosigned, what leads from there. Source: C2SP tlog-witness §add-checkpoint."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import NamedTuple

from kept.errors import NoteError
from kept.ledger.tree import HASH_BYTES
from kept.number import parse_number

MOST_HASHES = 63


class Submission(NamedTuple):
    """What is submitted.

    Args:
        old: Size of the checkpoint that the witness cosigned last; 0 for none.
        proof: Hashes, 32 bytes each, that lead from there to the checkpoint.
        note: The checkpoint, signed by the log.
    """

    old: int
    proof: Sequence[bytes]
    note: str

    def body(self) -> bytes:
        """Return the body of the request."""
        lines = [f"old {self.old}", *(base64.b64encode(one).decode() for one in self.proof), "", self.note]
        return "\n".join(lines).encode()


def parse_submission(unverified: bytes) -> Submission:
    """Read the body of a request.

    Raises:
        NoteError: It is malformed. Whether the note is one stays unread.
    """
    malformed = NoteError("expected old and a size, hashes, an empty line and a checkpoint", reason="submission")
    try:
        text = unverified.decode()
    except UnicodeDecodeError:
        raise malformed from None
    head, blank, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    old = parse_number(first[4:]) if first.startswith("old ") else None
    if not blank or old is None or len(lines) > MOST_HASHES:
        raise malformed
    try:
        proof = [base64.b64decode(one, validate=True) for one in lines]
    except (ValueError, binascii.Error):
        raise malformed from None
    if any(len(one) != HASH_BYTES for one in proof) or [base64.b64encode(one).decode() for one in proof] != lines:
        raise malformed
    return Submission(old, proof, note)
