"""RFC 9162 §2.1 as properties, held against a plain recursive tree and against pymerkle, a second implementation."""

from __future__ import annotations

import hashlib

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kept.errors import NoteError, ProofError
from kept.ledger.checkpoint import parse_checkpoint_text
from kept.ledger.note import parse_verifier_key, split_note
from kept.ledger.tile import node_reader, tiles_after_append, tiles_of_size
from kept.ledger.tree import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    node_hash,
    root_hash,
    verify_consistency,
)
from kept_verify import NotVerified, verify_proof
from kept_verify.proof import verify_inclusion


def leaves_of(size):
    """Return *size* leaf hashes."""
    return [hashlib.sha256(b"\x00%d" % one).digest() for one in range(size)]


def plain_root(leaves):
    """MTH of RFC 9162 §2.1.1, as it is written there."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(plain_root(leaves[:split]), plain_root(leaves[split:]))


def grown(leaves, steps):
    """Return tiles grown in batches."""
    tiles, size = {}, 0
    for step in steps:
        batch = leaves[size : size + step]
        tiles.update(tiles_after_append(size, batch, lambda level, tile: tiles.get((level, tile), b"")))
        size += len(batch)
    return tiles


class TestTheRootIsTheMerkleTreeHashOfTheLeaves:
    """RFC 9162 §2.1.1: the output is a single 32-byte Merkle Tree Hash."""

    @settings(max_examples=60)
    @given(st.lists(st.integers(1, 300), min_size=1, max_size=5))
    def test_however_the_tree_grew(self, steps):
        """Tiles written in any batches give the root of the plain recursive tree, and exactly the tiles of that size."""
        leaves = leaves_of(sum(steps))
        tiles = grown(leaves, steps)
        node = node_reader(lambda level, tile: tiles.get((level, tile), b""))
        assert root_hash(node, len(leaves)) == plain_root(leaves)
        assert {(level, tile): width * 32 for level, tile, width in tiles_of_size(len(leaves))} == {
            place: len(data) for place, data in tiles.items()
        }

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 255, 256, 257, 600])
    def test_as_a_second_implementation_has_it(self, size):
        """The library pymerkle computes the same root over the same entries."""
        entries = [b"entry %d" % one for one in range(size)]
        other = pymerkle.InmemoryTree(algorithm="sha256")
        for entry in entries:
            other.append_entry(entry)
        ours = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]
        tiles = grown(ours, [size])
        node = node_reader(lambda level, tile: tiles.get((level, tile), b""))
        assert root_hash(node, size) == other.get_root()


class TestAProofMustVerifyForTheLeafItWasMadeFor:
    """RFC 9162 §2.1.3: the Merkle inclusion proof verifies exactly the leaf, index and size it is of."""

    @settings(max_examples=80)
    @given(st.integers(1, 600), st.randoms(use_true_random=False))
    def test_and_for_no_other(self, size, dice):
        """The right leaf verifies; the neighbour's, another index and another size do not."""
        leaves = leaves_of(size)
        tiles = grown(leaves, [size])
        node = node_reader(lambda level, tile: tiles.get((level, tile), b""))
        root = root_hash(node, size)
        index = dice.randrange(size)
        proof = inclusion_proof(node, index, size)
        verify_inclusion(leaves[index], index, size, proof, root)
        if size > 1:
            other = (index + 1 + dice.randrange(size - 1)) % size
            with pytest.raises(NotVerified):
                verify_inclusion(leaves[other], index, size, proof, root)
            with pytest.raises(NotVerified):
                verify_inclusion(leaves[index], other, size, proof, root)

    def test_for_every_index_of_every_small_size(self):
        """All indices of all sizes up to 40."""
        for size in range(1, 41):
            leaves = leaves_of(size)
            tiles = grown(leaves, [size])
            node = node_reader(lambda level, tile, held=tiles: held.get((level, tile), b""))
            root = plain_root(leaves)
            for index in range(size):
                verify_inclusion(leaves[index], index, size, inclusion_proof(node, index, size), root)


class TestANewerTreeMustExtendTheOlder:
    """RFC 9162 §2.1.4: the consistency proof verifies that the first entries are the same, in the same order."""

    def test_for_every_pair_of_small_sizes(self):
        """All pairs up to 40, and never for a tree with one leaf changed."""
        leaves = leaves_of(40)
        tiles = grown(leaves, [40])
        for newer in range(1, 41):
            node = node_reader(lambda level, tile: tiles.get((level, tile), b""))
            for older in range(1, newer + 1):
                proof = [] if older == newer else consistency_proof(node, older, newer)
                verify_consistency(older, newer, proof, plain_root(leaves[:older]), plain_root(leaves[:newer]))
                changed = [hashlib.sha256(b"changed").digest(), *leaves[1:older]]
                with pytest.raises(ProofError):
                    verify_consistency(older, newer, proof, plain_root(changed), plain_root(leaves[:newer]))


class TestAnyBytesGiveAValueOrOurError:
    """A parser of untrusted bytes returns, or raises an error of ours."""

    @settings(max_examples=200)
    @given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
    def test_every_parser(self, text):
        """Notes, keys and checkpoints here, proofs in the independent verifier."""
        for parse in (split_note, parse_verifier_key, parse_checkpoint_text):
            try:
                parse(text)
            except (NoteError, ProofError):
                continue
        with pytest.raises(NotVerified):
            verify_proof(text, "key+00000000+AAAA")
