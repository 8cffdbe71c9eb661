"""Records of the installation itself or of one person, sealed under a key of theirs and bound to their kind and id."""

from __future__ import annotations

from kept.services.engine.engine import Engine
from kept.services.engine.keyring import INSTALLATION, PersonKeys
from kept.vault.sealed import open_record, seal_record

INSTALLATION_KEY = "tokens"


def seal_installation_record(
    engine: Engine, kind: str, record_id: str, content: bytes, *, under: str = INSTALLATION_KEY
) -> bytes:
    """Seal a record that is nobody's alone.

    Args:
        engine: Open.
        kind: What it is, a word; a record of one kind does not open as another.
        record_id: Its id, unique within the kind.
        content: Any bytes.
        under: Name of the key of the installation.
    """
    key = engine.keyring.installation_key(under)
    return seal_record(key, content, vault_id=engine.vault_id, owner=INSTALLATION, kind=kind, record_id=record_id)


def open_installation_record(
    engine: Engine, kind: str, record_id: str, sealed: bytes, *, under: str = INSTALLATION_KEY
) -> bytes:
    """Open a record sealed by `seal_installation_record`.

    Raises:
        SealError: It was changed, or is another.
    """
    key = engine.keyring.installation_key(under)
    return open_record(key, sealed, vault_id=engine.vault_id, owner=INSTALLATION, kind=kind, record_id=record_id)


def seal_persons_record(
    engine: Engine, keys: PersonKeys, kind: str, record_id: str, content: bytes
) -> tuple[str, bytes]:
    """Seal a record that is about one person, and goes when they go; return the id of the key and the seal.

    Args:
        engine: Open.
        keys: The person's.
        kind: What it is, a word; a record of one kind does not open as another.
        record_id: Its id, unique within the kind.
        content: Any bytes.
    """
    key_id = keys.newest("evidence")
    key, vault_id = keys.evidence_key(key_id), engine.vault_id
    return key_id, seal_record(key, content, vault_id=vault_id, owner=keys.person_id, kind=kind, record_id=record_id)


def open_persons_record(  # noqa: PLR0913 -- each part is bound
    engine: Engine, keys: PersonKeys, kind: str, record_id: str, key_id: str, sealed: bytes
) -> bytes:
    """Open a record sealed by `seal_persons_record`.

    Raises:
        ErasedError: Its key was destroyed.
        SealError: It was changed, or is another.
    """
    key = keys.evidence_key(key_id)
    return open_record(key, sealed, vault_id=engine.vault_id, owner=keys.person_id, kind=kind, record_id=record_id)
