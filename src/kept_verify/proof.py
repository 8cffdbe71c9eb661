"""The five steps of verifying a proof.

1. Read the file: header, openings, index, path, checkpoint (C2SP tlog-proof).
2. Find the log's signature on the checkpoint and verify it with the key you hold (C2SP signed-note, Ed25519).
3. Read origin, size and root from the checkpoint (C2SP tlog-checkpoint).
4. Rebuild the leaf from the openings: SHA-256 commitments to what the entry says (docs/formats/ledger.md).
5. Walk the path from the leaf to the root (RFC 9162 §2.1.3.2).
"""

import base64
import hashlib
import json
import struct
from dataclasses import dataclass

from kept_verify import ed25519


class NotVerified(Exception):
    """The proof does not verify; the message names the step and what failed."""


@dataclass(frozen=True)
class Verified:
    """What was verified: the log, the place in it, and what the entry says."""

    origin: str
    size: int
    root: bytes
    index: int
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
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or len(lines) < 3 or lines[0] != "c2sp.org/tlog-proof@v1":
        raise NotVerified("step 1: this is not a tlog-proof file")
    if not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise NotVerified("step 1: expected an extra line, then an index line")
    parts = unframe(from_base64(lines[1][6:], "step 1"))
    index = decimal(lines[2][6:], "step 1")
    path = [from_base64(line, "step 1") for line in lines[3:]]

    origin, size, root = verify_checkpoint(note, key)

    account_nonce, account, person_nonce, person = parts
    account_commitment = sha256(frame(b"kept/account/v1", account_nonce, account))
    person_commitment = sha256(frame(b"kept/person/v1", person_nonce, person)) if person_nonce else person
    if len(account_nonce) != 32 or len(person_commitment) != 32:
        raise NotVerified("step 4: a nonce or commitment does not have 32 bytes")
    leaf = sha256(b"\x00" + frame(b"kept/entry/v1", account_commitment, person_commitment))

    verify_inclusion(leaf, index, size, path, root)
    try:
        said = json.loads(account)
        whose = json.loads(person) if person_nonce and person else None
    except ValueError:
        raise NotVerified("step 4: what the entry says is not JSON") from None
    if not isinstance(said, dict) or not (whose is None or isinstance(whose, dict)):
        raise NotVerified("step 4: what the entry says is not a JSON object")
    return Verified(origin, size, root, index, said, whose)


def verify_checkpoint(note: str, key: str) -> tuple[str, int, bytes]:
    """Verify the log's signature on a checkpoint; return origin, size and root."""
    name, _, rest = key.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    public = from_base64(encoded, "step 2")
    if public[:1] != b"\x01" or len(public) != 33:
        raise NotVerified("step 2: the key is not an Ed25519 verifier key")
    if sha256(name.encode() + b"\n" + public)[:4].hex() != key_id:
        raise NotVerified("step 2: the key's id is not its own")
    text, blank, block = note.rpartition("\n\n")
    text += "\n"
    if not blank or not block.endswith("\n"):
        raise NotVerified("step 2: the checkpoint is not a signed note")
    for line in block[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        signer, _, encoded = rest.partition(" ")
        if dash != "\u2014":
            raise NotVerified("step 2: a signature line does not begin with a dash")
        signature = from_base64(encoded, "step 2")
        if signer == name and signature[:4].hex() == key_id:
            if not ed25519.verify(public[1:], signature[4:], text.encode()):
                raise NotVerified("step 2: the signature by the log's key does not verify")
            break
    else:
        raise NotVerified("step 2: the checkpoint is not signed by the key given")
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or lines[0] != name:
        raise NotVerified("step 3: expected the key's own origin, a size and a root")
    size, root = decimal(lines[1], "step 3"), from_base64(lines[2], "step 3")
    if len(root) != 32:
        raise NotVerified("step 3: the root does not have 32 bytes")
    return name, size, root


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


def verify_consistency(older: str, newer: str, proof: list[bytes], key: str) -> tuple[int, int]:  # noqa: C901 -- RFC steps
    """Verify that the log of checkpoint *newer* extends the one of *older*; RFC 9162 §2.1.4.2. Returns both sizes."""
    _, old_size, old_root = verify_checkpoint(older, key)
    _, new_size, new_root = verify_checkpoint(newer, key)
    if old_size > new_size:
        raise NotVerified(f"the newer checkpoint has {new_size} entries, fewer than {old_size}")
    if old_size in {0, new_size}:
        wrong_empty = old_size == 0 and old_root != sha256(b"")
        if proof or wrong_empty or (old_size == new_size and old_root != new_root):
            raise NotVerified("two checkpoints of one size have different roots: the log was forked")
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


def sha256(data: bytes) -> bytes:
    """Return SHA-256 of *data*."""
    return hashlib.sha256(data).digest()


def frame(*parts: bytes) -> bytes:
    """Join parts, each behind its length (4 bytes, big-endian)."""
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def unframe(raw: bytes) -> list[bytes]:
    """Split four framed parts."""
    parts = []
    while raw:
        length = int.from_bytes(raw[:4], "big")
        if len(raw) < 4 + length or len(raw) < 4:
            raise NotVerified("step 1: the extra line is cut short")
        parts.append(raw[4 : 4 + length])
        raw = raw[4 + length :]
    if len(parts) != 4:
        raise NotVerified("step 1: the extra line does not hold four parts")
    return parts


def from_base64(text: str, step: str) -> bytes:
    """Decode canonical base64."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise NotVerified(f"{step}: not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise NotVerified(f"{step}: not canonical base64")
    return raw


def decimal(text: str, step: str) -> int:
    """Read a decimal number without leading zeros."""
    if not (text.isascii() and text.isdigit()) or len(text) > 20 or (len(text) > 1 and text[0] == "0"):
        raise NotVerified(f"{step}: not a decimal number without leading zeros")
    return int(text)
