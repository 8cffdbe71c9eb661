"""`kept tour`: the sceptic's minute. Every line is done for real, in a folder that is thrown away."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from kept.demo import POLICY
from kept.demo.tour import Tour


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("tour", help="the sceptic's minute", epilog="example: kept tour")
    parser.add_argument("--policy", default=str(POLICY), help="policy to try (default: the sample policy)")
    parser.set_defaults(run=run)


async def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    with tempfile.TemporaryDirectory(prefix="kept-tour-") as folder:
        await Tour(Path(folder), Path(chosen.policy)).walk()
    return 0
