"""API credentials: one role, the purposes of it they may name, and rights of it; each sign-in issues a mandate for one purpose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kept import limits
from kept.crypto.digest import framed, same
from kept.crypto.random import random_id, random_secret
from kept.errors import DeniedError, InputError, SignInError
from kept.policy.decision import Mandate
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.no_log import No, note
from kept.services.engine.record import operator, record
from kept.services.staff.bulk_approval import PROGRAM, insert_mandate
from kept.store import sql
from kept.store.interface import Transaction


@dataclass(frozen=True, slots=True)
class Credential:
    """What a program signs in with, without its secret.

    Args:
        id: 32 hex digits; what entries call the program.
        label: What it is for, as its operator wrote.
        role: Its role.
        purposes: Purposes of that role it may name.
        rights: Rights of that role it has.
        system: Whose external ids it speaks of.
        created_at: When it was issued, unix seconds.
        revoked_at: When it was taken back; None while it is good.
    """

    id: str
    label: str
    role: str
    purposes: tuple[str, ...]
    rights: tuple[str, ...]
    system: str
    created_at: float
    revoked_at: float | None

    def may(self, engine: Engine, right: str) -> bool:
        """Whether it has a right: given when it was issued, and still one of its role."""
        role = engine.policy.policy.roles.get(self.role)
        return right in self.rights and role is not None and right in role.may

    def require(self, engine: Engine, right: str) -> None:
        """Insist on a right: given when the credential was issued, and still one of its role.

        Raises:
            DeniedError: It has none.
        """
        if not self.may(engine, right):
            raise DeniedError(
                f"expected a credential with the right {right}, found one without",
                step=1,
                needed=f"a credential issued with `--may {right}`, of a role that may",
                reason="right",
                rests_on="roles",
            )


async def issue_credential(  # noqa: PLR0913 -- what a credential is
    engine: Engine,
    label: str,
    role: str,
    purposes: tuple[str, ...],
    *,
    by: str,
    may: tuple[str, ...] = (),
    system: str = "",
) -> str:
    """Issue a credential and return it, once: `kept_<id>_<secret>`.

    Args:
        engine: Open.
        label: What it is for, a word such as `shop-mailer`.
        role: A declared role.
        purposes: Purposes of that role; may be empty where it gets rights.
        by: Who issues it.
        may: Rights of that role, such as `vouch`.
        system: Whose external ids it speaks of; its label when left out.

    Raises:
        InputError: The role does not have these purposes or rights, or there is nothing it could do.
    """
    declared = engine.policy.policy.roles.get(role)
    if declared is None or not (purposes or may) or not set(purposes) <= set(declared.purposes):
        raise InputError(
            "expected a declared role and purposes of it, found others",
            reason="credential-purposes",
            hint=f"{role}: {', '.join(declared.purposes) if declared else 'not declared'}",
            rests_on="roles",
        )
    if not set(may) <= set(declared.may):
        raise InputError(
            "expected rights of the role, found others",
            reason="credential-rights",
            hint=f"{role} may: {', '.join(declared.may) or 'nothing beside its purposes'}",
            rests_on="roles",
        )
    credential_id, secret = random_id(), random_secret()
    at = engine.ready()
    row = {
        "label": label,
        "role": role,
        "purposes": ",".join(purposes),
        "rights": ",".join(may),
        "system": system or label,
    }
    secret_hash = _hash(engine, credential_id, tuple(row.values())[1:], secret)

    async def body(tx: Transaction) -> None:
        await tx.run("credential_insert", credential_id=credential_id, secret_hash=secret_hash, created_at=at, **row)

    await engine.data.write(body)
    rights = (("rights", row["rights"]),) if may else ()
    facts = (("credential", credential_id), ("purposes", row["purposes"]), *rights)
    await record(engine, operator(by).acting(role=role), Act.CREDENTIAL_CHANGE, at=at, facts=facts)
    return f"kept_{credential_id}_{secret}"


async def credential_of(engine: Engine, credential: str) -> Credential:
    """Sign a program in: return what its credential may do.

    Args:
        engine: Open.
        credential: As issued.

    Raises:
        SignInError: The credential is unknown, wrong or revoked.
    """
    prefix, _, rest = credential.partition("_")
    credential_id, _, secret = rest.partition("_")
    row = await engine.data.one(sql.CredentialGet, credential_id=credential_id)
    if (
        prefix != "kept"
        or row is None
        or not same(
            row.secret_hash, _hash(engine, credential_id, (row.role, row.purposes, row.rights, row.system), secret)
        )
    ):
        raise _wrong()
    return _good(_credential(credential_id, row))


async def credential_now(engine: Engine, credential_id: str) -> Credential:
    """Return a credential that signed in before, as its row stands now.

    Raises:
        SignInError: It was taken back meanwhile.
    """
    row = await engine.data.one(sql.CredentialGet, credential_id=credential_id)
    if row is None:
        raise _wrong()
    return _good(_credential(credential_id, row))


async def all_credentials(engine: Engine) -> list[Credential]:
    """Return every credential, oldest first, those taken back as well; no secret."""
    return [_credential(row.credential_id, row) for row in await engine.data.all(sql.Credentials)]


async def mandate_for(engine: Engine, program: Credential, purpose: str = "") -> Mandate:
    """Issue a mandate to a program that signed in.

    Args:
        engine: Open.
        program: From `credential_of`.
        purpose: One of its own; may be left out when it has only one.

    Raises:
        InputError: It has several purposes and none was named, or another one was.
    """
    chosen = purpose or (program.purposes[0] if len(program.purposes) == 1 else "")
    if chosen not in program.purposes:
        raise InputError(
            "expected one of the credential's own purposes, found none or another",
            reason="credential-purpose",
            hint=f"its purposes: {', '.join(program.purposes) or 'none'}",
            rests_on="roles",
        )
    at = engine.ready()
    mandate = Mandate(
        id=random_id(),
        kind="program",
        actor=program.id,
        role=program.role,
        purpose=chosen,
        case="",
        person_id=b"",
        signed_in_at=at,
        expires_at=at + limits.CREDENTIAL_MANDATE_SECONDS,
        volume_left=limits.CREDENTIAL_RELEASES,
    )
    return await engine.data.write(lambda tx: insert_mandate(tx, mandate, kind=PROGRAM))


async def revoke_credential(engine: Engine, credential_id: str, *, by: str) -> None:
    """Take a credential back, its mandates included.

    Raises:
        InputError: There is none of this id that is not revoked.
    """
    at = engine.ready()

    async def body(tx: Transaction) -> None:
        if not await tx.run("credential_revoke", credential_id=credential_id, at=at):
            raise InputError(
                "expected the id of a credential that counts, found another",
                reason="credential-unknown",
                hint="`kept staff list` shows the id of each; one that was revoked needs nothing more",
                rests_on="roles",
            )
        await tx.run("mandates_revoke_actor", actor=credential_id, at=at)
        await note(tx, No.CREDENTIAL, at, credential=credential_id)

    await engine.data.write(body)
    await engine.no_log.acknowledge()
    facts = (("credential", credential_id), ("purposes", ""))
    await record(engine, operator(by), Act.CREDENTIAL_CHANGE, at=at, facts=facts)


def _credential(credential_id: str, row: sql.CredentialGet | sql.Credentials) -> Credential:
    return Credential(
        id=credential_id,
        label=row.label,
        role=row.role,
        purposes=tuple(row.purposes.split(",")) if row.purposes else (),
        rights=tuple(row.rights.split(",")) if row.rights else (),
        system=row.system,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )


def _good(found: Credential) -> Credential:
    if found.revoked_at is not None:
        raise _wrong()
    return found


def _wrong() -> SignInError:
    return SignInError("expected a valid credential, found another", reason="credential-wrong", rests_on="roles")


def _hash(engine: Engine, credential_id: str, said: Iterable[object], secret: str) -> bytes:
    """Return the keyed hash of a secret, bound to what the credential may do: a row widened by hand fits no secret.

    Args:
        engine: Open.
        credential_id: Its id.
        said: Role, purposes, rights and system, as its row has them.
        secret: The secret.
    """
    parts = (credential_id, *(str(one) for one in said), secret)
    return engine.token_hash("credential", framed(*(one.encode() for one in parts)))
