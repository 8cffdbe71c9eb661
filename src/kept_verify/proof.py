"""The five steps of verifying a proof.

1. Read the file: header, openings, index, path, checkpoint (C2SP tlog-proof).
2. Find the log's signature on the checkpoint and verify it with the key you hold (`note.py`).
3. Read origin, size and root from the checkpoint (`note.py`).
4. Rebuild the leaf from the openings: SHA-256 commitments to what the entry says (docs/formats/ledger.md).
5. Walk the path from the leaf to the root (RFC 9162 §2.1.3.2).
"""

import hashlib
import json
import math
import struct
from dataclasses import dataclass
from typing import Any

from kept_verify.note import NotVerified, decimal, from_base64, verify_checkpoint


@dataclass(frozen=True)
class Verified:
    """What was verified: the log, the place in it, the entry's id, and what it says."""

    origin: str
    size: int
    root: bytes
    index: int
    entry: bytes
    account: dict[str, object]
    person: dict[str, object] | None


def verify_proof(text: str, key: str) -> Verified:
    """Verify a `.tlog-proof` file.

    Args:
        text: The file.
        key: The log's published key, `name+id+base64`.

    Raises:
        NotVerified: Some step fails.
    """
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or len(lines) < 3 or lines[0] != "c2sp.org/tlog-proof@v1":
        raise NotVerified("step 1: this is not a tlog-proof file")
    if not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise NotVerified("step 1: expected an extra line, then an index line")
    parts = unframe(from_base64(lines[1][6:], "step 1"))
    index = decimal(lines[2][6:], "step 1")
    path = [from_base64(line, "step 1") for line in lines[3:]]

    origin, size, root = verify_checkpoint(checkpoint, key)

    account_nonce, account, person_nonce, person = parts
    account_commitment = sha256(frame(b"kept/account/v1", account_nonce, account))
    person_commitment = sha256(frame(b"kept/person/v1", person_nonce, person)) if person_nonce else person
    if len(account_nonce) != 32 or len(person_commitment) != 32:
        raise NotVerified("step 4: a nonce or commitment does not have 32 bytes")
    leaf = sha256(b"\x00" + frame(b"kept/entry/v1", account_commitment, person_commitment))

    verify_inclusion(leaf, index, size, path, root)
    said = read_object(account)
    whose = read_object(person) if person_nonce and person else None
    return Verified(origin, size, root, index, leaf, said, whose)


def read_object(raw: bytes) -> dict[str, object]:
    """Read what a part of the entry says: one JSON object in UTF-8, each name once, numbers that are numbers."""
    try:
        said = json.loads(raw.decode(), object_pairs_hook=each_once, parse_constant=finite, parse_float=finite)
    except (ValueError, RecursionError):
        raise NotVerified("step 4: what the entry says is not JSON") from None
    if not isinstance(said, dict):
        raise NotVerified("step 4: what the entry says is not a JSON object")
    return said


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of *pairs*, in which no name stands twice."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError
    return dict(pairs)


def finite(written: str) -> float:
    """Read a number; refuse NaN and the infinities, which JSON does not have."""
    if not math.isfinite(float(written)):
        raise ValueError
    return float(written)


def verify_inclusion(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> None:
    """Walk from *leaf* to *root*; RFC 9162 §2.1.3.2."""
    if index >= size:
        raise NotVerified(f"step 5: index {index} is not below the size {size}")
    position, last, result = index, size - 1, leaf
    for sibling in path:
        if last == 0 or len(sibling) != 32:
            raise NotVerified("step 5: the path has a hash too many, or one that is not 32 bytes")
        if position & 1 or position == last:
            result = sha256(b"\x01" + sibling + result)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            result = sha256(b"\x01" + result + sibling)
        position >>= 1
        last >>= 1
    if last:
        raise NotVerified("step 5: the path has too few hashes")
    if result != root:
        raise NotVerified("step 5: the path leads to another root: the entry was changed, or is not in this log")


def verify_consistency(older: str, newer: str, proof: list[bytes], key: str) -> tuple[int, int]:
    """Verify that the log of checkpoint *newer* extends the one of *older*; RFC 9162 §2.1.4.2. Returns both sizes."""
    _, old_size, old_root = verify_checkpoint(older, key)
    _, new_size, new_root = verify_checkpoint(newer, key)
    if old_size > new_size:
        raise NotVerified(f"the newer checkpoint has {new_size} entries, fewer than {old_size}")
    if old_size in {0, new_size}:
        verify_nothing_between((old_size, old_root), (new_size, new_root), proof)
        return old_size, new_size
    hashes = [old_root, *proof] if old_size & (old_size - 1) == 0 else proof
    if not hashes or any(len(one) != 32 for one in hashes):
        raise NotVerified("the consistency proof has too few hashes, or one that is not 32 bytes")
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position >>= 1
        last >>= 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise NotVerified("the consistency proof has a hash too many")
        if position & 1 or position == last:
            old, new = sha256(b"\x01" + sibling + old), sha256(b"\x01" + sibling + new)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            new = sha256(b"\x01" + new + sibling)
        position >>= 1
        last >>= 1
    if last or old != old_root or new != new_root:
        raise NotVerified("the newer log does not extend the older one: entries were removed or rewritten")
    return old_size, new_size


def verify_nothing_between(old: tuple[int, bytes], new: tuple[int, bytes], proof: list[bytes]) -> None:
    """Verify two checkpoints (size, root) that are joined without a hash: of one size, or the older of nothing."""
    if old[0] == new[0] and old[1] != new[1]:
        raise NotVerified("two checkpoints of one size have different roots: the log was forked")
    if old[0] == 0 and old[1] != sha256(b""):
        raise NotVerified("the older checkpoint has no entries, and another root than that of nothing")
    if proof:
        raise NotVerified("the consistency proof has hashes, and between these two checkpoints there are none")


def sha256(data: bytes) -> bytes:
    """Return SHA-256 of *data*."""
    return hashlib.sha256(data).digest()


def frame(*parts: bytes) -> bytes:
    """Join parts, each behind its length (4 bytes, big-endian)."""
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def unframe(raw: bytes) -> list[bytes]:
    """Split four framed parts."""
    parts: list[bytes] = []
    while raw:
        length = int.from_bytes(raw[:4], "big")
        if len(raw) < 4 + length or len(raw) < 4:
            raise NotVerified("step 1: the extra line is cut short")
        parts.append(raw[4 : 4 + length])
        raw = raw[4 + length :]
    if len(parts) != 4:
        raise NotVerified("step 1: the extra line does not hold four parts")
    return parts
