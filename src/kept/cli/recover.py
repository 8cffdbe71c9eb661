"""`kept recover`: after a restore or a loss, or after the machine's clock was wrong."""

from __future__ import annotations

import argparse
import json
from typing import Any

from kept.cli.opening import opened, operator, runs
from kept.errors import SettingError
from kept.services.backups.recovery import confirm_clock, reasons_to_recover, recover, renew_checkpoint_file
from kept.services.upkeep.retention import confirm_sweep


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "recover", help="open a new log after a restore, or confirm the clock",
        epilog="example: kept recover --store sqlite:///shop.db   ·   kept recover --clock",
    )  # fmt: skip
    parser.add_argument(
        "--clock", action="store_true", help="the machine's clock is right now: take the stored time back to it"
    )
    parser.add_argument(
        "--checkpoint",
        action="store_true",
        help="the checkpoint file is lost: write it anew from what database K remembers",
    )
    parser.add_argument("--sweep", action="store_true", help="a frozen or waiting retention sweep may go on")
    parser.add_argument(
        "--anyway",
        action="store_true",
        help="open a new log although nothing is missing: older checkpoints and proofs then belong to a log that ended",
    )
    runs(parser, run, json=True)


async def run(chosen: argparse.Namespace) -> int:
    """Run the command; it needs the installation to itself."""
    async with opened(chosen, verify=False, alone=True) as engine:
        if chosen.clock:
            await confirm_clock(engine)
            print("the stored time is the machine's again")
            return 0
        if chosen.checkpoint:
            await renew_checkpoint_file(engine, by=operator())
            print("the checkpoint file says what database K remembers; the ledger names who wrote it")
            return 0
        if chosen.sweep:
            await confirm_sweep(engine, by=operator())
            print("sweeps go on")
            return 0
        if not chosen.anyway and not await reasons_to_recover(engine):
            raise SettingError(
                "expected something missing or rolled back, found a healthy installation",
                reason="nothing-to-recover",
                hint="nothing was changed; --anyway opens a new log all the same, and ends the one whose checkpoints people keep",
                rests_on="sealed-values",
            )
        done = await recover(engine, by=operator())
    answer = {
        "states restored": done.states_restored,
        "values lost": done.values_lost,
        "erased people removed again": done.erased_again,
        "entries kept": done.entries_kept,
        "entries missing": done.entries_missing,
    }
    print(json.dumps(answer) if chosen.json else "\n".join(f"{key}: {value}" for key, value in answer.items()))
    if not chosen.json:
        print("a new log was opened; its first entry names the old checkpoint and the gap")
    return 0
