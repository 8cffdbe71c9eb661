"""`kept diff`: what changes between two versions of a policy, and how many people it concerns."""

from __future__ import annotations

import argparse
import json
from typing import Any

from kept import policy_files
from kept.cli.opening import opened, runs
from kept.guarantees import words
from kept.policy.diff import compare
from kept.policy.model import Policy
from kept.policy.read import read_policy
from kept.services.forms.reconsent import Concerned, whom_it_concerns


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "diff",
        help="what changes between two versions of a policy, and whom it concerns",
        epilog="example: kept diff shop.policy.md next/shop.policy.md --data --store sqlite:///shop.db",
    )
    parser.add_argument("old", help="the first file of the version in force")
    parser.add_argument("new", help="the first file of the version to come")
    parser.add_argument(
        "--data", action="store_true", help="count whom it concerns in an installation; nobody is named"
    )
    runs(parser, run, json=True)


async def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    old, new = (read_policy(policy_files(one), words()) for one in (chosen.old, chosen.new))
    found = compare(old, new)
    counted = await _count(chosen, new) if chosen.data else None
    if chosen.json:
        answer: dict[str, Any] = {
            "versions": [old.version, new.version],
            "changes": [
                {"kind": one.kind, "id": one.id, "clause": one.clause, "what": one.what, "asks": one.asks}
                for one in found
            ],
        }
        if counted is not None:
            answer["people"] = counted.people
            answer["asked"] = counted.asked
            answer["by purpose"] = [
                {"purpose": purpose, "why": why, "people": count}
                for (purpose, why), count in counted.by_purpose.items()
            ]
        print(json.dumps(answer, ensure_ascii=False))
        return 0
    print(f"version {old.version} -> {new.version}")
    for one in found:
        print(f"  §{one.clause:<4} {one.kind} {one.id}: {one.what}{'   (asks)' if one.asks else ''}")
    if not found:
        print("  nothing changes")
    if any(one.asks for one in found):
        print("(asks): values given before serve it only once their person said so; until then the narrower holds")
    if counted is not None:
        _print_counted(counted)
    return 0


async def _count(chosen: argparse.Namespace, new: Policy) -> Concerned:
    async with opened(chosen) as engine:
        return await whom_it_concerns(engine, new)


def _print_counted(counted: Concerned) -> None:
    print(f"{counted.people} people; {counted.asked} would be asked at their next visit")
    for (purpose, why), count in counted.by_purpose.items():
        said = {"new": "not in their notice", "words": "described otherwise", "basis": "on another basis"}[why]
        print(f"  {count:>6}  {purpose}: {said}")
    if counted.unreadable:
        print(f"  {counted.unreadable} could not be read: kept verify")
