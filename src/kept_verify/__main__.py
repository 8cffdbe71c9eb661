"""`kept-verify`: does the log whose key you hold commit to exactly this entry?

Exit codes: 0 verified, 1 not verified, 2 the command was used wrongly.
"""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from kept_verify.bundle import verify_bundle
from kept_verify.chain import Complete, verify_chain
from kept_verify.note import NotVerified, from_base64
from kept_verify.policy import Policy, read_policy, verify_quorum
from kept_verify.proof import Verified, verify_consistency, verify_proof


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = options()
    chosen = parser.parse_args(arguments)
    whole = is_zip(chosen.proof[0])
    if whole and (chosen.chain or chosen.consistency or len(chosen.proof) > 1):
        parser.error(
            "a ZIP stands alone: its list and what joins it to the copy before are in it; --chain is for proofs"
        )
    if not whole and not chosen.key and not chosen.policy:
        parser.error("expected --key, or --policy with a line for the log")
    if chosen.consistency and not chosen.older:
        parser.error("--consistency needs --older, the checkpoint it begins at")
    if len(chosen.proof) > 1 and not chosen.chain:
        parser.error("several proofs need --chain, the list they stand in")
    try:
        held = read_held(chosen)
        check = bundle_check(chosen, held) if whole else proofs_check(chosen, held)
    except (OSError, ValueError) as error:
        print(f"kept-verify: cannot read a file: {type(error).__name__}", file=sys.stderr)
        return 2
    try:
        print(check())
    except NotVerified as error:
        print(json.dumps({"verified": False, "failed": str(error)}) if chosen.json else f"not verified: {error}")
        return 1
    return 0


class Held(NamedTuple):
    """What whoever checks holds themselves: the log's key, a witness policy's bytes, a checkpoint from before; None for nothing."""

    key: str | None
    policy: bytes | None
    older: str | None


def read_held(chosen: argparse.Namespace) -> Held:
    """Read what was given beside what is checked."""
    key = read(Path(chosen.key)).strip() if chosen.key and Path(chosen.key).is_file() else chosen.key
    policy = chosen.policy.read_bytes() if chosen.policy else None
    return Held(key, policy, read(chosen.older) if chosen.older else None)


def proofs_check(chosen: argparse.Namespace, held: Held) -> Callable[[], str]:
    """Read proofs, and return what checks them and answers what is printed."""
    texts = [read(one) for one in chosen.proof]
    chain = read(chosen.chain) if chosen.chain else None
    hashes = read(chosen.consistency).split() if chosen.consistency else []

    def check() -> str:
        policy = read_policy(held.policy) if held.policy is not None else None
        key = held.key or the_log_of(policy, texts[0])
        proved = [verify_proof(one, key) for one in texts]
        complete = verify_chain(chain, proved) if chain is not None else None
        newest = texts[-1].partition("\n\n")[2]
        seen = verify_quorum(policy, newest, key) if policy else {}
        if held.older is not None:
            verify_consistency(held.older, newest, [from_base64(one, "consistency") for one in hashes], key)
        if chosen.json:
            more = (chain_json(complete) if complete else {}) | ({"cosigned": seen} if policy else {})
            answers = [as_json(one) | more for one in proved]
            return json.dumps(answers[0] if len(answers) == 1 else answers)
        lines = [as_text(one, extends=held.older is not None and one is proved[-1]) for one in proved]
        return "\n".join([*lines, *([chain_text(complete)] if complete else []), *cosigned_text(seen)])

    return check


def bundle_check(chosen: argparse.Namespace, held: Held) -> Callable[[], str]:
    """Read what somebody took along, and return what checks it (see `bundle.py`) and answers what is printed."""
    raw = chosen.proof[0].read_bytes()

    def check() -> str:
        policy = read_policy(held.policy) if held.policy is not None else None
        found = verify_bundle(raw, held.key, policy, held.older)
        if chosen.json:
            said = {"verified": True, "log": found.origin, "size": found.size, "entries": len(found.proved)}
            said |= {"cosigned": found.cosigned, "older_size": found.older_size, "policies": found.policies}
            said |= {"list": chain_json(found.complete), "key_from_the_copy_itself": found.own_key}
            return json.dumps(said)
        policies = count(found.policies, "version", "versions")
        proved = f"{count(len(found.proved), 'entry', 'entries')} of {found.size} in {shown(found.origin)}"
        lines = [f"verified: {proved}, {policies} of the policy", chain_text(found.complete)]
        lines += cosigned_text(found.cosigned)
        if found.older_size:
            lines.append(f"  the log extends the one of the copy before, of {found.older_size} entries")
        if found.own_key:
            lines.append(
                "  the key is the copy's own: compare evidence/ledger.key with one you noted elsewhere, or give it with --key"
            )
        return "\n".join(lines)

    return check


