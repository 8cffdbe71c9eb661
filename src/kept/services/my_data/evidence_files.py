"""The evidence somebody takes along: a proof of each of their entries, and all that checks them without a network.

The checkpoint with its cosignatures, what joins it to that of the copy taken before, the log's key, the witness policy, and the
policy's versions; `kept-verify copy.zip` checks all of it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from kept.crypto.digest import sha256
from kept.ledger.note import sign_note
from kept.services.engine.active_policy import decode_files
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.sequencer import Published
from kept.services.gate.history import Line, checkpoint_before, proofs_of
from kept.services.gate.own_session import Own
from kept.services.my_data.own_data import SIZE_FACT
from kept.store import sql
from kept.store.interface import Transaction

FOLDER = "evidence"
MANIFEST = "kept/bundle/v1"


async def evidence_files(engine: Engine, own: Own, lines: Sequence[Line], published: Published) -> dict[str, bytes]:
    """Return the files of the evidence, by name; none before anything is published.

    Args:
        engine: Open.
        own: Whose copy it is.
        lines: Their whole history, newest first.
        published: The checkpoint the evidence rests on.
    """
    checkpoint, note = published
    files = await _policies(engine)
    if checkpoint is None:
        return files
    files |= {f"{FOLDER}/checkpoint": note.encode(), f"{FOLDER}/ledger.key": f"{engine.sequencer.verifier}\n".encode()}
    if engine.witnesses is not None:
        files[f"{FOLDER}/witness.policy"] = engine.witnesses.policy.written(engine.sequencer.verifier)
    proved = [one.entry_id for one in lines if one.position is not None and one.position < checkpoint.size]
    for entry_id, proof in zip(proved, await proofs_of(engine, own.person_id, proved, published), strict=True):
        files[f"{FOLDER}/proofs/{entry_id[:16]}.tlog-proof"] = proof.text().encode()
    if before := _size_before(lines):
        older = await checkpoint_before(engine, before)
        if older.split("\n")[1:2] == [str(before)]:
            joined = await engine.sequencer.consistency(before, checkpoint.size)
            files[f"{FOLDER}/older.checkpoint"] = older.encode()
            files[f"{FOLDER}/consistency"] = "".join(f"{base64.b64encode(one).decode()}\n" for one in joined).encode()
    return files


def signed_manifest(engine: Engine, sums: bytes) -> bytes:
    """Return the signed manifest of a copy: by the log's key, over the hash of the list of its files."""
    origin = engine.sequencer.origin
    return sign_note(f"{MANIFEST}\n{origin}\n{sha256(sums).hex()}\n", origin, engine.parts.signing_key).encode()


def _size_before(lines: Sequence[Line]) -> int:
    """Return the size at which the evidence of the copy before ended; 0 when there was none."""
    for one in lines:
        size = dict(one.account.facts).get(SIZE_FACT, "")
        if one.account.act == Act.TAKE_ALONG and size:
            return int(size)
    return 0


async def _policies(engine: Engine) -> dict[str, bytes]:
    """Return the files of every version of the policy that was activated."""

    async def body(tx: Transaction) -> list[tuple[int, bytes]]:
        activated = [one for one in await tx.all(sql.PolicyVersions) if one.activated_at is not None]
        rows = await tx.each(sql.PolicyGet, [{"version": one.version} for one in activated])
        return [(one.version, row.files) for one, row in zip(activated, rows, strict=True) if row is not None]

    return {
        f"policies/{version}/{name}": content
        for version, files in await engine.data.read(body)
        for name, content in decode_files(files).items()
    }
