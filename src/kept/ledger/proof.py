"""The file a customer takes away: one entry, its path, the checkpoint. Source: C2SP tlog-proof §Format.

The `extra` line carries the openings of the two commitments: framed(account nonce, account plaintext, person nonce,
person plaintext). With them the leaf is rebuilt, so `extra` needs no trust of its own. When the person part is not
opened, the person nonce is left empty and the 32-byte commitment stands in the place of its plaintext.
"""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass

from kept import limits
from kept.crypto.digest import framed
from kept.errors import ProofError
from kept.ledger.leaf import Opening, commit_account, commit_person, leaf_data, leaf_hash
from kept.ledger.tree import HASH_BYTES

HEADER = "c2sp.org/tlog-proof@v1"
PARTS = 4
MAX_HASHES = 63


@dataclass(frozen=True, slots=True)
class LeafOpening:
    """What rebuilds one leaf: the account part, and the person part or its bare commitment."""

    account: Opening
    person: Opening | bytes

    def entry_id(self) -> bytes:
        """Return the leaf hash, 32 bytes."""
        person = self.person if isinstance(self.person, bytes) else commit_person(self.person)
        return leaf_hash(leaf_data(commit_account(self.account), person))

    def encode(self) -> bytes:
        """Return the bytes of the `extra` line."""
        nonce, plaintext = (b"", self.person) if isinstance(self.person, bytes) else self.person
        return framed(self.account.nonce, self.account.plaintext, nonce, plaintext)


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof: openings, index, path (32 bytes each), signed checkpoint."""

    opening: LeafOpening
    index: int
    path: tuple[bytes, ...]
    checkpoint: str

    def text(self) -> str:
        """Return the `.tlog-proof` file."""
        lines = [HEADER, f"extra {_encode(self.opening.encode())}", f"index {self.index}"]
        lines += [_encode(one) for one in self.path]
        return "\n".join(lines) + "\n\n" + self.checkpoint


def parse_proof(unverified: str) -> Proof:
    """Read a `.tlog-proof` file; nothing in it is verified yet.

    Raises:
        ProofError: It is malformed.
    """
    head, blank, checkpoint = unverified.partition("\n\n")
    lines = head.split("\n")
    if len(unverified) > limits.PROOF_CHARACTERS or not blank or len(lines) < 3 or lines[0] != HEADER:  # noqa: PLR2004 -- header, extra, index
        raise ProofError(f"expected a file that begins with {HEADER}", reason="proof-malformed")
    if not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise ProofError("expected an extra line, then an index line", reason="proof-malformed")
    index = lines[2].removeprefix("index ")
    if not (index.isascii() and index.isdigit()) or len(index) > 20 or (len(index) > 1 and index[0] == "0"):  # noqa: PLR2004 -- 2^64 has 20 digits
        raise ProofError("expected a decimal index without leading zeros", reason="proof-malformed")
    path = tuple(_decode(line) for line in lines[3:])
    if len(path) > MAX_HASHES or any(len(one) != HASH_BYTES for one in path):
        raise ProofError(f"expected at most {MAX_HASHES} hashes of {HASH_BYTES} bytes", reason="proof-malformed")
    return Proof(_parse_opening(_decode(lines[1].removeprefix("extra "))), int(index), path, checkpoint)


def _parse_opening(raw: bytes) -> LeafOpening:
    parts = []
    while raw:
        if len(raw) < 4 or len(raw) - 4 < (length := struct.unpack(">I", raw[:4])[0]):  # noqa: PLR2004 -- the length prefix
            raise ProofError("expected four framed parts in the extra line", reason="proof-malformed")
        parts.append(raw[4 : 4 + length])
        raw = raw[4 + length :]
    if len(parts) != PARTS:
        raise ProofError(f"expected four framed parts in the extra line, found {len(parts)}", reason="proof-malformed")
    account = Opening(parts[0], parts[1])
    if parts[2]:
        return LeafOpening(account, Opening(parts[2], parts[3]))
    if len(parts[3]) != HASH_BYTES:
        raise ProofError("expected a commitment of 32 bytes for an unopened person part", reason="proof-malformed")
    return LeafOpening(account, parts[3])


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decode(encoded: str) -> bytes:
    try:
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise ProofError("expected canonical base64", reason="proof-malformed") from None
    if _encode(raw) != encoded:
        raise ProofError("expected canonical base64", reason="proof-malformed")
    return raw
