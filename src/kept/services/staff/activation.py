"""Activating a policy version: an act, with the hashes of all files in its entry; a second approver once there are two.

A version number never returns with other bytes. What is not effective yet waits for its date.
"""

from __future__ import annotations

from collections.abc import Mapping

from kept.errors import ConflictError, DeniedError, InputError, PolicyError
from kept.policy.check import check_policy
from kept.policy.findings import Severity
from kept.policy.vocabulary import GuaranteeWord
from kept.services.engine.active_policy import ActivePolicy, compile_policy, decode_files, encode_files
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Account, build_entry
from kept.services.engine.flush import insert_entries
from kept.services.staff.sessions import StaffSession
from kept.store import sql
from kept.store.interface import Transaction


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
        if row is None:
            await tx.run(
                "policy_insert",
                version=version,
                policy_hash=active.hash,
                files=encode_files(files),
                effective_at=active.policy.effective_at,
                proposed_by=by,
                proposed_at=at,
            )
        elif row.policy_hash != active.hash:
            raise ConflictError(
                f"expected version {version} to be what it was, found other bytes under the same number",
                reason="version-reused",
                hint="give the changed policy the next version number",
                clause="§4.1",
            )

    await engine.data.write(body)
    return active


def _require_sound(files: Mapping[str, bytes], guarantees: Mapping[str, GuaranteeWord]) -> None:
    for finding in check_policy(files, guarantees):
        if finding.severity is Severity.ERROR:
            raise PolicyError(
                finding.message,
                file=finding.file,
                line=finding.line,
                column=finding.column,
                reason=finding.code,
                hint=finding.hint,
                clause=f"§{finding.clause}" if finding.clause else "",
            )


async def activate_first(engine: Engine, files: Mapping[str, bytes], *, by: str) -> None:
    """Activate the very first version: the operator's act, when nothing was ever active.

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
            clause="§4.1",
        )
    await _activate(engine, active, by=by, kind="operator", approver="")


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
        raise InputError("expected a proposed version, found none waiting", reason="version-unknown", clause="§4.1")
    if staff > 1 and approver in {"", session.login}:
        raise DeniedError(
            "expected a second approver, found none",
            needed="another member of staff with the right `approve`",
            reason="second-approver",
            clause="§5.2",
        )
    active = compile_policy(decode_files(row.files), engine.parts.guarantees)
    await _activate(engine, active, by=session.actor, kind="staff", approver=approver)


async def versions(engine: Engine) -> list[sql.PolicyVersions]:
    """Return all versions of the policy, proposed and activated."""
    return await engine.data.all(sql.PolicyVersions)


async def _activate(engine: Engine, active: ActivePolicy, *, by: str, kind: str, approver: str) -> None:
    at = engine.clock.now()
    entry = build_entry(
        Account(
            act=Act.POLICY_ACTIVATE.value,
            outcome=Outcome.DONE.value,
            at=at,
            policy=active.hash[:16],
            kind=kind,
            actor=by,
            clause="4.1",
            facts=(
                ("version", str(active.policy.version)),
                ("hash", active.hash),
                ("approver", engine.actor_of(approver) if approver else ""),
            ),
        )
    )
    sealed = engine.seal_entry(entry, None)

    async def body(tx: Transaction) -> None:
        if not await tx.run(
            "policy_activate", version=active.policy.version, activated_by=by, activated_at=at, entry_id=entry.id
        ):
            raise ConflictError("the version was activated already", reason="version-active")
        await tx.run(
            "meta_put",
            name=f"activation:{active.policy.version}",
            value=engine.activation_seal(active.policy.version, active.hash),
        )
        await insert_entries(tx, [sealed], at)

    await engine.data.write(body)
    await engine.reload_policy()
