"""Passkeys: joining, signing in without a name, and adding one to an account, with WebAuthn discoverable credentials.

The user handle is a random id made by us and the user name is the login name we issue. What a person calls a passkey of theirs is
sealed. A challenge is a signed token, good once and for five minutes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kept import limits
from kept.crypto.digest import sha256
from kept.crypto.random import random_bytes, random_id
from kept.crypto.token import parse_token, sign_token
from kept.errors import ConflictError, InputError, MalformedError, SignInError
from kept.services.accounts.accounts import PASSKEY_NAME, Issued, join, login_name_of, new_login_name
from kept.services.accounts.ways_in import require_way_in
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.no_log import No, note
from kept.services.engine.record import about_person, entry_of
from kept.services.engine.sealed_record import open_persons_record, seal_persons_record
from kept.services.gate.own_session import Own
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.individual_number import guard_individual_number
from kept.vault.text import readable, too_long

LABEL, RECORD = "passkey", "passkey"


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of an account, as its owner sees it.

    Args:
        id: Hex.
        name: What the person calls it; empty for nothing.
        since: When it was made, unix seconds.
        last_used_at: Unix seconds; None for one not used since.
    """

    id: str
    name: str
    since: float
    last_used_at: float | None


@dataclass(frozen=True, slots=True)
class _Made:
    """A new passkey that verified, and what its challenge said."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    token_id: str
    login_name: str
    person_id: bytes


def begin_join(engine: Engine, rp_id: str, rp_name: str) -> dict[str, Any]:
    """Return what the browser needs to make a passkey: options and the signed challenge."""
    return _begin(engine, "join", (rp_id, rp_name), new_login_name(), b"", ())


async def finish_join(  # noqa: PLR0913 -- what the ceremony needs
    engine: Engine, unverified: str, unverified_token: str, *, rp_id: str, origin: str, language: str
) -> Issued:
    """Verify a new passkey and open the account; return what it was given.

    Raises:
        SignInError: The response does not verify, or the challenge is not ours, old or used.
    """
    made = _verified(engine, "join", unverified, unverified_token, rp_id=rp_id, origin=origin)
    at = engine.ready()

    async def extra(tx: Transaction, person_id: bytes) -> None:
        await _insert(tx, person_id, made, "", b"", at)

    return await join(engine, made.login_name, language, extra)


async def begin_add(engine: Engine, own: Own, rp_id: str, rp_name: str) -> dict[str, Any]:
    """Return what the browser needs to make one more passkey; a device that holds one of the account makes none.

    Args:
        engine: Open.
        own: Signed in here, within five minutes.
        rp_id: Host name of the page that asks.
        rp_name: What the company is called.

    Raises:
        DeniedError: A program vouched for the session.
        SignInError: The sign-in is longer ago.
    """
    own.require_own()
    own.require_fresh(engine.ready())
    held = await engine.data.all(sql.Passkeys, person_id=own.person_id)
    name = await login_name_of(engine, own.person_id)
    return _begin(engine, "add", (rp_id, rp_name), name, own.person_id, [one.credential_id for one in held])


async def finish_add(  # noqa: PLR0913 -- what the ceremony needs
    engine: Engine, own: Own, unverified: str, unverified_token: str, name: str, *, rp_id: str, origin: str
) -> None:
    """Verify one more passkey and add it to an account.

    Args:
        engine: Open.
        own: Signed in here, within five minutes.
        unverified: The browser's answer, as JSON.
        unverified_token: From `begin_add`, for the same account.
        name: What the person calls it, at most 60 characters; may be empty.
        rp_id: Host name of the page that asked.
        origin: Of the page that asked.

    Raises:
        DeniedError: A program vouched for the session.
        SignInError: The sign-in is longer ago; the answer does not verify; the challenge is not ours, old or used.
        SubmissionError: The name is too long, or no name.
        InputError: The account has as many passkeys as it may.
        ConflictError: It is a passkey of this site already.
    """
    at = engine.ready()
    own.require_own()
    own.require_fresh(at)
    made = _verified(engine, "add", unverified, unverified_token, rp_id=rp_id, origin=origin)
    if made.person_id != own.person_id:
        raise _refused()
    key_id, sealed = await _seal_name(engine, own, made.credential_id, name)
    entry = entry_of(engine, own.acting(), Act.PASSKEY_ADD, await about_person(engine, own.person_id), at=at)

    async def body(tx: Transaction) -> None:
        if len(await tx.all(sql.Passkeys, person_id=own.person_id)) >= limits.PASSKEYS:
            raise InputError(
                f"expected at most {limits.PASSKEYS} passkeys of one account, found one more",
                reason="passkeys-many",
                hint="remove one you do not use any more",
                rests_on="sign-in-protection",
            )
        await _insert(tx, own.person_id, made, key_id, sealed, at)
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def name_passkey(engine: Engine, own: Own, passkey: str, name: str) -> None:
    """Call a passkey something else.

    Args:
        engine: Open.
        own: Signed in here.
        passkey: Its id, of `known_by`.
        name: At most 60 characters; empty for none.

    Raises:
        DeniedError: A program vouched for the session.
        SubmissionError: The name is too long, or no name.
        InputError: The account has no such passkey.
    """
    own.require_own()
    credential_id = _credential(passkey)
    key_id, sealed = await _seal_name(engine, own, credential_id, name)

    async def body(tx: Transaction) -> int:
        named = {"person_id": own.person_id, "credential_id": credential_id}
        return await tx.run("passkey_name", **named, key_id=key_id, sealed=sealed)

    if not await engine.data.write(body):
        raise _no_passkey()


async def remove_passkey(engine: Engine, own: Own, passkey: str, *, knowing: bool = False) -> None:
    """Take a passkey away; it does not come back with a restore.

    Args:
        engine: Open.
        own: Signed in here, within five minutes.
        passkey: Its id, of `known_by`.
        knowing: Whether the person knows that it is the last way in, so that only a recovery code leads back.

    Raises:
        DeniedError: A program vouched for the session.
        SignInError: The sign-in is longer ago.
        InputError: The account has no such passkey; or it is the last way in.
    """
    at = engine.ready()
    own.require_own()
    own.require_fresh(at)
    credential_id = _credential(passkey)
    entry = entry_of(engine, own.acting(), Act.PASSKEY_REMOVE, await about_person(engine, own.person_id), at=at)

    async def body(tx: Transaction) -> None:
        if not await delete_passkey(tx, own.person_id, credential_id):
            raise _no_passkey()
        await require_way_in(tx, own.person_id, knowing=knowing)
        await note(tx, No.PASSKEY, at, person=own.person_id, passkey=passkey_hash(credential_id))
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    await engine.no_log.acknowledge()


async def delete_passkey(tx: Transaction, person_id: bytes, credential_id: bytes) -> int:
    """Delete a passkey and its line among what people sign in by, within *tx*; return how many there were."""
    await tx.run("login_delete", person_id=person_id, login_name=f"{PASSKEY_NAME}{credential_id.hex()}")
    return await tx.run("passkey_delete", person_id=person_id, credential_id=credential_id)


def passkey_hash(credential_id: bytes) -> str:
    """Return what the no-log calls a passkey."""
    return sha256(b"kept/passkey/v1" + credential_id).hex()


async def passkeys_of(engine: Engine, person_id: bytes) -> tuple[Passkey, ...]:
    """Return the passkeys of an account, the oldest first."""
    rows = await engine.data.all(sql.Passkeys, person_id=person_id)
    keys = (await engine.people.load(person_id)).keys if any(one.sealed for one in rows) else None
    found = []
    for one in rows:
        number, name = one.credential_id.hex(), ""
        if one.sealed and keys:
            name = open_persons_record(engine, keys, RECORD, number, one.key_id, one.sealed).decode()
        found.append(Passkey(number, name, one.created_at, one.last_used_at))
    return tuple(found)


def begin_sign_in(engine: Engine, rp_id: str) -> dict[str, Any]:
    """Return what the browser needs to sign in with any passkey of this site."""
    challenge = random_bytes(32)
    options = generate_authentication_options(
        rp_id=rp_id, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return {"options": json.loads(options_to_json(options)), "token": _token(engine, "sign-in", challenge)}


async def account_of(engine: Engine, unverified: str) -> tuple[str, str]:
    """Return the account a passkey's answer is for, as guesses and as devices are counted by; the first empty where it names no key.

    Args:
        engine: Open.
        unverified: The browser's answer, not looked at yet.
    """
    try:
        name = f"{PASSKEY_NAME}{base64url_to_bytes(str(json.loads(unverified)['id'])).hex()}"
    except (ValueError, KeyError, TypeError):
        return "", ""
    owner = await engine.data.value(sql.LoginGet, login_name=name)
    return name, owner.hex() if owner else name


async def finish_sign_in(engine: Engine, unverified: str, unverified_token: str, *, rp_id: str, origin: str) -> bytes:
    """Verify a passkey's answer and return the person's id.

    Raises:
        SignInError: It does not verify, is not known here, or the challenge is not ours, old or used.
    """
    claims = _parse(engine, "sign-in", unverified_token)
    try:
        credential_id = base64url_to_bytes(str(json.loads(unverified)["id"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _refused() from error

    async def known(tx: Transaction) -> tuple[bytes, bytes, int] | None:
        person_id = await tx.value(sql.LoginGet, login_name=f"passkey:{credential_id.hex()}")
        if person_id is None:
            return None
        key = await tx.one(sql.PasskeyGet, person_id=person_id, credential_id=credential_id)
        return (person_id, key.public_key, key.sign_count) if key else None

    found = await engine.data.read(known)
    if found is None:
        raise _refused()
    person_id, public_key, sign_count = found
    try:
        verified = verify_authentication_response(
            credential=unverified,
            expected_challenge=bytes.fromhex(claims["challenge"]),
            expected_rp_id=rp_id,
            expected_origin=origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
        _require_own_page(unverified)
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _refused() from error
    at = engine.ready()

    async def body(tx: Transaction) -> None:
        await _use(tx, claims["id"], at)
        await tx.run(
            "passkey_used", person_id=person_id, credential_id=credential_id, sign_count=verified.new_sign_count, at=at
        )

    await engine.data.write(body)
    return person_id


def _begin(  # noqa: PLR0913 -- what the ceremony needs
    engine: Engine, what: str, rp: tuple[str, str], name: str, person_id: bytes, held: Iterable[bytes]
) -> dict[str, Any]:
    challenge = random_bytes(32)
    options = generate_registration_options(
        rp_id=rp[0],
        rp_name=rp[1],
        user_name=name,
        user_display_name=name,
        user_id=random_bytes(16),
        challenge=challenge,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in held],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    token = _token(engine, what, challenge, name=name, person=person_id.hex())
    return {"options": json.loads(options_to_json(options)), "token": token}


def _verified(  # noqa: PLR0913 -- what the ceremony needs
    engine: Engine, what: str, unverified: str, unverified_token: str, *, rp_id: str, origin: str
) -> _Made:
    claims = _parse(engine, what, unverified_token)
    try:
        verified = verify_registration_response(
            credential=unverified,
            expected_challenge=bytes.fromhex(claims["challenge"]),
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
        )
        _require_own_page(unverified)
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _refused() from error
    return _Made(
        verified.credential_id,
        verified.credential_public_key,
        verified.sign_count,
        claims["id"],
        claims["name"],
        bytes.fromhex(claims["person"]),
    )


def _require_own_page(unverified: str) -> None:
    """Insist that the answer was given on a page of this site, not in a frame of somebody else's page.

    Source: Web Authentication Level 3 §7.1 step 10, §7.2 step 13: `crossOrigin` and `topOrigin`.
    """
    said = json.loads(base64url_to_bytes(json.loads(unverified)["response"]["clientDataJSON"]))
    if said.get("crossOrigin", False) is not False or "topOrigin" in said:
        raise _refused()


async def _insert(  # noqa: PLR0913 -- the columns of a passkey
    tx: Transaction, person_id: bytes, made: _Made, key_id: str, sealed: bytes, at: float
) -> None:
    await _use(tx, made.token_id, at)
    await tx.run(
        "passkey_insert",
        person_id=person_id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        key_id=key_id,
        sealed=sealed,
        created_at=at,
    )
    await tx.run("login_insert", login_name=f"{PASSKEY_NAME}{made.credential_id.hex()}", person_id=person_id)


async def _seal_name(engine: Engine, own: Own, credential_id: bytes, name: str) -> tuple[str, bytes]:
    """Seal what a person calls a passkey; empty where they do not call it anything."""
    if not name.strip():
        return "", b""
    text = readable(name, "name")
    if len(text) > limits.PASSKEY_NAME_CHARACTERS:
        raise too_long("name", limits.PASSKEY_NAME_CHARACTERS)
    guard_individual_number(text, "name")
    keys = (await engine.people.load(own.person_id)).keys
    return seal_persons_record(engine, keys, RECORD, credential_id.hex(), text.encode())


def _credential(passkey: str) -> bytes:
    try:
        return bytes.fromhex(passkey)
    except ValueError:
        raise _no_passkey() from None


def _token(engine: Engine, what: str, challenge: bytes, **more: str) -> str:
    claims = {"id": random_id(), "what": what, "challenge": challenge.hex(), **more}
    return sign_token(
        engine.keyring.installation_key("tokens"), LABEL, claims, engine.clock.now() + limits.PASSKEY_CHALLENGE_SECONDS
    )


def _parse(engine: Engine, what: str, unverified: str) -> dict[str, str]:
    try:
        claims = parse_token(engine.keyring.installation_key("tokens"), LABEL, unverified, engine.clock.now())
    except MalformedError as error:
        raise _refused() from error
    if claims["what"] != what:
        raise _refused()
    return claims


async def _use(tx: Transaction, token_id: str, at: float) -> None:
    try:
        await tx.run("notice_token_use", token_id=token_id, expires_at=at + limits.PASSKEY_CHALLENGE_SECONDS)
    except ConflictError:
        raise _refused() from None


def _refused() -> SignInError:
    return SignInError(
        "expected a passkey of this site, found none that verifies",
        reason="passkey-wrong",
        hint="try again, or sign in with your login name",
        rests_on="sign-in-protection",
    )


def _no_passkey() -> InputError:
    return InputError(
        "expected a passkey of this account, found none",
        reason="passkey-unknown",
        hint="load the page again: it may be gone already",
        rests_on="sign-in-protection",
    )
