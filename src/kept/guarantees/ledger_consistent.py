"""Every use and refusal is a leaf of a Merkle tree with signed checkpoints that extend one another."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding, Guarantee, Known
from kept.policy.vocabulary import ParameterKind
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


GUARANTEE = Guarantee(
    id="ledger-consistent",
    sentence={
        "en": "Every use and refusal is a leaf of a Merkle tree with signed checkpoints that extend one another.",
        "ja": "利用と拒否のすべてが、署名付きチェックポイントで連なるマークル木の葉になります。",
    },
    enforced_at=(
        "kept.services.engine.sequencer.Sequencer",
        "kept.services.engine.flush.Flush",
    ),
    known=Known.WATCHED,
    check=check,
    shown_by="tests/unit/guarantees/test_watched.py::test_a_tree_that_does_not_extend_its_checkpoint",
    parameters={"checkpoint": ParameterKind.DURATION, "witness": ParameterKind.DURATION},
    optional=frozenset({"witness"}),
)
