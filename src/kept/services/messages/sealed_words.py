"""The words of one message to one person, sealed under that person's evidence key; they go when the person goes."""

from __future__ import annotations

import msgspec

from kept.services.engine.dispatchers import Words
from kept.services.engine.engine import Engine
from kept.services.engine.keyring import PersonKeys
from kept.vault.sealed import open_record, seal_record

LETTER, CALL, CONTACT = "letter-words", "call-script", "contact-words"


class Said(msgspec.Struct, frozen=True):
    """What a message says.

    Args:
        title: One line.
        text: The text.
        language: It is written in.
    """

    title: str
    text: str
    language: str

    def words(self) -> Words:
        """Return title and text."""
        return Words(self.title, self.text)


def seal_words(  # noqa: PLR0913 -- each part is bound
    engine: Engine, keys: PersonKeys, person_id: bytes, kind: str, message_id: str, said: Said
) -> tuple[str, bytes]:
    """Seal the words of a message; return the key's id and the seal.

    Args:
        engine: Open.
        keys: The person's.
        person_id: 16 bytes.
        kind: `LETTER`, `CALL` or `CONTACT`; words of one kind do not open as another's.
        message_id: Its number.
        said: The words.
    """
    key_id = keys.newest("evidence")
    return key_id, seal_record(
        keys.evidence_key(key_id), msgspec.json.encode(said), vault_id=engine.vault_id, owner=person_id, kind=kind,
        record_id=message_id,
    )  # fmt: skip


def open_words(  # noqa: PLR0913 -- each part is bound
    engine: Engine, keys: PersonKeys, person_id: bytes, kind: str, message_id: str, key_id: str, sealed: bytes
) -> Said:
    """Open what `seal_words` sealed.

    Raises:
        SealError: It was changed, or is another message's.
    """
    opened = open_record(
        keys.evidence_key(key_id), sealed, vault_id=engine.vault_id, owner=person_id, kind=kind, record_id=message_id
    )
    return msgspec.json.decode(opened, type=Said)
