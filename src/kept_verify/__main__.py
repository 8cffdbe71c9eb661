"""`kept-verify`: does the log whose key you hold commit to exactly this entry?

Exit codes: 0 verified, 1 not verified, 2 the command was used wrongly.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from kept_verify.bundle import verify_bundle
from kept_verify.chain import Complete, verify_chain
from kept_verify.note import NotVerified, from_base64
from kept_verify.policy import Policy, read_policy, verify_quorum
from kept_verify.proof import Verified, verify_consistency, verify_proof


def main(arguments: list[str] | None = None) -> int:  # noqa: C901 -- each option is looked at once
    """Run the command."""
    parser = options()
    chosen = parser.parse_args(arguments)
    if is_zip(chosen.proof[0]):
        return check_bundle(chosen)
    if not chosen.key and not chosen.policy:
        parser.error("expected --key, or --policy with a line for the log")
    if chosen.consistency and not chosen.older:
        parser.error("--consistency needs --older, the checkpoint it begins at")
    if len(chosen.proof) > 1 and not chosen.chain:
        parser.error("several proofs need --chain, the list they stand in")
    try:
        texts = [read(one) for one in chosen.proof]
        chain = read(chosen.chain) if chosen.chain else None
        key = read(Path(chosen.key)).strip() if chosen.key and Path(chosen.key).is_file() else chosen.key
        policy_file = chosen.policy.read_bytes() if chosen.policy else None
        older = read(chosen.older) if chosen.older else None
        hashes = read(chosen.consistency).split() if chosen.consistency else []
    except (OSError, ValueError) as error:
        print(f"kept-verify: cannot read a file: {type(error).__name__}", file=sys.stderr)
        return 2
    try:
        policy = read_policy(policy_file) if policy_file is not None else None
        key = key or the_log_of(policy, texts[0])
        proved = [verify_proof(one, key) for one in texts]
        complete = verify_chain(chain, proved) if chain is not None else None
        seen = verify_quorum(policy, texts[-1].partition("\n\n")[2], key) if policy else {}
        if older is not None:
            newer = texts[-1].partition("\n\n")[2]
            verify_consistency(older, newer, [from_base64(one, "consistency") for one in hashes], key)
    except NotVerified as error:
        print(json.dumps({"verified": False, "failed": str(error)}) if chosen.json else f"not verified: {error}")
        return 1
    more = (chain_json(complete) if complete else {}) | ({"cosigned": seen} if policy else {})
    answers = [as_json(one) | more for one in proved]
    if chosen.json:
        print(json.dumps(answers[0] if len(answers) == 1 else answers))
        return 0
    for one in proved:
        print(as_text(one, extends=older is not None and one is proved[-1]))
    if complete is not None:
        print(chain_text(complete))
    for name, at in seen.items():
        print(f"  cosigned by {shown(name)}, {moment(at)}")
    return 0


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


def check_bundle(chosen: argparse.Namespace) -> int:
    """Check what somebody took along; see `bundle.py`."""
    try:
        key = read(Path(chosen.key)).strip() if chosen.key and Path(chosen.key).is_file() else chosen.key
        policy_file = chosen.policy.read_bytes() if chosen.policy else None
        older = read(chosen.older) if chosen.older else None
        raw = chosen.proof[0].read_bytes()
    except (OSError, ValueError) as error:
        print(f"kept-verify: cannot read a file: {type(error).__name__}", file=sys.stderr)
        return 2
    try:
        found = verify_bundle(raw, key, read_policy(policy_file) if policy_file is not None else None, older)
    except NotVerified as error:
        print(json.dumps({"verified": False, "failed": str(error)}) if chosen.json else f"not verified: {error}")
        return 1
    if chosen.json:
        said = {"verified": True, "log": found.origin, "size": found.size, "entries": len(found.proved)}
        said |= {"cosigned": found.cosigned, "older_size": found.older_size, "policies": found.policies}
        print(json.dumps(said | {"key_from_the_copy_itself": found.own_key}))
        return 0
    print(
        f"verified: {count(len(found.proved), 'entry', 'entries')} of {found.size} in {shown(found.origin)}, "
        f"{count(found.policies, 'version', 'versions')} of the policy"
    )
    for name, at in found.cosigned.items():
        print(f"  cosigned by {shown(name)}, {moment(at)}")
    if found.older_size:
        print(f"  the log extends the one of the copy before, of {found.older_size} entries")
    if found.own_key:
        print(
            "  the key is the copy's own: compare evidence/ledger.key with one you noted elsewhere, or give it with --key"
        )
    return 0


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


def chain_text(complete: Complete) -> str:
    """Return what was verified of the list, for a person."""
    lines = [
        f"your entries: {complete.length} were counted; proved here: {', '.join(str(one) for one in complete.numbers)}",
        f"  nothing is left out up to entry {complete.fixed}, which a proved entry counts",
    ]
    lines += [f"  a restore lost entries {first} to {last}" for first, last in complete.lost]
    if complete.fixed < complete.length:
        lines.append(
            "  the entries behind it are counted by the next that is recorded: look at my data once more, and prove that"
        )
    return "\n".join(lines)


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
