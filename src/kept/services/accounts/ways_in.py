"""Ways into an account: setting and taking away its password, and never being locked out without having been told."""

from __future__ import annotations

from kept.errors import InputError
from kept.services.accounts.accounts import end_others, login_name_of
from kept.services.accounts.passwords import hash_password
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.no_log import No, note
from kept.services.engine.record import about_person, entry_of
from kept.services.gate.own_session import Own
from kept.store import sql
from kept.store.interface import Transaction


async def set_password(engine: Engine, own: Own, password: str) -> None:
    """Set a new password, or a first one; every other session ends and every device is forgotten.

    Args:
        engine: Open.
        own: Signed in here, within five minutes.
        password: 12 to 200 characters.

    Raises:
        DeniedError: A program vouched for the session.
        SignInError: The sign-in is longer ago.
        SubmissionError: The password is not acceptable (`hash_password`).
    """
    own.require_own()
    own.require_fresh(engine.ready())
    hashed = await hash_password(engine, password, await login_name_of(engine, own.person_id))
    at = engine.ready()
    entry = entry_of(engine, own.acting(), Act.PASSWORD_SET, await about_person(engine, own.person_id), at=at)

    async def body(tx: Transaction) -> None:
        await tx.run("password_put", person_id=own.person_id, hash=hashed, changed_at=at)
        await end_others(tx, own)
        await note(tx, No.PASSWORD, at, person=own.person_id)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    await engine.no_log.acknowledge()


async def remove_password(engine: Engine, own: Own, *, knowing: bool = False) -> None:
    """Take the password away, after a restore too; passkeys and recovery codes are left.

    Args:
        engine: Open.
        own: Signed in here, within five minutes.
        knowing: Whether the person knows that it is the last way in, so that only a recovery code leads back.

    Raises:
        DeniedError: A program vouched for the session.
        SignInError: The sign-in is longer ago.
        InputError: There is none; or it is the last way in.
    """
    at = engine.ready()
    own.require_own()
    own.require_fresh(at)
    entry = entry_of(engine, own.acting(), Act.PASSWORD_REMOVE, await about_person(engine, own.person_id), at=at)

    async def body(tx: Transaction) -> None:
        if not await tx.run("password_erase", person_id=own.person_id):
            raise InputError(
                "expected a password, found none",
                reason="password-none",
                hint="nothing is to be done: this account has no password",
                rests_on="sign-in-protection",
            )
        await require_way_in(tx, own.person_id, knowing=knowing)
        await end_others(tx, own)
        await note(tx, No.PASSWORD, at, person=own.person_id)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    await engine.no_log.acknowledge()


async def require_way_in(tx: Transaction, person_id: bytes, *, knowing: bool) -> None:
    """Insist that an account can still be signed in to, within the transaction that took a way in away.

    Args:
        tx: A write transaction of D.
        person_id: Whose account.
        knowing: Whether the person knows that only a recovery code leads back.

    Raises:
        InputError: Nothing is left, or nothing but recovery codes and they were not told.
    """
    if await tx.one(sql.PasswordGet, person_id=person_id) or await tx.all(sql.Passkeys, person_id=person_id):
        return
    if not await tx.value(sql.RecoveryCodesLeft, person_id=person_id):
        raise InputError(
            "expected another way into the account, found none, and no recovery code",
            reason="last-way-in",
            hint="add a passkey, set a password or get recovery codes first; nothing was taken away",
            rests_on="sign-in-protection",
        )
    if not knowing:
        raise InputError(
            "expected another way into the account, found recovery codes alone",
            reason="last-way-in",
            hint="tick that you know that only a recovery code leads back, or add another way in first",
            rests_on="sign-in-protection",
        )
