"""Which logs are believed, and which witnesses must have cosigned (C2SP tlog-policy, C2SP tlog-cosignature).

Ed25519 cosignatures are verified here. One by ML-DSA-44 is read and counts as none: the standard library cannot verify it.
"""

import re
from dataclasses import dataclass, field

from kept_verify import ed25519
from kept_verify.note import NotVerified, parse_key, split_note

MOST_BYTES = 262_144
NOTE, COSIGNER, LATTICE = 1, 4, 6


@dataclass
class Policy:
    """A policy file: keys of logs, witnesses by name, groups (how many, of whom) by name, and the quorum's name."""

    logs: list[str] = field(default_factory=list)
    witnesses: dict[str, tuple[str, bytes, bytes, int]] = field(default_factory=dict)
    groups: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    quorum: str = ""


def read_policy(raw: bytes) -> Policy:
    """Read a policy file; NotVerified names the line that is not of the grammar."""
    if len(raw) > MOST_BYTES or re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", raw) or (raw and not raw.endswith(b"\n")):
        raise NotVerified("policy: too long, a control character, or no newline at the end")
    policy = Policy()
    publics: dict[str, set[bytes]] = {"log": set(), "witness": set()}
    for number, line in enumerate(raw.decode("utf-8", "surrogateescape").split("\n"), 1):
        words = [word for word in re.split("[ \t]+", line) if word]
        if words and not words[0].startswith("#"):
            read_line(policy, words, publics, f"policy: line {number}")
    if not policy.quorum:
        raise NotVerified("policy: there is no quorum line")
    return policy


def read_line(policy: Policy, words: list[str], publics: dict[str, set[bytes]], where: str) -> None:
    """Read one line into *policy*; *publics* are the public keys of logs and of witnesses seen so far."""
    kind, *rest = words
    if kind == "log" and len(rest) in {1, 2}:
        fresh_key(rest[0], (NOTE, COSIGNER, LATTICE), publics["log"], where)
        policy.logs.append(rest[0])
    elif kind == "witness" and len(rest) in {2, 3}:
        fresh_name(policy, rest[0], where)
        policy.witnesses[rest[0]] = fresh_key(rest[1], (COSIGNER, LATTICE), publics["witness"], where)
    elif kind == "group" and len(rest) >= 3:
        read_group(policy, rest[0], rest[1], rest[2:], where)
    elif kind == "quorum" and len(rest) == 1 and not policy.quorum:
        if rest[0] not in {"none", *policy.witnesses, *policy.groups}:
            raise NotVerified(f"{where} names a quorum that is not defined above")
        policy.quorum = rest[0]
    else:
        raise NotVerified(f"{where} is not a log, a witness, a group, or the one quorum")


def read_group(policy: Policy, name: str, needed: str, members: list[str], where: str) -> None:
    """Read a group: each member is defined above, and in no other group."""
    taken = [one for _, others in policy.groups.values() for one in others]
    for one in members:
        if one not in {*policy.witnesses, *policy.groups} or one in taken:
            raise NotVerified(f"{where} has a member that is not defined above, or is in a group already")
        taken.append(one)
    number = needed if re.fullmatch("[1-9][0-9]{0,8}", needed, re.ASCII) else "0"
    count = {"any": 1, "all": len(members)}.get(needed, int(number))
    if not 1 <= count <= len(members):
        raise NotVerified(f"{where} needs any, all, or a number from 1 to that of its members")
    fresh_name(policy, name, where)
    policy.groups[name] = (count, members)


def fresh_name(policy: Policy, name: str, where: str) -> None:
    """Refuse a name that something has already, and the name of no quorum."""
    if name in {"none", *policy.witnesses, *policy.groups}:
        raise NotVerified(f"{where} takes a name that something has already")


def fresh_key(text: str, kinds: tuple[int, ...], seen: set[bytes], where: str) -> tuple[str, bytes, bytes, int]:
    """Read a published key of some kinds that was not there before; return name, id, public key and kind."""
    try:
        name, key_id, public, kind = parse_key(text, kinds)
    except NotVerified:
        raise NotVerified(f"{where} has no published key that fits there") from None
    if public in seen:
        raise NotVerified(f"{where} has a key that stands there twice")
    seen.add(public)
    return name, key_id, public, kind


def cosigned_by(policy: Policy, note: str) -> dict[str, int]:
    """Return which witnesses cosigned a checkpoint, by the policy's names, with the time each says."""
    text, signatures = split_note(note)
    found: dict[str, int] = {}
    for name, (signer, key_id, public, kind) in policy.witnesses.items():
        times = [
            verified_at(text, public, signature[4:])
            for by, signature in signatures
            if kind == COSIGNER and by == signer and signature[:4] == key_id
        ]
        if times and all(times):
            found[name] = times[0]
    return found


def verified_at(text: str, public: bytes, signature: bytes) -> int:
    """Return when a cosignature was made, unix seconds; 0 when it does not verify."""
    at = int.from_bytes(signature[:8], "big")
    message = f"cosignature/v1\ntime {at}\n{text}".encode()
    return at if 0 < at < 2**63 and ed25519.verify(public, signature[8:], message) else 0


def verify_quorum(policy: Policy, note: str, key: str) -> dict[str, int]:
    """Verify that a checkpoint is of a log of the policy and cosigned by enough witnesses; return who, and when."""
    if policy.logs and key not in policy.logs:
        raise NotVerified("policy: the log is not one of those the policy names")
    found = cosigned_by(policy, note)
    met = set(found)
    for name, (needed, members) in policy.groups.items():
        if sum(one in met for one in members) >= needed:
            met.add(name)
    if policy.quorum != "none" and policy.quorum not in met:
        raise NotVerified(f"policy: {len(found)} of {len(policy.witnesses)} witnesses cosigned, which are too few")
    return found