def options() -> argparse.ArgumentParser:
    """Return what the command takes."""
    parser = argparse.ArgumentParser(
        prog="kept-verify",
        description="Verify a .tlog-proof file, or the ZIP you took along, without the service that gave it to you.",
        epilog="example: kept-verify entry.tlog-proof --key shop.example/kept+1a2b3c4d+AbCd...",
    )
    parser.add_argument(
        "proof", type=Path, nargs="+", help="the .tlog-proof file, several with --chain, or the ZIP you took along"
    )
    parser.add_argument("--key", help="the log's published key, or a file that holds it")
    parser.add_argument(
        "--policy", type=Path, help="a witness policy: whose cosignatures the checkpoint must have, and of which log"
    )
    parser.add_argument("--chain", type=Path, help="the list of your entries: was any left out between those proved?")
    parser.add_argument("--older", type=Path, help="a checkpoint you kept from before")
    parser.add_argument("--consistency", type=Path, help="hashes (base64, a line each) from that one to this one")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    return parser


def is_zip(file: Path) -> bool:
    """Whether a file begins as a ZIP does; one that cannot be read is none."""
    try:
        with file.open("rb") as opened:
            return opened.read(2) == b"PK"
    except OSError:
        return False


def the_log_of(policy: Policy | None, proof: str) -> str:
    """Return the key of the policy's log that the proof's checkpoint names."""
    origin = proof.partition("\n\n")[2].partition("\n")[0]
    for key in policy.logs if policy else []:
        if key.partition("+")[0] == origin:
            return key
    raise NotVerified("policy: it names no log of that name; give the log's key with --key")


def read(file: Path) -> str:
    """Return a file's text, each byte as it stands; what is not UTF-8, or has nothing in it, is a ValueError."""
    text = file.read_bytes().decode()
    if not text:
        raise ValueError
    return text


def count(number: int, one: str, several: str) -> str:
    """Return a number with its word."""
    return f"{number} {one if number == 1 else several}"


def shown(value: object) -> str:
    """Return what the entry says so that a terminal shows it and does nothing else; long text is cut."""
    text = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in str(value))
    return text if len(text) <= 200 else text[:200] + " (and more)"


def moment(at: object) -> str:
    """Return when it was, or a question mark."""
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at < 253402300800:
        return "?"
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def as_json(verified: Verified) -> dict[str, object]:
    """Return the answer as JSON-ready values."""
    return {
        "verified": True,
        "log": verified.origin,
        "index": verified.index,
        "size": verified.size,
        "root": verified.root.hex(),
        "account": verified.account,
        "person": verified.person,
    }


def chain_json(complete: Complete) -> dict[str, object]:
    """Return what was verified of the list as JSON-ready values."""
    return {
        "numbers": complete.numbers,
        "entries": complete.length,
        "nothing_left_out_up_to": complete.fixed,
        "lost": complete.lost,
    }


def cosigned_text(seen: dict[str, int]) -> list[str]:
    """Return who cosigned, and when, a line each."""
    return [f"  cosigned by {shown(name)}, {moment(at)}" for name, at in seen.items()]


def chain_text(complete: Complete) -> str:
    """Return what was verified of the list, for a person."""
    lines = [
        f"your entries: {complete.length} were counted; proved here: {spans(complete.numbers)}",
        f"  nothing is left out up to entry {complete.fixed}, which a proved entry counts",
    ]
    lines += [f"  a restore lost entries {first} to {last}" for first, last in complete.lost]
    if complete.fixed < complete.length:
        lines.append(
            "  the entries behind it are counted by the next that is recorded: look at my data once more, and prove that"
        )
    return "\n".join(lines)


def spans(numbers: list[int]) -> str:
    """Return numbers as they are read, those that follow each other as one span."""
    found: list[list[int]] = []
    for one in sorted(numbers):
        if found and one <= found[-1][1] + 1:
            found[-1][1] = one
        else:
            found.append([one, one])
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in found) or "none"


def as_text(verified: Verified, *, extends: bool) -> str:
    """Return the answer for a person."""
    said = verified.account
    lines = [
        f"verified: entry at place {verified.index} (from 0) of {verified.size} in {shown(verified.origin)}",
        f"  when     {moment(said.get('at'))}",
        f"  what     {shown(said.get('act', '?'))}: {shown(said.get('outcome', '?'))}",
    ]
    lines += [
        f"  {word:<8} {'§' if word == 'clause' else ''}{shown(said[word])}"
        for word in ("role", "purpose", "clause", "exit", "case")
        if said.get(word)
    ]
    items = said.get("items")
    if isinstance(items, list) and items:
        lines.append(f"  items    {shown(', '.join(str(item) for item in items))}")
    if extends:
        lines.append("  the log extends the checkpoint you kept")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
