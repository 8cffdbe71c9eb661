"""The activation of a policy version: an act, with the hashes of all files in its entry; a second approver once there are two.

A version number never returns with other bytes. What is not effective yet waits for its date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kept.errors import ConflictError, DeniedError, InputError
from kept.number import parse_number
from kept.policy.check import check_policy
from kept.policy.diff import compare
from kept.policy.findings import Severity, as_error
from kept.policy.vocabulary import GuaranteeWord
from kept.services.engine.active_policy import ActivePolicy, compile_policy, decode_files, encode_files
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import Effect, insert_entries
from kept.services.engine.no_log import No, note
from kept.services.engine.record import Actor, entry_of, operator
from kept.services.staff.approvals import Approval, Given, Subject
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
    waiting = await engine.data.all(sql.ApprovalsWaiting, at=engine.clock.now())
    asked = {one.subject: one.requested_by for one in waiting if one.act == ACTIVATION.act}
    return [
        Version(
            int(version),
            str(hashed),
            float(effective_at),
            str(proposed_by),
            None if activated_at is None else float(activated_at),
            asked.get(str(version), ""),
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
        if (lost := await tx.value(sql.MetaGet, name=f"lost_version:{version}")) and lost != active.hash:
            raise _reused(version)
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
            raise _reused(version)

    await engine.data.write(body)
    return active


def _reused(version: int) -> ConflictError:
    return ConflictError(
        f"expected version {version} to be what it was, found other bytes under the same number",
        reason="version-reused",
        hint="give the changed policy the next version number",
        rests_on="bound-to-notice",
    )


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


async def activate(engine: Engine, session: StaffSession, version: int) -> None:
    """Activate a proposed version, or ask for the second approver once two members of staff can sign in.

    Args:
        engine: Open.
        session: A member of staff with the right `activate`.
        version: Its number.

    Raises:
        DeniedError: The right is missing.
        InputError: No such version, or it is active already.
        ConflictError: They asked for it already.
    """
    session.require(engine, "activate")
    if await engine.data.value(sql.StaffCount) > 1:
        await ACTIVATION.ask(engine, session, str(version))
    else:
        await _activate(engine, _compiled(engine, await _proposed(engine, str(version))), session.acting(), approver="")


async def activate_or_approve(engine: Engine, session: StaffSession, version: int, seen: str = "") -> None:
    """Approve the activation somebody else asked for, having *seen* it, or else begin it; see `activate`."""
    waits = next((one.asked_by for one in await versions(engine) if one.version == version), "")
    if waits:
        await ACTIVATION.approve(engine, session, str(version), seen)
    else:
        await activate(engine, session, version)


async def _proposed(engine: Engine, version: str) -> sql.PolicyGet:
    row = await engine.data.one(sql.PolicyGet, version=parse_number(version) or 0)
    if row is None or row.activated_at is not None:
        raise InputError(
            "expected a proposed version, found none waiting", reason="version-unknown", rests_on="bound-to-notice"
        )
    return row


def _compiled(engine: Engine, row: sql.PolicyGet) -> ActivePolicy:
    return compile_policy(decode_files(row.files), engine.parts.guarantees)


async def _activate(engine: Engine, active: ActivePolicy, who: Actor, *, approver: str) -> None:
    effect = _activation(engine, active, who, approver)

    async def body(tx: Transaction) -> None:
        if not await effect(tx):
            raise ConflictError("the version was activated already", reason="version-active")

    await engine.data.write(body)
    await engine.no_log.acknowledge()
    await engine.reload_policy()


def _activation(engine: Engine, active: ActivePolicy, who: Actor, approver: str) -> Effect:
    """Return the statements that activate a version, with their entry; they answer nothing where it is active already."""
    at, version = engine.clock.now(), active.policy.version
    facts = (("version", str(version)), ("hash", active.hash), ("approver", approver))
    entry = entry_of(engine, who, Act.POLICY_ACTIVATE, at=at, under=active, facts=facts)

    async def effect(tx: Transaction) -> bool:
        if not await tx.run(
            "policy_activate", version=version, activated_by=who.name, activated_at=at, entry_id=entry.entry.id
        ):
            return False
        await note(tx, No.VERSION, at, version=str(version), hash=active.hash)
        await insert_entries(tx, [entry], at)
        return True

    return effect


async def _about(engine: Engine, version: str) -> Subject:
    active = _compiled(engine, await _proposed(engine, version))
    changes = compare(engine.policy.policy, active.policy) if engine.has_policy else []
    return Subject(
        version,
        shown={"hash": active.hash, "changes": "\n".join(f"{one.kind} {one.id}: {one.what}" for one in changes)},
    )


async def _approved(engine: Engine, given: Given) -> Effect:
    active = _compiled(engine, await _proposed(engine, given.subject))
    return _activation(engine, active, given.asker.acting(), given.by.actor)


async def _in_force(engine: Engine, version: str) -> None:
    del version
    await engine.no_log.acknowledge()
    await engine.reload_policy()


ACTIVATION = Approval(
    act="activate",
    title="Activate a version of the policy",
    right="activate",
    page="/policy",
    about=_about,
    effect=_approved,
    then=_in_force,
)
