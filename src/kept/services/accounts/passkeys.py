"""Passkeys: joining and signing in without a name, with WebAuthn discoverable credentials.

The user handle is a random id made by us and the user name is a word we issue; nothing is typed. A challenge is a
signed token, good once and for five minutes.
"""

from __future__ import annotations

import json
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
from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement, UserVerificationRequirement

from kept import limits
from kept.crypto.random import random_bytes, random_id
from kept.crypto.token import parse_token, sign_token
from kept.errors import ConflictError, MalformedError, SignInError
from kept.services.accounts.accounts import new_login_name, open_account
from kept.services.engine.engine import Engine
from kept.store import sql
from kept.store.interface import Transaction

LABEL = "passkey"


def begin_join(engine: Engine, rp_id: str, rp_name: str) -> dict[str, Any]:
    """Return what the browser needs to make a passkey: options and the signed challenge."""
    challenge, handle = random_bytes(32), random_bytes(16)
    name = new_login_name()
    options = generate_registration_options(
        rp_id=rp_id,
        rp_name=rp_name,
        user_name=name,
        user_display_name=name,
        user_id=handle,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return {"options": json.loads(options_to_json(options)), "token": _token(engine, "join", challenge, handle)}


async def finish_join(  # noqa: PLR0913 -- what the ceremony needs
    engine: Engine, unverified: str, unverified_token: str, *, rp_id: str, origin: str, language: str
) -> bytes:
    """Verify a new passkey, open the account and return the person's id.

    Raises:
        SignInError: The response does not verify, or the challenge is not ours, old or used.
    """
    challenge, _, token_id = _parse(engine, "join", unverified_token)
    try:
        verified = verify_registration_response(
            credential=unverified,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _refused() from error
    at = engine.ready()

    async def extra(tx: Transaction, person_id: bytes) -> None:
        await _use(tx, token_id, at)
        await tx.run(
            "passkey_insert",
            person_id=person_id,
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            transports="",
            created_at=at,
        )
        await tx.run("login_insert", login_name=f"passkey:{verified.credential_id.hex()}", person_id=person_id)

    return await open_account(engine, language, extra)


def begin_sign_in(engine: Engine, rp_id: str) -> dict[str, Any]:
    """Return what the browser needs to sign in with any passkey of this site."""
    challenge = random_bytes(32)
    options = generate_authentication_options(
        rp_id=rp_id, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return {"options": json.loads(options_to_json(options)), "token": _token(engine, "sign-in", challenge, b"")}


async def finish_sign_in(engine: Engine, unverified: str, unverified_token: str, *, rp_id: str, origin: str) -> bytes:
    """Verify a passkey's answer and return the person's id.

    Raises:
        SignInError: It does not verify, is not known here, or the challenge is not ours, old or used.
    """
    challenge, _, token_id = _parse(engine, "sign-in", unverified_token)
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
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _refused() from error
    at = engine.ready()

    async def body(tx: Transaction) -> None:
        await _use(tx, token_id, at)
        await tx.run(
            "passkey_used", person_id=person_id, credential_id=credential_id, sign_count=verified.new_sign_count, at=at
        )

    await engine.data.write(body)
    return person_id


def _token(engine: Engine, what: str, challenge: bytes, handle: bytes) -> str:
    claims = {"id": random_id(), "what": what, "challenge": challenge.hex(), "handle": handle.hex()}
    return sign_token(
        engine.keyring.installation_key("tokens"), LABEL, claims, engine.clock.now() + limits.PASSKEY_CHALLENGE_SECONDS
    )


def _parse(engine: Engine, what: str, unverified: str) -> tuple[bytes, bytes, str]:
    try:
        claims = parse_token(engine.keyring.installation_key("tokens"), LABEL, unverified, engine.clock.now())
    except MalformedError as error:
        raise _refused() from error
    if claims["what"] != what:
        raise _refused()
    return bytes.fromhex(claims["challenge"]), bytes.fromhex(claims["handle"]), claims["id"]


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
