"""The activation of a policy version: an act, with the hashes of all files in its entry; a second approver once there are two.

A version number never returns with other bytes. What is not effective yet waits for its date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kept.errors import ConflictError, DeniedError, InputError
from kept.policy.check import check_policy
from kept.policy.findings import Severity, as_error
from kept.policy.vocabulary import GuaranteeWord
from kept.services.engine.active_policy import ActivePolicy, compile_policy, decode_files, encode_files
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.record import Actor, entry_of, operator
from kept.services.staff.approvals import waiting_approvals
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the policy.

    Args:
        version: Its number.
        hash: Of all its files, hex.
        effective_at: From when it may be in force, unix seconds.
        proposed_by: Login, or an operator's name on the machine.
        activated_at: When it was activated, unix seconds; None while it is proposed.
        asked_by: Who asked to activate it; empty while nobody has.
    """

    version: int
    hash: str
    effective_at: float
    proposed_by: str
    activated_at: float | None
    asked_by: str


async def versions(engine: Engine) -> list[Version]:
    """Return every version, newest first."""
    asked = {one.subject: one.requested_by for one in await waiting_approvals(engine) if one.act == "activate"}
    return [
        Version(
            int(version),
            str(hashed),
            float(effective_at),
            str(proposed_by),
            None if activated_at is None else float(activated_at),
            asked.get(f"policy-version:{version}", ""),
        )
        for version, hashed, effective_at, proposed_by, _, _, activated_at in await engine.data.all(sql.PolicyVersions)
    ]


async def propose(engine: Engine, files: Mapping[str, bytes], *, by: str) -> ActivePolicy:
    """Read a version and keep it for activation.

    Args:
        engine: Open.
        files: Its files by name.
        by: Login, or an operator's name on the machine.

    Raises:
        PolicyError: It cannot be run; a running policy is not touched.
        ConflictError: The version number exists with other bytes.
    """
    active = compile_policy(files, engine.parts.guarantees)
    _require_sound(files, engine.parts.guarantees)
    version, at = active.policy.version, engine.clock.now()

    async def body(tx: Transaction) -> None:
        row = await tx.one(sql.PolicyGet, version=version)
        proposal: dict[str, object] = {
            "version": version,
            "policy_hash": active.hash,
            "files": encode_files(files),
            "effective_at": active.policy.effective_at,
            "proposed_by": by,
            "proposed_at": at,
        }
        if row is None:
            await tx.run("policy_insert", **proposal)
        elif row.policy_hash == active.hash:
            return
        elif any(one.activated_at is not None for one in await tx.all(sql.PolicyVersions)) or not await tx.run(
            "policy_replace_first", **proposal
        ):
            raise ConflictError(
                f"expected version {version} to be what it was, found other bytes under the same number",
                reason="version-reused",
                hint="give the changed policy the next version number",
                rests_on="bound-to-notice",
            )

    await engine.data.write(body)
    return active


def _require_sound(files: Mapping[str, bytes], guarantees: Mapping[str, GuaranteeWord]) -> None:
    for finding in check_policy(files, guarantees):
        if finding.severity is Severity.ERROR:
            raise as_error(finding)


async def activate_first(engine: Engine, files: Mapping[str, bytes], *, by: str) -> ActivePolicy:
    """Activate the very first version: the operator's act, when nothing was ever active; return it.

    It is in force at once, or from its effective date on.

    Raises:
        DeniedError: A version was activated before; then the right `activate` is needed.
    """
    active = await propose(engine, files, by=by)
    rows = await engine.data.all(sql.PolicyVersions)
    if any(row.activated_at is not None for row in rows):
        raise DeniedError(
            "expected an installation without a policy, found one that has",
            needed="the right `activate`, on the console",
            reason="activated-before",
            rests_on="bound-to-notice",
        )
    await _activate(engine, active, operator(by), approver="")
    return active


async def activate(engine: Engine, session: StaffSession, version: int, *, approver: str = "") -> None:
    """Activate a proposed version.

    Args:
        engine: Open.
        session: A member of staff with the right `activate`.
        version: Its number.
        approver: Login of the second approver; needed once two members of staff can sign in.

    Raises:
        DeniedError: The right or the second approver is missing.
        InputError: No such version, or it is active already.
    """
    session.require(engine, "activate")

    async def body(tx: Transaction) -> tuple[sql.PolicyGet | None, int]:
        return await tx.one(sql.PolicyGet, version=version), await tx.value(sql.StaffCount)

    row, staff = await engine.data.read(body)
    if row is None or row.activated_at is not None:
        raise InputError(
            "expected a proposed version, found none waiting", reason="version-unknown", rests_on="bound-to-notice"
        )
    if staff > 1 and approver in {"", session.login}:
        raise DeniedError(
            "expected a second approver, found none",
            needed="another member of staff with the right `approve`",
            reason="second-approver",
            rests_on="roles",
        )
    active = compile_policy(decode_files(row.files), engine.parts.guarantees)
    await _activate(engine, active, session.acting(), approver=approver)


async def _activate(engine: Engine, active: ActivePolicy, who: Actor, *, approver: str) -> None:
    at = engine.clock.now()
    entry = entry_of(
        engine,
        who,
        Act.POLICY_ACTIVATE,
        at=at,
        under=active,
        facts=(
            ("version", str(active.policy.version)),
            ("hash", active.hash),
            ("approver", engine.actor_of(approver) if approver else ""),
        ),
    )

    async def body(tx: Transaction) -> None:
        if not await tx.run(
            "policy_activate",
            version=active.policy.version,
            activated_by=who.name,
            activated_at=at,
            entry_id=entry.entry.id,
        ):
            raise ConflictError("the version was activated already", reason="version-active")
        await tx.run(
            "meta_put",
            name=f"activation:{active.policy.version}",
            value=engine.activation_seal(active.policy.version, active.hash),
        )
        await insert_entries(tx, [entry], at)

    await engine.data.write(body)
    await engine.reload_policy()
