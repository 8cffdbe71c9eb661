"""API credentials: one role, and the purposes of it they may name; each sign-in issues a mandate for exactly one."""

from __future__ import annotations

from kept.crypto.digest import framed, same
from kept.crypto.random import random_id, random_secret
from kept.errors import InputError, SignInError
from kept.policy.decision import Mandate
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Account, build_entry
from kept.services.staff.bulk_approval import PROGRAM, insert_mandate
from kept.store import sql
from kept.store.interface import Transaction

MANDATE_SECONDS = 3600.0
RELEASES_AT_MOST = 100_000


async def issue_credential(engine: Engine, label: str, role: str, purposes: tuple[str, ...], *, by: str) -> str:
    """Issue a credential and return it, once: `kept_<id>_<secret>`.

    Args:
        engine: Open.
        label: What it is for, a word such as `shop-mailer`.
        role: A declared role.
        purposes: Purposes of that role.
        by: Who issues it.

    Raises:
        InputError: The role does not have these purposes.
    """
    declared = engine.policy.policy.roles.get(role)
    if declared is None or not purposes or not set(purposes) <= set(declared.purposes):
        raise InputError(
            "expected a declared role and purposes of it, found others",
            reason="credential-purposes",
            hint=f"{role}: {', '.join(declared.purposes) if declared else 'not declared'}",
            clause="§5.2",
        )
    credential_id, secret = random_id(), random_secret()
    at = engine.ready()

    async def body(tx: Transaction) -> None:
        await tx.run(
            "credential_insert",
            credential_id=credential_id,
            secret_hash=_hash(engine, credential_id, role, purposes, secret),
            label=label,
            role=role,
            purposes=",".join(purposes),
            created_at=at,
        )

    await engine.data.write(body)
    await engine.record(
        build_entry(
            Account(
                act=Act.CREDENTIAL_CHANGE.value,
                outcome=Outcome.DONE.value,
                at=at,
                policy=engine.policy.hash[:16],
                kind="operator",
                actor=by,
                role=role,
                clause="5.2",
                facts=(("credential", credential_id), ("purposes", ",".join(purposes))),
            )
        )
    )
    return f"kept_{credential_id}_{secret}"


async def mandate_of(engine: Engine, credential: str, purpose: str = "") -> Mandate:
    """Sign in with a credential and return a mandate for one purpose.

    Args:
        engine: Open.
        credential: As issued.
        purpose: One of its own; may be left out when it has only one.

    Raises:
        SignInError: The credential is unknown, wrong or revoked.
        InputError: It has several purposes and none was named, or another one was.
    """
    prefix, _, rest = credential.partition("_")
    credential_id, _, secret = rest.partition("_")
    row = await engine.data.one(sql.CredentialGet, credential_id=credential_id)
    if (
        prefix != "kept"
        or row is None
        or row.revoked_at is not None
        or not same(row.secret_hash, _hash(engine, credential_id, row.role, tuple(row.purposes.split(",")), secret))
    ):
        raise SignInError("expected a valid credential, found another", reason="credential-wrong", clause="§5.2")
    purposes = tuple(row.purposes.split(","))
    chosen = purpose or (purposes[0] if len(purposes) == 1 else "")
    if chosen not in purposes:
        raise InputError(
            "expected one of the credential's own purposes, found none or another",
            reason="credential-purpose",
            hint=f"its purposes: {', '.join(purposes)}",
            clause="§5.2",
        )
    at = engine.ready()
    mandate = Mandate(
        id=random_id(),
        kind="service",
        actor=credential_id,
        role=row.role,
        purpose=chosen,
        case="",
        person_id=b"",
        signed_in_at=at,
        expires_at=at + MANDATE_SECONDS,
        volume_left=RELEASES_AT_MOST,
    )
    return await engine.data.write(lambda tx: insert_mandate(tx, mandate, kind=PROGRAM))


async def revoke_credential(engine: Engine, credential_id: str, *, by: str) -> None:
    """Take a credential back, its mandates included."""
    at = engine.ready()

    async def body(tx: Transaction) -> None:
        await tx.run("credential_revoke", credential_id=credential_id, at=at)
        await tx.run("mandates_revoke_actor", actor=credential_id, at=at)

    await engine.data.write(body)
    await engine.record(
        build_entry(
            Account(
                act=Act.CREDENTIAL_CHANGE.value,
                outcome=Outcome.DONE.value,
                at=at,
                policy=engine.policy.hash[:16],
                kind="operator",
                actor=by,
                clause="5.2",
                facts=(("credential", credential_id), ("purposes", "")),
            )
        )
    )


def _hash(engine: Engine, credential_id: str, role: str, purposes: tuple[str, ...], secret: str) -> bytes:
    """Return the keyed hash of a secret, bound to what the credential may do: a row widened by hand fits no secret."""
    parts = (credential_id, role, ",".join(purposes), secret)
    return engine.token_hash("credential", framed(*(one.encode() for one in parts)))
