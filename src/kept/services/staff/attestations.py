"""What people keep: somebody of the named role attests a promise, with evidence, until the next time is due."""

from __future__ import annotations

from dataclasses import dataclass

from kept import limits
from kept.crypto.random import random_id
from kept.errors import DeniedError, InputError
from kept.policy.model import Attestation
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import entry_of
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.individual_number import guard_individual_number


@dataclass(frozen=True, slots=True)
class Attested:
    """The last attestation of a promise; *overdue* when its time is over."""

    name: str
    role: str
    evidence: str
    at: float
    valid_until: float
    overdue: bool


async def attest(engine: Engine, session: StaffSession, name: str, reference: str) -> str:
    """Attest a promise; return the entry's id.

    Args:
        engine: Open.
        session: Somebody of the role the policy names, with the right `attest`.
        name: Id of the attestation, as declared.
        reference: Where the evidence lies: a document number or title; no personal information.

    Raises:
        InputError: No such attestation, or no reference.
        DeniedError: Another role is named.
    """
    declared = declared_attestation(engine, name)
    session.require(engine, "attest")
    if declared.by not in session.roles:
        raise DeniedError(
            f"expected an attestation by {declared.by}, found {', '.join(session.roles)}",
            step=1,
            needed=f"somebody of the role {declared.by}",
            reason="role",
            rests_on=f"attest:{name}",
        )
    text = " ".join(reference.split())
    if not text or len(text) > limits.ATTESTATION_REFERENCE_CHARACTERS:
        raise InputError(
            f"expected a reference of 1 to {limits.ATTESTATION_REFERENCE_CHARACTERS} characters",
            reason="reference",
            hint=f"name the {declared.evidence}: its number or title",
            rests_on=f"attest:{name}",
        )
    guard_individual_number(text, "reference")
    at = engine.ready()
    who = session.acting(role=declared.by)
    entry = entry_of(engine, who, Act.ATTEST, at=at, rests_on=f"attest:{name}", facts=(("name", name),))

    async def body(tx: Transaction) -> None:
        await tx.run(
            "attestation_insert",
            attestation_id=random_id(),
            clause=declared.clause,
            name=name,
            staff_id=session.staff_id,
            role=declared.by,
            evidence=text,
            at=at,
            valid_until=at + declared.every_seconds,
            entry_id=entry.entry.id,
        )
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    return entry.id


def declared_attestation(engine: Engine, name: str) -> Attestation:
    """Return a declared attestation.

    Raises:
        InputError: There is none of that name.
    """
    known = {one.id: one for one in engine.policy.policy.attestations}
    if name not in known:
        raise InputError(
            "expected a declared attestation, found another",
            reason="attestation-unknown",
            hint=f"declared: {', '.join(known)}",
        )
    return known[name]


async def attested(engine: Engine) -> dict[str, Attested]:
    """Return the last attestation of each promise."""
    rows = await engine.data.all(sql.Attestations)
    now = engine.clock.now()
    return {
        row.name: Attested(row.name, row.role, row.evidence, row.at, row.valid_until, row.valid_until < now)
        for row in rows
    }
