"""The tree `kept verify` walked last and found whole, remembered in a file outside both databases, so that the next begins behind it.

It lies beside the checkpoint file, and says how many entries, which root, until when. It is sealed by a key that is wrapped in K
and open in this process only: who writes files, or D, cannot make one up, or bring one in from another installation. An older one put
back, or none, lets more be walked and never less; one that does not fit is none.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from kept.errors import SealError
from kept.services.engine.engine import TOKEN_KEY, Engine
from kept.services.engine.sequencer import write_file
from kept.services.upkeep.ledger_verification import Verified
from kept.vault.sealed import open_record, seal_record

KIND = "verified-tree"


class _Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    size: int
    root: bytes
    at: float
    activated: tuple[str, ...]


def _file(engine: Engine) -> Path | None:
    outside = engine.parts.outside
    return outside.with_suffix(".verified") if outside is not None else None


def read_verified(engine: Engine) -> Verified | None:
    """Return the tree that was verified last; None where nothing of this log is remembered.

    Args:
        engine: Open, or as far open as it got.
    """
    file = _file(engine)
    try:
        raw = open_record(
            engine.keyring.installation_key(TOKEN_KEY),
            bytes.fromhex(file.read_text(encoding="ascii").strip()) if file is not None else b"",
            vault_id=engine.vault_id,
            owner=engine.sequencer.origin.encode(),
            kind=KIND,
            record_id="",
        )
        said = msgspec.json.decode(raw, type=_Said)
    except (OSError, ValueError, KeyError, SealError, msgspec.DecodeError):
        return None
    return Verified(said.size, said.root, said.at, frozenset(said.activated))


def remember_verified(engine: Engine, tree: Verified) -> None:
    """Remember a tree that was walked to its end and found whole.

    Args:
        engine: Open.
        tree: From `verify_ledger`.

    Raises:
        OSError: The file cannot be written.
    """
    file = _file(engine)
    if file is None:
        return
    said = _Said(tree.size, tree.root, tree.at, tuple(sorted(tree.activated)))
    sealed = seal_record(
        engine.keyring.installation_key(TOKEN_KEY),
        msgspec.json.encode(said),
        vault_id=engine.vault_id,
        owner=engine.sequencer.origin.encode(),
        kind=KIND,
        record_id="",
    )
    write_file(file, sealed.hex() + "\n")
