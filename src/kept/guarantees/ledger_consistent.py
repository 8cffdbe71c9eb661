"""Every use and refusal is a leaf of a Merkle tree with signed checkpoints that extend one another."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding
from kept.services.engine.engine import Engine
from kept.store import sql


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    await engine.sequencer.integrate()
    await engine.sequencer.check_head()
    if aside := await engine.data.value(sql.TodoAsideCount):
        return Finding(False, "{n} entries were set aside: they do not hold, and kept verify names them", {"n": aside})
    if gaps := len(engine.chains.broken):
        return Finding(False, "of {n} people an entry is missing or another one: kept verify names them", {"n": gaps})
    checkpoint = engine.sequencer.checkpoint
    return Finding(
        checkpoint is not None,
        "{n} entries; the tree extends its last checkpoint",
        {"n": checkpoint.size if checkpoint else 0},
    )
