"""External ids: what your own systems call a person, such as a customer number; one per system and person.

The id is sealed under the person's evidence key in D and found by a keyed hash in K, as findable items are. Both go with
the person.
"""

from __future__ import annotations

from kept import limits
from kept.errors import SubmissionError
from kept.services.engine.engine import EXTERNAL_KEY, Engine
from kept.services.engine.keyring import PersonKeys
from kept.services.engine.sealed_record import open_persons_record, seal_persons_record
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.index import index_token
from kept.vault.individual_number import guard_individual_number
from kept.vault.text import readable

KIND = "external-id"


def external_form(unverified: str) -> str:
    """Return an external id in the form it is kept in: one line of readable characters, otherwise as it came.

    Args:
        unverified: As the system spells it, 1 to 200 characters.

    Raises:
        SubmissionError: It is empty, too long, holds a character nobody sees, or looks like an Individual Number.
    """
    if len(unverified) > limits.EXTERNAL_ID_CHARACTERS:
        raise SubmissionError(
            f"expected an external id of at most {limits.EXTERNAL_ID_CHARACTERS} characters, found more",
            field="external",
            reason="value-long",
            hint="give the number your own system knows the person by",
        )
    guard_individual_number(unverified, "external")
    return readable(unverified, "external")


def external_token(engine: Engine, system: str, form: str) -> bytes:
    """Return what an external id is found by, 32 bytes.

    Args:
        engine: Open.
        system: Whose id it is.
        form: From `external_form`.
    """
    return index_token(engine.keyring.installation_key(EXTERNAL_KEY), system, form)


async def find_owner(engine: Engine, system: str, form: str) -> bytes | None:
    """Return the id of the person a system's id names; None when it names nobody. Opens nothing.

    Args:
        engine: Open.
        system: Whose id it is.
        form: From `external_form`.
    """
    token = external_token(engine, system, form)
    return await engine.keys.value(sql.ExternalTokenFind, system=system, token=token)


async def put_external_id(tx: Transaction, engine: Engine, keys: PersonKeys, system: str, form: str) -> None:
    """Keep what a system calls a person, within *tx*, a write transaction of D.

    Raises:
        ConflictError: The system calls them something already.
    """
    key_id, sealed = seal_persons_record(engine, keys, KIND, system, form.encode())
    await tx.run("external_id_insert", person_id=keys.person_id, system=system, key_id=key_id, sealed=sealed)


async def external_ids_of(engine: Engine, keys: PersonKeys) -> dict[str, str]:
    """Return what the systems call a person, by system.

    Args:
        engine: Open.
        keys: The person's.

    Raises:
        SealError: One was changed or moved.
    """
    rows = await engine.data.all(sql.ExternalIds, person_id=keys.person_id)
    return {
        row.system: open_persons_record(engine, keys, KIND, row.system, row.key_id, row.sealed).decode() for row in rows
    }


async def forget_external_id(engine: Engine, person_id: bytes, system: str) -> int:
    """Let a system call a person nothing any more: K's token first, so that nobody is found by it; return how many ids it had.

    Args:
        engine: Open.
        person_id: 16 bytes.
        system: Whose id it is.
    """
    keys, _ = await engine.keyring.of_person(person_id)
    form = (await external_ids_of(engine, keys)).get(system) if keys else None
    if form is not None:
        await drop_external_token(engine, person_id, system, form)
    return await engine.data.write(lambda tx: tx.run("external_id_delete", person_id=person_id, system=system))


async def drop_external_token(engine: Engine, person_id: bytes, system: str, form: str) -> None:
    """Take away what an external id is found by; one that names somebody else stays.

    Args:
        engine: Open.
        person_id: 16 bytes.
        system: Whose id it is.
        form: From `external_form`.
    """
    named = {"system": system, "token": external_token(engine, system, form), "person_id": person_id}
    await engine.keys.write(lambda tx: tx.run("external_token_delete", **named))
