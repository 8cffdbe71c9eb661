"""The Merkle tree: roots, inclusion and consistency. Source: RFC 9162 §2.1.

A complete subtree is named by (level, index): level 0 are the leaves, and (l, i) covers leaves i·2^l to (i+1)·2^l − 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from kept.errors import ProofError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Node = Callable[[int, int], bytes]
"""Answers the hash of the complete subtree (level, index), 32 bytes."""


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node. Source: RFC 9162 §2.1.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def range_hash(node: Node, start: int, end: int) -> bytes:
    """Return the Merkle tree hash of leaves *start* to *end* − 1, from complete subtrees.

    Args:
        node: Answers complete subtrees within the range.
        start: First leaf; a multiple of the largest power of two below the range's length.
        end: One past the last leaf; greater than *start*.
    """
    hashes: list[bytes] = []
    while start < end:
        level = min((start & -start).bit_length() - 1 if start else 63, (end - start).bit_length() - 1)
        hashes.append(node(level, start >> level))
        start += 1 << level
    result = hashes.pop()
    while hashes:
        result = node_hash(hashes.pop(), result)
    return result


def root_hash(node: Node, size: int) -> bytes:
    """Return the root of the tree of *size* leaves."""
    return range_hash(node, 0, size) if size else EMPTY_ROOT


def inclusion_proof(node: Node, index: int, size: int) -> list[bytes]:
    """Return the audit path of leaf *index* in the tree of *size*, from leaf to root.

    Args:
        node: Answers complete subtrees of the tree.
        index: From 0; less than *size*.
        size: At least 1.

    Source:
        RFC 9162 §2.1.3.1.
    """
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        split = 1 << (end - start - 1).bit_length() - 1
        if index - start < split:
            path.append(range_hash(node, start + split, end))
            end = start + split
        else:
            path.append(range_hash(node, start, start + split))
            start += split
    return path[::-1]


def consistency_proof(node: Node, older: int, newer: int) -> list[bytes]:
    """Return the proof that the tree of *newer* leaves extends the one of *older*.

    Args:
        node: Answers complete subtrees of the newer tree.
        older: From 1 to *newer*.
        newer: Number of leaves now.

    Source:
        RFC 9162 §2.1.4.1.
    """
    path: list[bytes] = []
    start, end, whole = 0, newer, True
    while older - start != end - start:
        split = 1 << (end - start - 1).bit_length() - 1
        if older - start <= split:
            path.append(range_hash(node, start + split, end))
            end = start + split
        else:
            path.append(range_hash(node, start, start + split))
            start += split
            whole = False
    if not whole:
        path.append(range_hash(node, start, end))
    return path[::-1]


def verify_consistency(older: int, newer: int, proof: Sequence[bytes], older_root: bytes, newer_root: bytes) -> None:  # noqa: C901 -- RFC 9162's steps, in order
    """Verify that the tree of *newer* leaves extends the tree of *older* leaves.

    Args:
        older: Size of the older tree, 0 or more.
        newer: Size of the newer tree; not below *older*.
        proof: Hashes, 32 bytes each; empty when *older* is 0 or equals *newer*.
        older_root: Root of the older tree, as remembered.
        newer_root: Root from a checkpoint whose signature the caller verified.

    Raises:
        ProofError: The proof is malformed, or the newer tree does not extend the older one.

    Source:
        RFC 9162 §2.1.4.2. An empty older tree is extended by every tree.
    """
    if not 0 <= older <= newer:
        raise ProofError(f"expected a size not below {older}, found {newer}", reason="proof-size")
    _check_hashes((older_root, newer_root, *proof))
    if older in {newer, 0}:
        wanted = older_root if older else EMPTY_ROOT
        if proof or (older_root != wanted) or (older == newer and newer_root != wanted):
            raise ProofError("expected equal roots and no hashes for trees of equal size", reason="proof-root")
        return
    hashes = [older_root, *proof] if older & (older - 1) == 0 else list(proof)
    if not hashes:
        raise ProofError("expected more hashes in the consistency proof", reason="proof-length")
    position, last = older - 1, newer - 1
    while position & 1:
        position >>= 1
        last >>= 1
    old_result = new_result = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofError("expected fewer hashes in the consistency proof", reason="proof-length")
        if position & 1 or position == last:
            old_result = node_hash(sibling, old_result)
            new_result = node_hash(sibling, new_result)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            new_result = node_hash(new_result, sibling)
        position >>= 1
        last >>= 1
    if last != 0:
        raise ProofError("expected more hashes in the consistency proof", reason="proof-length")
    if old_result != older_root or new_result != newer_root:
        raise ProofError("the newer tree does not extend the older one", reason="proof-root")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    for one in hashes:
        if len(one) != HASH_BYTES:
            raise ProofError(f"expected hashes of {HASH_BYTES} bytes, found one of {len(one)}", reason="proof-hash")
