"""Recovery codes: the way back into an account whose password or passkey is lost; each is good once, and kept as a hash."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from kept import limits
from kept.crypto.digest import sha256
from kept.errors import SignInError
from kept.services.accounts.passwords import hash_password
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.no_log import No, note
from kept.services.engine.record import OWN, about_person, entry_of
from kept.services.gate.own_session import Own
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.normal import login_form

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits nobody mistakes for another."""


def new_recovery_codes() -> tuple[str, ...]:
    """Return fresh recovery codes, each of 99 bits."""
    texts = ("".join(secrets.choice(ALPHABET) for _ in range(20)) for _ in range(limits.RECOVERY_CODES))
    return tuple("-".join(text[at : at + 5] for at in range(0, 20, 5)) for text in texts)


async def insert_codes(tx: Transaction, person_id: bytes, codes: Iterable[str]) -> None:
    """Keep somebody's codes, as hashes, within *tx*."""
    for code in codes:
        await tx.run("recovery_code_insert", person_id=person_id, code_hash=_code_hash(code))


async def renew_codes(engine: Engine, own: Own) -> tuple[str, ...]:
    """Give an account new codes; the old ones end, after a restore too. Nothing else ever tells the new ones.

    Args:
        engine: Open.
        own: Signed in here, within five minutes.

    Raises:
        DeniedError: A program vouched for the session.
        SignInError: The sign-in is longer ago.
    """
    at = engine.ready()
    own.require_own()
    own.require_fresh(at)
    codes = new_recovery_codes()
    entry = entry_of(engine, OWN, Act.CODES_NEW, await about_person(engine, own.person_id), at=at)

    async def body(tx: Transaction) -> None:
        await tx.run("recovery_code_erase", person_id=own.person_id)
        await insert_codes(tx, own.person_id, codes)
        await note(tx, No.CODES, at, person=own.person_id, code="")
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    await engine.no_log.acknowledge()
    return codes


async def sign_in_with_recovery_code(engine: Engine, login_name: str, code: str, new_password: str = "") -> bytes:
    """Use a recovery code, once; every session ends and every device is forgotten. Return the person's id.

    Args:
        engine: Open.
        login_name: As issued; who joined with a passkey has one too.
        code: One of the codes.
        new_password: 12 to 200 characters; empty for none, where a passkey is to be added next.

    Raises:
        SignInError: Name or code is not right, or the code was used.
        SubmissionError: The password is not acceptable (`hash_password`).
    """
    hashed = await hash_password(engine, new_password, login_form(login_name)) if new_password else ""
    at = engine.ready()
    owner = await engine.data.value(sql.LoginGet, login_name=login_form(login_name))
    entry = entry_of(engine, OWN, Act.CODE_USE, await about_person(engine, owner) if owner else None, at=at)

    async def body(tx: Transaction) -> bool:
        person_id = owner or b"\x00" * 16
        if not await tx.run("recovery_code_use", person_id=person_id, code_hash=_code_hash(code), at=at):
            return False
        if hashed:
            await tx.run("password_put", person_id=person_id, hash=hashed, changed_at=at)
            await note(tx, No.PASSWORD, at, person=person_id)
        await tx.run("session_erase", person_id=person_id)
        await tx.run("remembered_erase", person_id=person_id)
        await note(tx, No.CODES, at, person=person_id, code=_code_hash(code))
        await insert_entries(tx, [entry], at)
        return True

    used = await engine.data.write(body)
    await engine.no_log.acknowledge()
    if owner is None or not used:
        raise SignInError(
            "name or recovery code is not right, or the code was used",
            reason="sign-in-wrong",
            hint="each recovery code works once",
        )
    return owner


def _code_hash(code: str) -> str:
    return sha256(b"kept/recovery/v1" + "".join(code.lower().replace("-", " ").split()).encode()).hex()
