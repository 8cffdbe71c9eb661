"""The policy in force: the last activated version whose effective date has come, compiled for decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from kept.errors import ClosedError, EvidenceError
from kept.policy.decide import Evaluator
from kept.policy.model import Policy
from kept.policy.read import read_policy
from kept.policy.vocabulary import GuaranteeWord
from kept.store import sql
from kept.store.interface import Store, Transaction


@dataclass(frozen=True, slots=True)
class ActivePolicy:
    """A policy with its evaluator.

    Args:
        policy: As read.
        hash: Hash of its files, hex.
        evaluator: Decides by it.
        files: The files themselves, by name.
    """

    policy: Policy
    hash: str
    evaluator: Evaluator
    files: Mapping[str, bytes]


def compile_policy(files: Mapping[str, bytes], guarantees: Mapping[str, GuaranteeWord]) -> ActivePolicy:
    """Read and compile a policy.

    Raises:
        PolicyError: It cannot be run.
    """
    policy = read_policy(files, guarantees)
    return ActivePolicy(policy, policy.hash, Evaluator(policy), dict(files))


def encode_files(files: Mapping[str, bytes]) -> bytes:
    """Return the files as they are stored with a version."""
    return msgspec.msgpack.encode(dict(sorted(files.items())))


def decode_files(stored: bytes) -> dict[str, bytes]:
    """Return files from their stored form."""
    return msgspec.msgpack.decode(stored, type=dict[str, bytes])


async def first_effect(data: Store) -> float | None:
    """Return when the first activated version takes effect, unix seconds; None when none was activated."""
    rows = await data.all(sql.PolicyVersions)
    return min((row.effective_at for row in rows if row.activated_at is not None), default=None)


async def load_in_force(data: Store, guarantees: Mapping[str, GuaranteeWord], at: float) -> ActivePolicy | None:
    """Load the version in force at *at*; None when none was ever activated.

    Args:
        data: Database D, bound.
        guarantees: Built-in promises a policy may name.
        at: Unix seconds.

    Raises:
        ClosedError: Its stored files are not those of its hash, or it was never activated through Kept.
    """

    async def body(tx: Transaction) -> tuple[str, bytes] | None:
        versions = await tx.all(sql.PolicyVersions)
        begun = [one for one in versions if one.activated_at is not None and one.effective_at <= at]
        newest = max(begun, key=lambda one: one.version, default=None)
        row = await tx.one(sql.PolicyFiles, policy_hash=newest.policy_hash) if newest else None
        return (newest.policy_hash, row.files) if newest and row else None

    try:
        found = await data.read(body)
        active = compile_policy(decode_files(found[1]), guarantees) if found else None
    except EvidenceError as error:
        raise _rewritten() from error
    if found and active and active.hash != found[0]:
        raise _rewritten()
    return active


def _rewritten() -> ClosedError:
    return ClosedError(
        "expected the active policy to be what was activated through Kept, found another",
        reason="policy-rewritten",
        hint="restore database D, or activate the right files again under a new version",
        rests_on="bound-to-notice",
    )
