"""`kept recover`: after a restore or a loss, or after the machine's clock was wrong."""

from __future__ import annotations

import argparse
import json
from typing import Any

from kept.cli.opening import opened, operator, runs
from kept.errors import SettingError
from kept.services.backups.recovery import confirm_clock, reasons_to_recover, recover, renew_checkpoint_file
from kept.services.upkeep.retention import confirm_sweep

KEYS_MISSING = "keys-missing"


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
    parser.add_argument(
        "--lost-keys",
        action="store_true",
        help="remove the rows of people whose keys are nowhere any more: put a newer K back first, if there is one",
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
        reasons = await reasons_to_recover(engine)
        without = [one for one in reasons if one.startswith(KEYS_MISSING)]
        if without and not chosen.lost_keys and not chosen.anyway:
            raise SettingError(
                f"expected keys for everybody in D, found none for some ({without[0]})",
                reason="keys-missing",
                hint="put back the newer K with its -wal file; --lost-keys removes what nothing opens any more, --anyway keeps it",
                rests_on="keys-apart",
            )
        if not chosen.anyway and not reasons:
            raise SettingError(
                "expected something missing or rolled back, found a healthy installation",
                reason="nothing-to-recover",
                hint="nothing was changed; --anyway opens a new log all the same, and ends the one whose checkpoints people keep",
                rests_on="sealed-values",
            )
        done = await recover(engine, by=operator(), let_go=chosen.lost_keys)
    answer = {
        "states restored": done.states_restored,
        "values lost": done.values_lost,
        "erased people removed again": done.erased_again,
        "people whose keys are lost": done.people_lost,
        "entries kept": done.entries_kept,
        "entries missing": done.entries_missing,
    }
    print(json.dumps(answer) if chosen.json else "\n".join(f"{key}: {value}" for key, value in answer.items()))
    if not chosen.json:
        print("a new log was opened; its first entry names the old checkpoint and the gap")
    return 0
