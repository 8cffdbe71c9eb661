"""Every use and refusal is a leaf of a Merkle tree with signed checkpoints that extend one another."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding
from kept.services.engine.engine import Engine
from kept.services.engine.witnesses import WhileSilent


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    await engine.sequencer.integrate()
    await engine.sequencer.verify_head()
    checkpoint = engine.sequencer.checkpoint
    entries, witnesses = checkpoint.size if checkpoint else 0, engine.witnesses
    if witnesses is None:
        return Finding(checkpoint is not None, "{n} entries; the tree extends its last checkpoint", {"n": entries})
    values = {"n": entries, "some": len(witnesses.cosigned_by), "all": len(witnesses.standings)}
    if witnesses.ahead:
        return Finding(False, "{n} entries; a witness has cosigned a longer log: this one was put back", values)
    holds = checkpoint is not None and not witnesses.silent
    if witnesses.while_silent == WhileSilent.CLOSE:
        return Finding(
            holds,
            "{n} entries; {some} of {all} witnesses cosigned the published checkpoint; while too few answer, the gate closes",
            values,
        )
    return Finding(
        holds,
        "{n} entries; {some} of {all} witnesses cosigned the published checkpoint; while too few answer, it is published late",
        values,
    )
