"""Verifying the signed checkpoints of a log, with the cosignatures of its witnesses: each stands under the size it says."""

from __future__ import annotations

from collections.abc import Callable

from kept import limits
from kept.errors import NoteError
from kept.ledger.checkpoint import verify_checkpoint
from kept.ledger.cosignature import find_cosignature
from kept.ledger.note import KEY_ID_BYTES, split_note
from kept.services.engine.engine import Engine
from kept.store import sql

Wrong = Callable[[str], None]


async def verify_checkpoints(engine: Engine, wrong: Wrong, since: int = 0) -> None:
    """Verify every checkpoint that D keeps, the one K remembers, and every cosignature.

    A cosignature is verified by the key of its witness; who is no witness of the policy has none here, and their lines publish
    nothing.

    Args:
        engine: Open, or as far open as it got.
        wrong: Takes what does not hold.
        since: Size of the log that was verified before: D's checkpoints of a smaller one are not looked at again.
    """
    remembered = await engine.keys.one(sql.LastCheckpointGet)
    if remembered is not None:
        _verify_note(engine, remembered.size, remembered.note, "K", wrong)
    after = since - 1
    while rows := await engine.data.all(sql.CheckpointsPage, after=after, limit=limits.PEOPLE_PAGE):
        for row in rows:
            _verify_note(engine, row.size, row.note, "D", wrong)
        after = rows[-1].size
    for one in await engine.data.all(sql.Cosignatures):
        if flaw := await _flaw(engine, one):
            wrong(f"cosignature of {one.size} entries by {one.cosigner[:64]}: {flaw}")


def _verify_note(engine: Engine, size: int, note: str, database: str, wrong: Wrong) -> None:
    try:
        said = verify_checkpoint(note, engine.sequencer.verifier).size
    except NoteError as error:
        wrong(f"checkpoint of {size} entries in database {database}: {error.message}")
        return
    if said != size:
        wrong(f"checkpoint of {size} entries in database {database}: what was signed says {said}")


async def _flaw(engine: Engine, row: sql.Cosignatures) -> str:
    """Return what does not hold of a cosignature; empty when it holds."""
    note = await engine.data.value(sql.CheckpointAtMost, size=row.size) or ""
    try:
        if verify_checkpoint(note, engine.sequencer.verifier).size != row.size:
            return "no checkpoint of that size is there"
        name, raw = split_note(note + row.line)[1][-1]
        if row.cosigner != f"{name}+{raw[:KEY_ID_BYTES].hex()}":
            return "the line is somebody else's"
        for one in engine.witnesses.policy.witnesses.values() if engine.witnesses is not None else ():
            if (one.key.name, one.key.key_id) == (name, raw[:KEY_ID_BYTES]):
                find_cosignature(note + row.line, one.key)
    except NoteError as error:
        return error.message
    return ""
