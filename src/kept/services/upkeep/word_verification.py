"""Verifying what is sealed with one person's words: letters that wait, call sheets, cases, papers staff entered."""

from __future__ import annotations

from collections.abc import Callable

from kept.errors import KeptError
from kept.services.engine.engine import Engine
from kept.services.engine.keyring import PersonKeys
from kept.services.gate.witnessed_form import open_form
from kept.services.messages.sealed_words import CALL, CONTACT, LETTER, open_words
from kept.store import sql
from kept.store.interface import Transaction


async def verify_words(engine: Engine, keys: PersonKeys, person_id: bytes, wrong: Callable[[str], None]) -> None:
    """Open every message of a person, and every paper, that is sealed here.

    Args:
        engine: Open.
        keys: The person's.
        person_id: 16 bytes.
        wrong: Takes what does not hold.
    """

    async def body(tx: Transaction) -> list[tuple[str, str, str, str, bytes]]:
        letters = await tx.all(sql.LettersOfPerson, person_id=person_id)
        calls = await tx.all(sql.CallRowsOfPerson, person_id=person_id)
        contacts = await tx.all(sql.ContactsOfPerson, person_id=person_id)
        return (
            [("letter", LETTER, row.message_id, row.key_id, row.sealed) for row in letters]
            + [("call", CALL, row.message_id, row.key_id, row.sealed) for row in calls]
            + [("contact", CONTACT, row.message_id, row.key_id, row.sealed) for row in contacts]
        )

    for what, kind, message_id, key_id, sealed in await engine.data.read(body):
        try:
            open_words(engine, keys, kind, message_id, key_id, sealed)
        except KeptError:
            wrong(f"{what} {message_id[:16]}: its words do not open")
    for form in await engine.data.all(sql.WitnessedOfPerson, person_id=person_id):
        try:
            open_form(engine, keys, form.form_id, form.key_id, form.sealed)
        except KeptError:
            wrong(f"paper {form.form_id[:16]}: what was entered does not open")
