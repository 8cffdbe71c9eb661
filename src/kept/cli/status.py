"""`kept status`: is the gate open, and what keeps it so?"""

from __future__ import annotations

import argparse
import json
from typing import Any

from kept.cli.opening import opened, runs
from kept.door.operator import status_of
from kept.guarantees.board import promise_board
from kept.policy.day import moment


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "status",
        help="show whether the gate is open, and every promise",
        epilog="example: kept status --store sqlite:///shop.db",
    )
    runs(parser, run, json=True)


async def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    async with opened(chosen) as engine:
        engine.ready()
        board, found = await promise_board(engine), await status_of(engine)
        answer: dict[str, Any] = {
            "gate": "open",
            "policy": f"{found.policy} version {found.version}",
            "entries": found.entries,
            "key epoch": found.epoch,
            "time": moment(found.at),
            "sweeps": found.sweeps,
            "no-log": found.no_log,
            **({"restore": found.restore} if found.restore else {}),
            "clauses": {f"§{one.clause.id}": one.state.value for one in board.clauses},
        }
    if chosen.json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        clauses = answer.pop("clauses")
        for key, value in answer.items():
            print(f"{key:<10} {value}")
        for clause, state in clauses.items():
            print(f"  {clause:<5} {state}")
    return 0
