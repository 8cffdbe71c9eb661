"""The ledger: appending leaves with tiles, proofs at a million leaves; every proof is verified by the other verifier."""

from __future__ import annotations

import hashlib
import random
import statistics
import time

from kept.ledger.tile import node_reader, tiles_after_append
from kept.ledger.tree import consistency_proof, inclusion_proof, root_hash, verify_consistency
from kept_verify.proof import verify_inclusion

LEAVES = 1_000_000
BATCH = 256
SAMPLES = 300


def run():
    """Measure, and return the section of RESULTS.md."""
    leaves = [hashlib.sha256(b"\x00" + number.to_bytes(8, "big")).digest() for number in range(LEAVES)]
    tiles = {}

    def read(level, tile):
        return tiles.get((level, tile), b"")

    started = time.process_time()
    for at in range(0, LEAVES, BATCH):
        tiles.update(tiles_after_append(at, leaves[at : at + BATCH], read))
    append = (time.process_time() - started) / LEAVES
    root = root_hash(node_reader(read), LEAVES)
    chained = b""
    started = time.process_time()
    for leaf in leaves:
        chained = hashlib.sha256(chained + leaf).digest()
    chain = (time.process_time() - started) / LEAVES
    dice = random.Random(1)
    times, sizes = [], []
    for _ in range(SAMPLES):
        index = dice.randrange(LEAVES)
        started = time.perf_counter()
        proof = inclusion_proof(node_reader(read), index, LEAVES)
        times.append(time.perf_counter() - started)
        sizes.append(32 * len(proof))
        verify_inclusion(leaves[index], index, LEAVES, proof, root)
    older = LEAVES // 3
    verify_consistency(
        older, LEAVES, consistency_proof(node_reader(read), older, LEAVES), root_hash(node_reader(read), older), root
    )
    return "\n".join(
        [
            "## Ledger",
            "",
            f"{LEAVES:,} leaves in batches of {BATCH}; each of {SAMPLES} proofs verified by `kept_verify`.",
            "",
            "| work | figure |",
            "|---|---|",
            f"| append with tiles | {append * 1e6:.2f} µs a leaf ({1 / append:,.0f}/s) |",
            f"| against a bare hash chain | {append / chain:.1f}× |",
            f"| inclusion proof, from tiles | {statistics.median(times) * 1e3:.2f} ms median, {max(sizes)} bytes |",
        ]
    )


if __name__ == "__main__":
    print(run())
