"""Which logs are believed, and which witnesses must have cosigned. Source: C2SP tlog-policy §Policy file syntax and structure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from kept import limits
from kept.errors import NoteError, SettingError
from kept.ledger.cosignature import COSIGNERS, Cosignature, find_cosignature, parse_cosigner_key
from kept.ledger.note import ED25519, VerifierKey, parse_verifier_key

NONE = "none"
LOG_KINDS = (ED25519, *COSIGNERS)
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: the name the policy gives it, its published key, and where checkpoints are submitted; empty for nowhere."""

    name: str
    key: VerifierKey
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """At least *needed* of *members*, which are witnesses or groups."""

    needed: int
    members: tuple[str, ...]


@dataclass(slots=True)
class TrustPolicy:
    """A policy, as its file says it.

    Args:
        logs: Published keys of logs; empty where the log is known from elsewhere.
        witnesses: By name.
        groups: By name.
        quorum: Name of a witness or a group, or `none`.
    """

    logs: list[VerifierKey] = field(default_factory=list)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = ""

    def is_met(self, cosigned: Collection[str]) -> bool:
        """Whether the witnesses of these names are enough."""
        met = set(cosigned) & set(self.witnesses)
        for name, group in self.groups.items():  # a group names only what stands before it
            if sum(one in met for one in group.members) >= group.needed:
                met.add(name)
        return self.quorum == NONE or self.quorum in met

    def written(self, log: VerifierKey) -> bytes:
        """Return the policy as a file without addresses, of this log alone: what somebody else checks a checkpoint by."""
        lines = [f"log {log}", *(f"witness {one.name} {one.key}" for one in self.witnesses.values())]
        lines += [f"group {name} {one.needed} {' '.join(one.members)}" for name, one in self.groups.items()]
        return "\n".join([*lines, f"quorum {self.quorum}", ""]).encode("utf-8", "surrogateescape")

    def cosigned(self, note: str) -> dict[str, Cosignature]:
        """Return the cosignatures of a checkpoint by witnesses of this policy, by the witness's name.

        A signature under a known key that does not verify counts as none: it must not make the others worthless.
        """
        found = {}
        for name, one in self.witnesses.items():
            try:
                cosignature = find_cosignature(note, one.key)
            except NoteError:
                continue
            if cosignature is not None:
                found[name] = cosignature
        return found


def parse_trust_policy(unverified: bytes) -> TrustPolicy:
    """Read a policy file.

    Args:
        unverified: The file.

    Raises:
        SettingError: A line is not of the grammar, names something twice or before it is defined, or the quorum is missing.
    """
    if len(unverified) > limits.TRUST_POLICY_BYTES:
        raise _wrong(0, f"a file of at most {limits.TRUST_POLICY_BYTES} bytes")
    if _CONTROL.search(unverified):
        raise _wrong(0, "no control characters but tab and newline")
    if unverified and not unverified.endswith(b"\n"):
        raise _wrong(unverified.count(b"\n") + 1, "a newline at the end of every line")
    policy = TrustPolicy()
    for number, line in enumerate(unverified.decode("utf-8", "surrogateescape").split("\n"), 1):
        words = [one for one in re.split("[ \t]+", line) if one]
        if not words or words[0].startswith("#"):
            continue
        read = _LINES.get(words[0])
        if read is None:
            raise _wrong(number, "log, witness, group or quorum")
        read(policy, words[1:], number)
    if not policy.quorum:
        raise _wrong(0, "a quorum line")
    return policy


def _log(policy: TrustPolicy, words: list[str], number: int) -> None:
    if len(words) not in {1, 2}:
        raise _wrong(number, "log, a key, and perhaps an address")
    key = _key(words[0], lambda text: parse_verifier_key(text, LOG_KINDS), number)
    _once(key, policy.logs, number)
    policy.logs.append(key)


def _witness(policy: TrustPolicy, words: list[str], number: int) -> None:
    if len(words) not in {2, 3}:
        raise _wrong(number, "witness, a name, a key, and perhaps an address")
    key = _key(words[1], parse_cosigner_key, number)
    _once(key, (one.key for one in policy.witnesses.values()), number)
    policy.witnesses[_fresh(policy, words[0], number)] = Witness(words[0], key, words[2] if len(words) > 2 else "")  # noqa: PLR2004 -- the third word


def _group(policy: TrustPolicy, words: list[str], number: int) -> None:
    if len(words) < 3:  # noqa: PLR2004 -- a name, how many, and one member
        raise _wrong(number, "group, a name, how many, and its members")
    name, needed, *members = words
    listed = [one for group in policy.groups.values() for one in group.members]
    for at, one in enumerate(members):
        if one not in policy.witnesses and one not in policy.groups:
            raise _wrong(number, "members that are defined above")
        if one in listed or one in members[:at]:
            raise _wrong(number, "each name in one group only, once")
    counts = {"any": 1, "all": len(members)}
    count = counts.get(needed, int(needed) if _NUMBER.fullmatch(needed) and not needed.startswith("0") else 0)
    if not 1 <= count <= len(members):
        raise _wrong(number, "any, all, or a number from 1 to that of its members")
    policy.groups[_fresh(policy, name, number)] = Group(count, tuple(members))


def _quorum(policy: TrustPolicy, words: list[str], number: int) -> None:
    if len(words) != 1 or policy.quorum:
        raise _wrong(number, "one quorum line with one name")
    if words[0] not in {NONE, *policy.witnesses, *policy.groups}:
        raise _wrong(number, "a quorum that is defined above")
    policy.quorum = words[0]


_LINES: dict[str, Callable[[TrustPolicy, list[str], int], None]] = {
    "log": _log,
    "witness": _witness,
    "group": _group,
    "quorum": _quorum,
}


def _key(text: str, parse: Callable[[str], VerifierKey], number: int) -> VerifierKey:
    try:
        return parse(text)
    except NoteError:
        raise _wrong(number, "a published key, name+id+key, that fits the line") from None


def _once(key: VerifierKey, others: Iterable[VerifierKey], number: int) -> None:
    if any(key.public == one.public for one in others):
        raise _wrong(number, "no key twice")


def _fresh(policy: TrustPolicy, name: str, number: int) -> str:
    if name == NONE or name in policy.witnesses or name in policy.groups:
        raise _wrong(number, "a name that nothing has yet")
    return name


def _wrong(number: int, expected: str) -> SettingError:
    where = f"line {number} of the witness policy" if number else "the witness policy"
    return SettingError(
        f"expected {expected} in {where}, found something else",
        reason="trust-policy",
        hint="docs/operations.md shows one; the grammar is C2SP tlog-policy",
    )
