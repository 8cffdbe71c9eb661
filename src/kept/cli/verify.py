"""`kept verify`: every entry, the tree, every seal and every notice; names what does not hold."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from kept.cli.given import read_given
from kept.cli.opening import opened, runs
from kept.door.background import have_witnesses
from kept.services.engine.witnesses import WhileSilent
from kept.services.upkeep.verification import verify_installation
from kept.services.upkeep.verified_tree import read_verified, remember_verified


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "verify",
        help="verify the ledger and every seal; changes nothing in either database",
        epilog="example: kept verify --store sqlite:///shop.db",
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="walk the whole ledger; otherwise only what came behind the tree that was found whole last",
    )
    parser.add_argument(
        "--witnesses",
        metavar="FILE",
        default="",
        help="the witness policy of `kept serve`: cosignatures are verified by its keys",
    )
    runs(parser, run, json=True)


async def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    async with opened(chosen, verify=False, read_only=True) as engine:
        await have_witnesses(engine, read_given(chosen.witnesses) if chosen.witnesses else b"", WhileSilent.LATE)
        found = await verify_installation(engine, None if chosen.full else read_verified(engine))
        if found.tree is not None and not found.problems:
            try:
                remember_verified(engine, found.tree)
            except OSError as error:
                print(f"kept: not remembered ({error.strerror}): the next run looks at the same again", file=sys.stderr)
    if chosen.json:
        print(
            json.dumps(
                {
                    "entries": found.entries,
                    "verified before": found.since,
                    "people": found.people,
                    "values": found.values,
                    "problems": found.problems,
                }
            )
        )
    else:
        print(f"looked at {found.entries} entries, {found.people} people, {found.values} values")
        if found.since:
            print(f"{found.since} entries were found whole before; --full looks at them again")
        for one in found.problems:
            print(f"  does not hold: {one}")
        print(
            "everything holds"
            if not found.problems
            else f"{len(found.problems)} problems; keep the files and restore what is named"
        )
    return 3 if found.problems else 0
