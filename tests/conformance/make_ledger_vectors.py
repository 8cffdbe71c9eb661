"""Makes the ledger's vectors, one file each, named by their flaw; run it again and nothing changes.

The sound ones come from our own tree (held against `pymerkle` elsewhere); each flawed one is a sound one with one thing
done to it, so that only the verifier's checks can tell. Size and root are signed together in a checkpoint: that a path may
fit two sizes under one root is no flaw of a verifier.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from kept.ledger.tile import node_reader, tiles_after_append
from kept.ledger.tree import consistency_proof, inclusion_proof, node_hash, root_hash

OUT = Path(__file__).parent / "ledger"


def leaf(number: int) -> bytes:
    """Return the hash of leaf *number*."""
    return hashlib.sha256(b"\x00leaf %d" % number).digest()


def tree(size: int):
    """Return a node reader over *size* leaves."""
    tiles = tiles_after_append(0, [leaf(one) for one in range(size)], lambda *_: b"")
    return node_reader(lambda level, tile: tiles.get((level, tile), b""))


def inclusion(index: int, size: int) -> dict:
    """Return a sound inclusion vector."""
    node = tree(size)
    return {
        "kind": "inclusion", "leaf": leaf(index), "index": index, "size": size, "proof": inclusion_proof(node, index, size),
        "root": root_hash(node, size), "holds": True,
    }  # fmt: skip


def consistency(older: int, newer: int) -> dict:
    """Return a sound consistency vector."""
    node = tree(newer)
    return {
        "kind": "consistency", "older": older, "newer": newer,
        "proof": [] if older in {0, newer} else consistency_proof(node, older, newer),
        "older-root": root_hash(node, older), "newer-root": root_hash(node, newer), "holds": True,
    }  # fmt: skip


def flawed(vector: dict, **changes) -> dict:
    """Return *vector* with something done to it."""
    return {**vector, **{key.replace("_", "-"): value for key, value in changes.items()}, "holds": False}


def vectors() -> dict[str, dict]:
    """Return every vector by file name."""
    found = {}
    for index, size in ((0, 1), (1, 2), (4, 5), (3, 7), (255, 256), (300, 700)):
        found[f"sound-inclusion-{index}-of-{size}"] = inclusion(index, size)
    for older, newer in ((0, 5), (1, 2), (3, 7), (4, 7), (6, 6), (257, 700)):
        found[f"sound-consistency-{older}-to-{newer}"] = consistency(older, newer)
    some = inclusion(3, 7)
    path = some["proof"]
    found |= {
        "index-is-the-size": flawed(some, index=7),
        "index-beyond-the-size": flawed(some, index=8),
        "index-of-the-neighbour": flawed(some, index=2),
        "size-is-zero": flawed(inclusion(0, 1), size=0),
        "size-doubled": flawed(some, size=14),
        "another-leaf": flawed(some, leaf=leaf(9)),
        "overlong-path-of-seven-built-to-match": flawed(
            some, proof=[*path, leaf(8)], root=node_hash(some["root"], leaf(8))
        ),
        "root-of-an-older-tree": flawed(some, root=root_hash(tree(6), 6)),
        "empty-root-and-leaf": flawed(inclusion(0, 1), leaf=b"", root=b""),
    }
    grown = consistency(3, 7)
    hashes = grown["proof"]
    whole = consistency(4, 7)
    found |= {
        "newer-is-smaller": flawed(
            grown, older=7, newer=3, older_root=grown["newer-root"], newer_root=grown["older-root"]
        ),
        "equal-sizes-unequal-roots": flawed(consistency(6, 6), newer_root=root_hash(tree(5), 5)),
        "equal-sizes-with-hashes": flawed(consistency(6, 6), proof=[leaf(1)]),
        "from-nothing-with-hashes": flawed(consistency(0, 5), proof=[leaf(1)]),
        "from-nothing-with-another-root": flawed(consistency(0, 5), older_root=leaf(1)),
        "grown-no-hashes": flawed(grown, proof=[]),
        "grown-one-hash-missing": flawed(grown, proof=hashes[:-1]),
        "grown-one-hash-more": flawed(grown, proof=[*hashes, leaf(1)]),
        "grown-first-hash-missing": flawed(grown, proof=hashes[1:]),
        "grown-reversed": flawed(grown, proof=hashes[::-1]),
        "grown-hash-too-short": flawed(grown, proof=[hashes[0][:31], *hashes[1:]]),
        "grown-older-root-rewritten": flawed(grown, older_root=root_hash(tree(2), 2)),
        "grown-newer-root-rewritten": flawed(grown, newer_root=root_hash(tree(8), 8)),
        "grown-roots-exchanged": flawed(grown, older_root=grown["newer-root"], newer_root=grown["older-root"]),
        "grown-older-size-one-more": flawed(grown, older=4),
        "grown-newer-size-doubled": flawed(grown, newer=14),
        "whole-subtree-with-its-root-repeated": flawed(whole, proof=[whole["older-root"], *whole["proof"]]),
        "whole-subtree-no-hashes": flawed(whole, proof=[]),
        "entry-removed": flawed(grown, newer_root=_without(2, 7)),
        "entry-rewritten": flawed(grown, newer_root=_rewritten(1, 7)),
    }
    return found


def _without(gone: int, size: int) -> bytes:
    leaves = [leaf(one) for one in range(size + 1) if one != gone]
    tiles = tiles_after_append(0, leaves, lambda *_: b"")
    return root_hash(node_reader(lambda level, tile: tiles.get((level, tile), b"")), size)


def _rewritten(changed: int, size: int) -> bytes:
    leaves = [leaf(one + (90 if one == changed else 0)) for one in range(size)]
    tiles = tiles_after_append(0, leaves, lambda *_: b"")
    return root_hash(node_reader(lambda level, tile: tiles.get((level, tile), b"")), size)


def plain(value):
    """Return a JSON-ready value."""
    if isinstance(value, bytes):
        return value.hex()
    return [plain(one) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    for name, vector in vectors().items():
        content = json.dumps({key: plain(value) for key, value in vector.items()}, indent=1)
        (OUT / f"{name}.json").write_text(content + "\n", encoding="utf-8")
