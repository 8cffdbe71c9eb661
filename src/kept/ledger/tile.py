"""Tiles: the tree cut into pieces of 256 hashes, so that any proof reads a handful. Source: C2SP tlog-tiles §Merkle Tree.

Tile (l, n) holds the hashes of complete subtrees of level 8·l, from index 256·n on; all others are computed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kept.errors import EvidenceError
from kept.ledger.tree import HASH_BYTES, Node, node_hash

WIDTH = 256
HEIGHT = 8

ReadTile = Callable[[int, int], bytes]
"""Answers the bytes of tile (level, index), at most 256 hashes; empty bytes when there is none."""


def tiles_after_append(size: int, leaves: Sequence[bytes], read_tile: ReadTile) -> dict[tuple[int, int], bytes]:
    """Return the tiles that change when *leaves* are appended to the tree of *size*.

    Args:
        size: Number of leaves before.
        leaves: Leaf hashes, 32 bytes each.
        read_tile: Answers the tiles of the tree as it stands.
    """
    changed: dict[tuple[int, int], bytearray] = {}

    def push(level: int, index: int, value: bytes) -> None:
        tile, place = divmod(index, WIDTH)
        data = changed.get((level, tile))
        if data is None:
            data = changed[level, tile] = bytearray(read_tile(level, tile)[: place * HASH_BYTES])
        if len(data) != place * HASH_BYTES:
            raise EvidenceError(
                f"expected tile {level}/{tile} to hold {place} hashes, found {len(data) // HASH_BYTES}",
                reason="tile-short",
                rests_on="sealed-values",
                hint="run `kept verify`; restore database D from a backup",
            )
        data += value
        if place == WIDTH - 1:
            push(level + 1, tile, fold(bytes(data)))

    for offset, leaf in enumerate(leaves):
        push(0, size + offset, leaf)
    return {place: bytes(data) for place, data in changed.items()}


def fold(data: bytes) -> bytes:
    """Return the root of a complete subtree from its leaves, a power of two of 32-byte hashes."""
    hashes = [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
    while len(hashes) > 1:
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def node_reader(read_tile: ReadTile) -> Node:
    """Return a reader of complete subtrees over tiles."""
    cache: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        tile_level, inner = divmod(level, HEIGHT)
        start = index << inner
        place = (tile_level, start // WIDTH)
        data = cache.get(place)
        if data is None:
            data = cache[place] = read_tile(*place)
        offset = (start % WIDTH) * HASH_BYTES
        piece = data[offset : offset + (HASH_BYTES << inner)]
        if len(piece) != HASH_BYTES << inner:
            raise EvidenceError(
                f"expected tile {place[0]}/{place[1]} to reach hash {start % WIDTH + (1 << inner)}, found it shorter",
                reason="tile-short",
                rests_on="sealed-values",
                hint="run `kept verify`; restore database D from a backup",
            )
        return fold(piece)

    return node


def tiles_of_size(size: int) -> list[tuple[int, int, int]]:
    """Return (level, index, width) of every tile a tree of *size* has."""
    result = []
    level = 0
    count = size
    while count:
        result += [(level, tile, WIDTH) for tile in range(count // WIDTH)]
        if count % WIDTH:
            result.append((level, count // WIDTH, count % WIDTH))
        count //= WIDTH
        level += 1
    return result
