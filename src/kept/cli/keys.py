"""`kept keys`: show key epochs, rotate to the next, finish a rotation that was interrupted."""

from __future__ import annotations

import argparse
import json
from typing import Any

from kept.cli.opening import opened, operator, runs
from kept.policy.day import moment
from kept.services.upkeep.key_rotation import epochs, finish_rotation, rotate


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "keys", help="show or rotate key epochs", epilog="example: kept keys rotate --store sqlite:///shop.db"
    )
    parser.add_argument(
        "act",
        choices=("show", "rotate", "finish"),
        help="show the epochs; rotate begins a new one and wraps every key anew; finish goes on with one that was stopped",
    )
    runs(parser, run, json=True)


async def run(chosen: argparse.Namespace) -> int:
    """Run the command; rotating needs the installation to itself."""
    async with opened(chosen, alone=chosen.act != "show") as engine:
        if chosen.act == "show":
            answer: Any = [
                {"epoch": one.epoch, "state": one.state, "since": moment(one.created_at)}
                for one in await epochs(engine)
            ]
        else:
            done = await (rotate if chosen.act == "rotate" else finish_rotation)(engine, by=operator())
            answer = [{"epoch": done.epoch, "wrapped anew": done.rewrapped, "destroyed": list(done.destroyed)}]
    if chosen.json:
        print(json.dumps(answer))
    else:
        for row in answer:
            print("   ".join(f"{key}: {value}" for key, value in row.items()))
    return 0
