"""Vouching: a program that signs people in by itself says who is there, by its own id for them.

It is a right of a credential (`vouch`). Whatever the person then does is their own act; its entry names the credential
that vouched. The first visit of an id nobody has opens an account, without one personal item.
"""

from __future__ import annotations

import asyncio

from kept import limits
from kept.crypto.random import random_bytes
from kept.errors import BusyError, ConflictError, InputError, NotFoundError, SealError, SignInError
from kept.services.accounts.accounts import note_seen, open_account
from kept.services.engine.engine import Engine
from kept.services.gate.external_ids import (
    external_form,
    external_ids_of,
    external_token,
    find_owner,
    put_external_id,
)
from kept.services.gate.gate import record_evidence
from kept.services.gate.own_session import Own
from kept.services.staff.credentials import Credential, credential_now, credential_of
from kept.store import sql
from kept.store.interface import Transaction

RIGHT = "vouch"


async def vouched_session(  # noqa: PLR0913 -- what is vouched for
    engine: Engine,
    credential: str,
    external: str,
    *,
    language: str = "",
    signed_in_at: float | None = None,
    create: bool = True,
) -> Own:
    """Return the session of the person a program vouches for.

    Args:
        engine: Open.
        credential: Of the program, with the right `vouch`.
        external: The program's own id for the person, 1 to 200 characters.
        language: The person reads, for an account opened now; the policy's first when left out.
        signed_in_at: When they last showed the program who they are, unix seconds; now when left out. What needs a fresh
            sign-in looks at it.
        create: Whether an id nobody has opens an account.

    Raises:
        SignInError: The credential is wrong or revoked.
        DeniedError: It has no right to vouch.
        NotFoundError: Nobody has this id, and *create* is false.
        InputError: *signed_in_at* lies ahead.
        BusyError: Another process is just opening the account.
        EvidenceError: K's token names somebody whose own record does not say so; recorded.
    """
    program = await credential_of(engine, credential)
    program.require(engine, RIGHT)
    form = external_form(external)
    at = engine.ready()
    since = at if signed_in_at is None else signed_in_at
    if since > at:
        raise InputError("expected a sign-in that has been, found one ahead", reason="signed-in-ahead")
    person_id = await _owner(engine, program.system, form)
    if person_id is None:
        if not create:
            raise NotFoundError(
                "nobody has this external id", needed="another id; or a first visit, which opens an account"
            )
        person_id = await _open(engine, program, form, language or engine.policy.policy.language)
    else:
        await _require_theirs(engine, person_id, program.system, form)
    await note_seen(engine, person_id, vouched_by=program.id)
    return Own(
        person_id,
        engine.token_hash("vouched", random_bytes(32)),
        since,
        at + limits.VOUCHED_SESSION_SECONDS,
        program.id,
    )


async def require_vouched(engine: Engine, own: Own) -> None:
    """Insist that the program that vouched may still do so, for them; who signed in here needs nobody.

    Raises:
        SignInError: Its credential was taken back, the session is over, or they unlinked the program.
        DeniedError: Its role may vouch no more.
    """
    if not own.vouched_by:
        return
    program = await credential_now(engine, own.vouched_by)
    program.require(engine, RIGHT)
    linked = {one.system for one in await engine.data.all(sql.ExternalIds, person_id=own.person_id)}
    if program.system not in linked and await _is_there(engine, own.person_id):
        raise SignInError(
            "expected an account that this program may sign in, found one that was unlinked from it",
            reason="external-unlinked",
            hint="sign in on Kept's own pages, and link the account again there",
            rests_on="sign-in-protection",
        )


async def _owner(engine: Engine, system: str, form: str) -> bytes | None:
    """Return whose an id is, once their account is there: another visit may be opening it at this moment."""
    for _ in range(limits.VOUCHING_LOOKS):
        person_id = await find_owner(engine, system, form)
        if person_id is None or await _is_there(engine, person_id):
            return person_id
        await asyncio.sleep(limits.VOUCHING_LOOK_SECONDS)
    raise BusyError(
        "expected an account, found one just being opened",
        reason="account-opening",
        hint="try again in a moment; what a killed process left half open is cleared as soon as a process that does the work starts",
    )


async def _require_theirs(engine: Engine, person_id: bytes, system: str, form: str) -> None:
    """Insist that a person's own sealed record says what K's token says: a token nominates, it does not decide."""
    keys, _ = await engine.keyring.of_person(person_id)
    if keys is None:
        return  # erased meanwhile: nobody to sign in
    try:
        theirs = (await external_ids_of(engine, keys)).get(system)
    except SealError:
        theirs = None
    if theirs != form:
        error = SealError(
            "expected the person an external id names, found one whose own record says another",
            reason="external-moved",
            hint="run `kept verify`: a token or a record was changed in a database",
        )
        await record_evidence(engine, None, person_id, error, engine.clock.now())
        raise error


async def _is_there(engine: Engine, person_id: bytes) -> bool:
    """Whether somebody's account was opened: its state is in D, or K has acknowledged one."""
    state = await engine.data.one(sql.StateG, person_id=person_id)
    return state is not None or await engine.keys.one(sql.StateCopyG, person_id=person_id) is not None


async def _open(engine: Engine, program: Credential, form: str, language: str) -> bytes:
    """Open an account: keys and token in one transaction of K, then the rest; who is second takes the first one's."""
    person_id, token = random_bytes(16), external_token(engine, program.system, form)

    async def claim(tx: Transaction) -> None:
        await tx.run("external_token_insert", system=program.system, token=token, person_id=person_id)

    try:
        keys = await engine.keyring.create_person(person_id, engine.ready(), claim)
    except ConflictError as error:
        first = await _owner(engine, program.system, form) if error.reason == "exists" else None
        if first is None:
            raise
        return first

    async def keep(tx: Transaction, _: bytes) -> None:
        await put_external_id(tx, engine, keys, program.system, form)

    return await open_account(engine, language, keep, keys=keys, vouched_by=program.id)
