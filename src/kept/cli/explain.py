"""`kept explain`: what a clause, item, purpose or role of a policy means, and what keeps it."""

from __future__ import annotations

import argparse
import json
from typing import Any

from kept import policy_files
from kept.guarantees import ALL, words
from kept.policy.explain import explain
from kept.policy.read import read_policy


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "explain", help="explain a clause, item, purpose, role or guarantee",
        epilog="example: kept explain shop.policy.md 4.5",
    )  # fmt: skip
    parser.add_argument("policy", help="the policy's first file, NAME.policy.md")
    parser.add_argument("name", help="such as 4.5, mail_address, contact, support, sealed-values")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    guarantee = ALL.get(chosen.name)
    if guarantee is not None:
        lines = [guarantee.sentence["en"], *(f"enforced at {one}" for one in guarantee.enforced_at)]
        standing = guarantee.standing()
        how = standing.detail if standing else "its live check runs on the promise board"
        lines.append(f"{guarantee.known.value}: {how} ({guarantee.shown_by})" if guarantee.known else "not built yet")
        text = "\n".join(lines)
    else:
        policy = read_policy(policy_files(chosen.policy), words())
        text = str(explain(policy, chosen.name.removeprefix("§")))
    print(json.dumps({"name": chosen.name, "text": text}, ensure_ascii=False) if chosen.json else text)
    return 0
