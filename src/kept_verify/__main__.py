"""`kept-verify`: does the log whose key you hold commit to exactly this entry?

Exit codes: 0 verified, 1 not verified, 2 the command was used wrongly.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from kept_verify.chain import Complete, verify_chain
from kept_verify.note import NotVerified, from_base64
from kept_verify.proof import Verified, verify_consistency, verify_proof


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="kept-verify",
        description="Verify a .tlog-proof file without the service that gave it to you.",
        epilog="example: kept-verify entry.tlog-proof --key shop.example/kept+1a2b3c4d+AbCd...",
    )
    parser.add_argument("proof", type=Path, nargs="+", help="the .tlog-proof file; several with --chain")
    parser.add_argument("--chain", type=Path, help="the list of your entries: was any left out between those proved?")
    parser.add_argument("--key", required=True, help="the log's published key, or a file that holds it")
    parser.add_argument("--older", type=Path, help="a checkpoint you kept from before")
    parser.add_argument("--consistency", type=Path, help="hashes (base64, a line each) from that one to this one")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    chosen = parser.parse_args(arguments)
    if chosen.consistency and not chosen.older:
        parser.error("--consistency needs --older, the checkpoint it begins at")
    if len(chosen.proof) > 1 and not chosen.chain:
        parser.error("several proofs need --chain, the list they stand in")
    try:
        texts = [read(one) for one in chosen.proof]
        chain = read(chosen.chain) if chosen.chain else None
        key = read(Path(chosen.key)).strip() if Path(chosen.key).is_file() else chosen.key
        older = read(chosen.older) if chosen.older else None
        hashes = read(chosen.consistency).split() if chosen.consistency else []
    except (OSError, ValueError) as error:
        print(f"kept-verify: cannot read a file: {type(error).__name__}", file=sys.stderr)
        return 2
    try:
        proved = [verify_proof(one, key) for one in texts]
        complete = verify_chain(chain, proved) if chain is not None else None
        if older is not None:
            newer = texts[-1].partition("\n\n")[2]
            verify_consistency(older, newer, [from_base64(one, "consistency") for one in hashes], key)
    except NotVerified as error:
        print(json.dumps({"verified": False, "failed": str(error)}) if chosen.json else f"not verified: {error}")
        return 1
    answers = [as_json(one) | (chain_json(complete) if complete else {}) for one in proved]
    if chosen.json:
        print(json.dumps(answers[0] if len(answers) == 1 else answers))
        return 0
    for one in proved:
        print(as_text(one, extends=older is not None and one is proved[-1]))
    if complete is not None:
        print(chain_text(complete))
    return 0


def read(file: Path) -> str:
    """Return a file's text, each byte as it stands; what is not UTF-8, or has nothing in it, is a ValueError."""
    text = file.read_bytes().decode()
    if not text:
        raise ValueError
    return text


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
        f"verified: entry {verified.index} of {verified.size} in {shown(verified.origin)}",
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
