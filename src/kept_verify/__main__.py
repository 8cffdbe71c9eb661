"""`kept-verify`: does the log whose key you hold commit to exactly this entry?

Exit codes: 0 verified, 1 not verified, 2 the command was used wrongly.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from kept_verify.proof import NotVerified, Verified, from_base64, verify_consistency, verify_proof


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="kept-verify",
        description="Verify a .tlog-proof file without the service that gave it to you.",
        epilog="example: kept-verify entry.tlog-proof --key shop.example/kept+1a2b3c4d+AbCd...",
    )
    parser.add_argument("proof", type=Path, help="the .tlog-proof file")
    parser.add_argument("--key", required=True, help="the log's published key, or a file that holds it")
    parser.add_argument("--older", type=Path, help="a checkpoint you kept from before")
    parser.add_argument("--consistency", type=Path, help="hashes (base64, a line each) from that one to this one")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    chosen = parser.parse_args(arguments)
    try:
        text = chosen.proof.read_text(encoding="utf-8")
        key = Path(chosen.key).read_text(encoding="utf-8").strip() if Path(chosen.key).is_file() else chosen.key
        older = chosen.older.read_text(encoding="utf-8") if chosen.older else ""
        hashes = chosen.consistency.read_text(encoding="utf-8").split() if chosen.consistency else []
    except (OSError, UnicodeDecodeError) as error:
        print(f"kept-verify: cannot read a file: {type(error).__name__}", file=sys.stderr)
        return 2
    try:
        verified = verify_proof(text, key)
        if older:
            newer = text.partition("\n\n")[2]
            verify_consistency(older, newer, [from_base64(one, "consistency") for one in hashes], key)
    except NotVerified as error:
        if chosen.json:
            print(json.dumps({"verified": False, "failed": str(error)}))
        else:
            print(f"not verified: {error}")
        return 1
    print(json.dumps(as_json(verified)) if chosen.json else as_text(verified, extends=bool(older)))
    return 0


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


def as_text(verified: Verified, *, extends: bool) -> str:
    """Return the answer for a person."""
    said = verified.account
    at = said.get("at")
    when = datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if isinstance(at, int | float) else "?"
    lines = [
        f"verified: entry {verified.index} of {verified.size} in {verified.origin}",
        f"  when     {when}",
        f"  what     {said.get('act', '?')}: {said.get('outcome', '?')}",
    ]
    lines += [
        f"  {word:<8} {'§' if word == 'clause' else ''}{said[word]}"
        for word in ("role", "purpose", "clause", "exit", "case")
        if said.get(word)
    ]
    items = said.get("items")
    if isinstance(items, list) and items:
        lines.append(f"  items    {', '.join(str(item) for item in items)}")
    if extends:
        lines.append("  the log extends the checkpoint you kept")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
