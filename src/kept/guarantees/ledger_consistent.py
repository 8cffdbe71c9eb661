"""Every use and refusal is a leaf of a Merkle tree with signed checkpoints that extend one another."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    await engine.sequencer.integrate()
    await engine.sequencer.verify_head()
    checkpoint = engine.sequencer.checkpoint
    return Finding(
        checkpoint is not None,
        "{n} entries; the tree extends its last checkpoint",
        {"n": checkpoint.size if checkpoint else 0},
    )
