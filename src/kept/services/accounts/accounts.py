"""Accounts without one personal item: opened with a passkey, or with an issued login name and a password.

Login names and member numbers are issued by us, never typed. The member number is a value we made.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kept import limits
from kept.crypto.random import random_bytes
from kept.errors import ConflictError, ErasedError, SignInError, SubmissionError
from kept.policy import change
from kept.policy.person import PersonState
from kept.services.accounts.passwords import hash_again, hash_password, verify_password
from kept.services.accounts.recovery import ALPHABET, insert_codes, new_recovery_codes
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.keyring import PersonKeys
from kept.services.engine.marks import new_mark, read_mark
from kept.services.engine.people import Person
from kept.services.engine.record import Actor, account_part
from kept.services.gate.own_session import Own
from kept.services.gate.state_change import Change, change_person, new_person
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.normal import login_form

SESSION = "session"
PASSKEY_NAME = "passkey:"
"""What the login name of a passkey begins with; an issued one has no colon."""
FIRST_WORDS = "maple cedar plum wisteria heron crane otter pine fern lily sparrow willow acorn clover reed moss".split()


@dataclass(frozen=True, slots=True)
class Issued:
    """What a new account was given: shown once.

    Args:
        person_id: 16 bytes.
        login_name: Issued by us.
        recovery_codes: Each opens the account once when what it is signed in with is lost.
    """

    person_id: bytes
    login_name: str
    recovery_codes: tuple[str, ...]


async def open_account(
    engine: Engine,
    language: str,
    extra: Callable[[Transaction, bytes], Awaitable[object]] | None = None,
    *,
    keys: PersonKeys | None = None,
    vouched_by: str = "",
) -> bytes:
    """Open an account and return the person's id; not one personal item is asked for.

    Args:
        engine: Open.
        language: Language the person reads.
        extra: Further statements of the transaction that makes the person.
        keys: Theirs, where the caller has made them; None to make them.
        vouched_by: Credential of the program that vouched for the person; empty where they joined here.
    """
    at = engine.ready()
    state = first_state(engine, language, at)

    async def body(tx: Transaction, person_id: bytes) -> None:
        if extra is not None:
            await extra(tx, person_id)

    account = account_part(engine, Actor("own", vouched_by), Act.ACCOUNT_OPEN, at=at)
    try:
        person_id, _ = await new_person(engine, state, account, at, body, keys)
    except ConflictError as error:
        if error.reason != "key-ended" or keys is not None:
            raise
        person_id, _ = await new_person(engine, state, account, at, body)  # this process stood still; with fresh keys
    return person_id


def first_state(engine: Engine, language: str, at: float) -> PersonState:
    """Return the state an account begins with.

    Args:
        engine: Open.
        language: Language the person reads.
        at: Unix seconds.

    Raises:
        SubmissionError: The policy is not complete in that language.
    """
    known = _language(engine, language)
    return PersonState(g=1, status="active", opened_at=at, last_seen_at=at - at % limits.DAY, language=known)


async def join_with_password(engine: Engine, password: str, language: str) -> Issued:
    """Open an account with an issued login name.

    Args:
        engine: Open.
        password: Chosen by the person, 12 to 200 characters.
        language: Language the person reads.

    Raises:
        SubmissionError: The password is not acceptable (`hash_password`).
    """
    hashed = await hash_password(engine, password)
    at = engine.ready()

    async def extra(tx: Transaction, person_id: bytes) -> None:
        await tx.run("password_put", person_id=person_id, hash=hashed, changed_at=at)

    return await join(engine, new_login_name(), language, extra)


async def join(
    engine: Engine, login_name: str, language: str, extra: Callable[[Transaction, bytes], Awaitable[object]]
) -> Issued:
    """Open an account with a login name and recovery codes, so that there is a way back whatever it is opened with.

    Args:
        engine: Open.
        login_name: From `new_login_name`.
        language: Language the person reads.
        extra: Keeps what they sign in with, in the transaction that makes the person.
    """
    codes = new_recovery_codes()

    async def issue(tx: Transaction, person_id: bytes) -> None:
        await tx.run("login_insert", login_name=login_name, person_id=person_id)
        await insert_codes(tx, person_id, codes)
        await extra(tx, person_id)

    return Issued(await open_account(engine, language, issue), login_name, codes)


async def login_name_of(engine: Engine, person_id: bytes) -> str:
    """Return the login name a person was issued; empty for one whom a program vouches for."""
    names = await engine.data.values(sql.LoginNames, person_id=person_id)
    return next((one for one in names if not one.startswith(PASSKEY_NAME)), "")


async def sign_in_with_password(engine: Engine, login_name: str, password: str) -> bytes:
    """Return the person's id; an unknown name costs the same and says the same.

    Raises:
        SignInError: Name or password is not right.
    """
    name = login_form(login_name)

    async def body(tx: Transaction) -> tuple[bytes, str] | None:
        person_id = await tx.value(sql.LoginGet, login_name=name)
        kept = await tx.one(sql.PasswordGet, person_id=person_id or b"\x00" * 16)
        return (person_id, kept.hash) if person_id and kept else None

    found = await engine.data.read(body)
    await verify_password(engine, found[1] if found else None, password)
    if found is None:
        raise SignInError("name or password is not right", reason="sign-in-wrong")
    person_id, was = found
    if engine.passwords.is_outdated(was):
        again = await hash_again(engine, password)
        await engine.data.write(lambda tx: tx.run("password_again", person_id=person_id, was=was, hash=again))
    return person_id


# -------------------------------------------------------------------- sessions


async def start_session(engine: Engine, person_id: bytes, *, signed_in_at: float | None = None) -> str:
    """Start a session and return its token: only the cookie ever holds it.

    Args:
        engine: Open.
        person_id: Who signed in, 16 bytes.
        signed_in_at: When they last showed who they are, unix seconds; now when left out. A remembered device says when
            it was remembered, so that what needs a fresh sign-in asks for one.
    """
    at = engine.ready()
    secret = random_bytes(32)

    async def body(tx: Transaction) -> None:
        await tx.run(
            "session_insert",
            person_id=person_id,
            token_hash=engine.token_hash("customer", secret),
            created_at=at,
            signed_in_at=at if signed_in_at is None else signed_in_at,
            expires_at=at + limits.CUSTOMER_SESSION_SECONDS,
        )

    await engine.data.write(body)
    await note_seen(engine, person_id)
    return new_mark(engine, SESSION, person_id + secret)


async def session_of(engine: Engine, token: str) -> Own | None:
    """Return the session a token opens, or None."""
    raw = read_mark(engine, SESSION, token)
    if not raw:
        return None
    person_id, hashed = raw[:16], engine.token_hash("customer", raw[16:])
    row = await engine.data.one(sql.SessionGet, person_id=person_id, token_hash=hashed)
    if row is None or row.expires_at < engine.clock.now():
        return None
    return Own(person_id, hashed, row.signed_in_at, row.expires_at)


async def end_session(engine: Engine, own: Own, *, everywhere: bool = False, session: str = "") -> None:
    """Sign out here, or everywhere; or end one session. One that is none of theirs changes nothing.

    Args:
        engine: Open.
        own: Whose.
        everywhere: Whether all of them end, and no device is remembered any more.
        session: Which one ends, hex, as listed; this one when left out.
    """
    try:
        token_hash = bytes.fromhex(session) or own.token_hash
    except ValueError:
        token_hash = b"-"

    async def body(tx: Transaction) -> None:
        if everywhere:
            await tx.run("session_erase", person_id=own.person_id)
            await tx.run("remembered_erase", person_id=own.person_id)
        else:
            await tx.run("session_delete", person_id=own.person_id, token_hash=token_hash)

    await engine.data.write(body)


async def end_others(tx: Transaction, own: Own) -> None:
    """End every session but this one, and forget every device, within *tx*: what signs in has changed."""
    for one in await tx.all(sql.SessionsOf, person_id=own.person_id):
        if one.token_hash != own.token_hash:
            await tx.run("session_delete", person_id=own.person_id, token_hash=one.token_hash)
    await tx.run("remembered_erase", person_id=own.person_id)


async def note_seen(engine: Engine, person_id: bytes, *, vouched_by: str = "") -> None:
    """Note, once a day, that a person was here: retention by dormancy begins anew.

    Args:
        engine: Open.
        person_id: 16 bytes.
        vouched_by: Credential of the program that vouched for them; empty where they signed in here.

    Raises:
        SignInError: There is no such person any more.
    """
    at = engine.ready()
    try:
        person = await engine.people.load(person_id)
    except ErasedError as error:
        raise SignInError("name or password is not right", reason="sign-in-wrong") from error
    if person.state.last_seen_at >= at - at % limits.DAY:
        return

    def make(loaded: Person, now: float) -> Change:
        state = change.seen(loaded.state, now) or loaded.state
        return Change(state, account_part(engine, Actor("own", vouched_by), Act.ACCOUNT_SEEN, at=now))

    await change_person(engine, person_id, make)


def new_login_name() -> str:
    """Return a fresh login name such as `heron-7k2m9q`; 31^8 of each word keep it unguessable enough to issue."""
    return f"{secrets.choice(FIRST_WORDS)}-{''.join(secrets.choice(ALPHABET) for _ in range(8))}"


def _language(engine: Engine, language: str) -> str:
    if language not in engine.policy.policy.languages:
        raise SubmissionError(
            "expected a language the policy is complete in, found another",
            reason="language-not-offered",
            rests_on="fair-forms",
        )
    return language
