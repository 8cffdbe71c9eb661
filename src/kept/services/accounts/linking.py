"""Linking: an account opened on our own pages gets an external id later, by two words that no one party has; and unlinking it.

The program vouches that its id is who stands before it; the person, signed in freshly on our own pages, hands it a code for
that one system. A program alone cannot take an account over: it gets no code, and a session it vouched for gets none either.
A code is short enough to be typed: what keeps it from being guessed is how few a program may give, and how short a time it lives.
"""

from __future__ import annotations

import secrets
import unicodedata

from kept import limits
from kept.crypto.digest import framed, hmac_sha256
from kept.errors import ConflictError, InputError, KeptError, SignInError
from kept.policy import change
from kept.services.accounts.rate_limits import Limits
from kept.services.accounts.recovery import ALPHABET
from kept.services.accounts.vouching import RIGHT, vouched_session
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.no_log import No, note
from kept.services.engine.people import Person
from kept.services.engine.record import Actor, account_part
from kept.services.gate.external_ids import (
    drop_external_token,
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

CODE_CHARACTERS = 8
"""31^8 codes: a hundred tries hit one that is open with a chance of one in eight thousand million."""


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
    """Return a code for one system, for ten minutes, good once; the one before it ends.

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
            hint="choose one of those the page of your account offers",
            rests_on="sign-in-protection",
        )
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS))
    kept = {"code_hash": _code_hash(engine, code), "expires_at": at + limits.LINK_CODE_SECONDS}
    await engine.data.write(lambda tx: tx.run("link_code_put", person_id=own.person_id, system=system, **kept))
    return f"{code[:4]}-{code[4:]}"


async def link(engine: Engine, tries: Limits, credential: str, external: str, unverified_code: str) -> Own:
    """Let a program's id name the account whose owner gave the code; return the session the program vouches for.

    K's token comes first, as with every value that is found: it nominates, and the person's own record, written with the entry and
    the use of the code in one transaction, decides. Killed in between, the same id is linked with a new code.

    Args:
        engine: Open.
        tries: Counts how many codes the program gave, for this id and in all.
        credential: Of the program, with the right `vouch`.
        external: The program's own id for the person.
        unverified_code: As the person typed it.

    Raises:
        SignInError: The credential or the code is not right.
        DeniedError: It has no right to vouch.
        LimitError: Too many codes were given.
        SubmissionError: The account is being erased.
        ConflictError: The id names another account, or the account has an id of this system.
    """
    program = await credential_of(engine, credential)
    program.require(engine, RIGHT)
    form = external_form(external)
    system, code_hash = program.system, _code_hash(engine, unverified_code)
    for what, who, most in (
        ("link", f"{system}\n{form}", limits.LINK_TRIES),
        ("link-system", system, limits.LINK_SYSTEM_TRIES),
    ):
        await tries.count(what, who, most=most, seconds=limits.LINK_CODE_SECONDS)
    row = await engine.data.one(sql.LinkCodeFind, code_hash=code_hash)
    if row is None or row.system != system or row.expires_at < engine.ready():
        raise _refused()
    person_id = row.person_id
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
        if not await tx.run("link_code_use", person_id=person_id, system=system, code_hash=code_hash):
            raise _refused()
        await put_external_id(tx, engine, keys, system, form)

    try:
        await change_person(engine, person_id, make)
    except KeptError:
        await _take_back(engine, system, form, person_id)
        raise
    return await vouched_session(engine, credential, external, create=False)


async def unlink(engine: Engine, own: Own, system: str) -> None:
    """Let a system call an account nothing any more, after a restore too: its program signs nobody in here by that id.

    K's token goes first: killed in between, nobody is found by the id, and unlinking again ends it.

    Args:
        engine: Open.
        own: Signed in here, within five minutes.
        system: One that calls the account something.

    Raises:
        DeniedError: A program vouched for the session: without the link there would be no way in.
        SignInError: The sign-in is longer ago.
        InputError: The system calls the account nothing.
    """
    own.require_own()
    own.require_fresh(engine.ready())
    form = (await external_ids_of(engine, (await engine.people.load(own.person_id)).keys)).get(system)
    if form is None:
        raise InputError(
            "expected a system that knows this account, found another",
            reason="link-system",
            hint="choose one of those the page of your account shows",
            rests_on="sign-in-protection",
        )
    await drop_external_token(engine, own.person_id, system, form)

    def make(person: Person, now: float) -> Change:
        async def extra(tx: Transaction) -> None:
            await tx.run("external_id_delete", person_id=own.person_id, system=system)
            await note(tx, No.UNLINKED, now, person=own.person_id, system=system)

        account = account_part(engine, own.acting(), Act.EXTERNAL_UNLINK, at=now, facts=(("system", system),))
        return Change(change.unlinked(person.state), account, extra=extra)

    await change_person(engine, own.person_id, make)


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
    await drop_external_token(engine, person_id, system, form)


def _code_hash(engine: Engine, code: str) -> bytes:
    """Return what a code is kept as: however it was typed, under a key of this installation."""
    typed = unicodedata.normalize("NFKC", code).lower()
    plain = "".join(one for one in typed if one.isalnum())
    return hmac_sha256(engine.keyring.installation_key("tokens"), framed(b"kept/link-code/v1", plain.encode()))


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
