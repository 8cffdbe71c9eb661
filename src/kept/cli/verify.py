"""`kept verify`: every entry, the tree, every seal and every notice; names what does not hold."""

from __future__ import annotations

import argparse
import json
from typing import Any

from kept.cli.opening import opened, runs
from kept.services.upkeep.verification import verify_installation


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "verify",
        help="verify the ledger and every seal; changes nothing",
        epilog="example: kept verify --store sqlite:///shop.db",
    )
    runs(parser, run, json=True)


async def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    async with opened(chosen, verify=False) as engine:
        found = await verify_installation(engine)
    if chosen.json:
        print(
            json.dumps(
                {"entries": found.entries, "people": found.people, "values": found.values, "problems": found.problems}
            )
        )
    else:
        print(f"looked at {found.entries} entries, {found.people} people, {found.values} values")
        for one in found.problems:
            print(f"  does not hold: {one}")
        print(
            "everything holds"
            if not found.problems
            else f"{len(found.problems)} problems; keep the files and restore what is named"
        )
    return 3 if found.problems else 0
