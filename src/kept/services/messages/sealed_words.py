"""The words of one message to one person, sealed under that person's evidence key; they go when the person goes."""

from __future__ import annotations

import msgspec

from kept.errors import SealError
from kept.services.engine.dispatchers import Words
from kept.services.engine.engine import Engine
from kept.services.engine.keyring import PersonKeys
from kept.services.engine.sealed_record import open_persons_record, seal_persons_record
from kept.services.gate.gate import record_evidence
from kept.store import sql

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


def seal_words(engine: Engine, keys: PersonKeys, kind: str, message_id: str, said: Said) -> tuple[str, bytes]:
    """Seal the words of a message; return the key's id and the seal.

    Args:
        engine: Open.
        keys: The person's.
        kind: `LETTER`, `CALL` or `CONTACT`; words of one kind do not open as another's.
        message_id: Its number.
        said: The words.
    """
    return seal_persons_record(engine, keys, kind, message_id, msgspec.json.encode(said))


def open_words(  # noqa: PLR0913 -- each part is bound
    engine: Engine, keys: PersonKeys, kind: str, message_id: str, key_id: str, sealed: bytes
) -> Said:
    """Open what `seal_words` sealed.

    Raises:
        SealError: It was changed, or is another message's.
    """
    return msgspec.json.decode(open_persons_record(engine, keys, kind, message_id, key_id, sealed), type=Said)


async def texts_waiting(engine: Engine, person_id: bytes) -> dict[str, str]:
    """Return what letters and calls to a person say that are still here, by message: for the person themselves."""
    letters = await engine.data.all(sql.LettersOfPerson, person_id=person_id)
    calls = await engine.data.all(sql.CallRowsOfPerson, person_id=person_id)
    found: dict[str, str] = {}
    for kind, rows in ((LETTER, letters), (CALL, calls)):
        for row in rows:
            said = await words_of(engine, person_id, kind, row.message_id, row.key_id, row.sealed)
            found[row.message_id] = said.text if said else ""
    return found


async def words_of(  # noqa: PLR0913 -- each part is bound
    engine: Engine, person_id: bytes, kind: str, message_id: str, key_id: str, sealed: bytes
) -> Said | None:
    """Return what a message to a person says; None once they are erased, or where it was changed, which is recorded."""
    keys, _ = await engine.keyring.of_person(person_id)
    if keys is None:
        return None
    try:
        return open_words(engine, keys, kind, message_id, key_id, sealed)
    except SealError as error:
        await record_evidence(engine, None, person_id, error, engine.clock.now())
        return None
