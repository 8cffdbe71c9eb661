"""Linking: an account opened on our own pages gets an external id later, by two words that no one party has.

The program vouches that its id is who stands before it; the person, signed in freshly on our own pages, hands it a code for
that one system. A program alone cannot take an account over: it gets no code, and a session it vouched for gets none either.
"""

from __future__ import annotations

import msgspec

from kept import limits
from kept.crypto.random import random_id
from kept.errors import ConflictError, InputError, KeptError, SignInError
from kept.policy import change
from kept.services.accounts.vouching import RIGHT, vouched_session
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.marks import new_mark, read_mark
from kept.services.engine.people import Person
from kept.services.engine.record import Actor, account_part
from kept.services.gate.external_ids import (
    external_form,
    external_ids_of,
    external_token,
    put_external_id,
)
from kept.services.gate.own_session import Own
from kept.services.gate.state_change import Change, change_person
from kept.services.staff.credentials import all_credentials, credential_of
from kept.store import sql
from kept.store.interface import Transaction

LABEL = "link"


class Claims(msgspec.Struct, frozen=True):
    """What a code says, to this installation alone: its number, whose it is, which system it is for, and until when."""

    id: str
    person: str
    system: str
    ends_at: float


async def linkable(engine: Engine, own: Own) -> list[str]:
    """Return the systems whose programs may vouch, and that do not call the person anything yet.

    Args:
        engine: Open.
        own: Whose account.
    """
    theirs = await external_ids_of(engine, (await engine.people.load(own.person_id)).keys)
    vouching = {
        one.system for one in await all_credentials(engine) if one.revoked_at is None and one.may(engine, RIGHT)
    }
    return sorted(vouching - set(theirs))


async def link_code(engine: Engine, own: Own, system: str) -> str:
    """Return a code for one system, for ten minutes, good once.

    Args:
        engine: Open.
        own: Signed in here, within five minutes.
        system: One of `linkable`.

    Raises:
        DeniedError: A program vouched for the session.
        SignInError: The sign-in is longer ago.
        InputError: The system is none that could link.
    """
    own.require_own()
    at = engine.ready()
    own.require_fresh(at)
    if system not in await linkable(engine, own):
        raise InputError(
            "expected a system that vouches and does not know this account yet, found another",
            reason="link-system",
            hint="choose one of those my data offers",
            rests_on="sign-in-protection",
        )
    claims = Claims(random_id(), own.person_id.hex(), system, at + limits.LINK_CODE_SECONDS)
    return new_mark(engine, LABEL, msgspec.json.encode(claims))


async def link(engine: Engine, credential: str, external: str, unverified_code: str) -> Own:
    """Let a program's id name the account whose owner gave the code; return the session the program vouches for.

    K's token comes first, as with every value that is found: it nominates, and the person's own record, written with the entry and
    the use of the code in one transaction, decides. Killed in between, the same id is linked with a new code.

    Args:
        engine: Open.
        credential: Of the program, with the right `vouch`.
        external: The program's own id for the person.
        unverified_code: As the person typed it.

    Raises:
        SignInError: The credential or the code is not right.
        DeniedError: It has no right to vouch.
        ConflictError: The id names another account, or the account has an id of this system.
    """
    program = await credential_of(engine, credential)
    program.require(engine, RIGHT)
    form = external_form(external)
    at = engine.ready()
    token_id, person_id, system = _parse(engine, unverified_code, at)
    if system != program.system:
        raise _refused()
    keys, _ = await engine.keyring.of_person(person_id)
    if keys is None:
        raise _refused()
    if system in await external_ids_of(engine, keys):
        raise _known()
    await _claim(engine, system, form, person_id)

    def make(person: Person, now: float) -> Change:
        facts = (("system", system),)
        account = account_part(engine, Actor("own", program.id), Act.EXTERNAL_LINK, at=now, facts=facts)
        return Change(change.linked(person.state), account, extra=keep)

    async def keep(tx: Transaction) -> None:
        try:
            await tx.run("notice_token_use", token_id=token_id, expires_at=at + limits.LINK_CODE_SECONDS)
        except ConflictError:
            raise _refused() from None
        await put_external_id(tx, engine, keys, system, form)

    try:
        await change_person(engine, person_id, make)
    except KeptError:
        await _take_back(engine, system, form, person_id)
        raise
    return await vouched_session(engine, credential, external, create=False)


async def _claim(engine: Engine, system: str, form: str, person_id: bytes) -> None:
    """Put the token into K; one a kill left behind for the same person is as good."""
    token = external_token(engine, system, form)

    async def body(tx: Transaction) -> None:
        owner = await tx.value(sql.ExternalTokenFind, system=system, token=token)
        if owner is None:
            await tx.run("external_token_insert", system=system, token=token, person_id=person_id)
        elif owner != person_id:
            raise _taken()

    await engine.keys.write(body)


async def _take_back(engine: Engine, system: str, form: str, person_id: bytes) -> None:
    """Take the token back where the person's own record does not say it: somebody else may have linked it just now."""
    keys, _ = await engine.keyring.of_person(person_id)
    if keys is not None and (await external_ids_of(engine, keys)).get(system) == form:
        return
    token = external_token(engine, system, form)

    async def body(tx: Transaction) -> None:
        await tx.run("external_token_delete", system=system, token=token, person_id=person_id)

    await engine.keys.write(body)


def _parse(engine: Engine, unverified: str, at: float) -> tuple[str, bytes, str]:
    content = read_mark(engine, LABEL, "".join(unverified.split()))
    if not content or (claims := msgspec.json.decode(content, type=Claims)).ends_at < at:
        raise _refused()
    return claims.id, bytes.fromhex(claims.person), claims.system


def _refused() -> SignInError:
    return SignInError(
        "expected a code its owner got for this system within ten minutes and did not use, found another",
        reason="link-code-wrong",
        hint="let the person sign in on Kept's own pages and get a new code there; nothing was linked",
        rests_on="sign-in-protection",
    )


def _known() -> ConflictError:
    return ConflictError(
        "expected an account this system calls nothing yet, found one with an id of its own",
        reason="external-known",
        hint="sign the person in by the id it has",
        rests_on="sign-in-protection",
    )


def _taken() -> ConflictError:
    return ConflictError(
        "expected an external id that names nobody yet, found one that names another account",
        reason="external-taken",
        hint="erase that account first, if it is theirs too; or use another id",
        rests_on="sign-in-protection",
    )
