"""Records of the installation itself, sealed under a key of its own and bound to their kind and id."""

from __future__ import annotations

from kept.services.engine.engine import Engine
from kept.services.engine.keyring import INSTALLATION
from kept.vault.sealed import open_record, seal_record

INSTALLATION_KEY = "tokens"


def seal_installation_record(engine: Engine, kind: str, record_id: str, content: bytes) -> bytes:
    """Seal a record that is nobody's alone.

    Args:
        engine: Open.
        kind: What it is, a word; a record of one kind does not open as another.
        record_id: Its id, unique within the kind.
        content: Any bytes.
    """
    key = engine.keyring.installation_key(INSTALLATION_KEY)
    return seal_record(key, content, vault_id=engine.vault_id, owner=INSTALLATION, kind=kind, record_id=record_id)


def open_installation_record(engine: Engine, kind: str, record_id: str, sealed: bytes) -> bytes:
    """Open a record sealed by `seal_installation_record`.

    Raises:
        SealError: It was changed, or is another.
    """
    key = engine.keyring.installation_key(INSTALLATION_KEY)
    return open_record(key, sealed, vault_id=engine.vault_id, owner=INSTALLATION, kind=kind, record_id=record_id)
