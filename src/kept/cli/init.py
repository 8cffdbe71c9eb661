"""`kept init`: make an installation and activate its first policy; later, propose a new version."""

from __future__ import annotations

import argparse
import json
from typing import Any

from kept import policy_files
from kept.cli.opening import opened, operator, runs
from kept.guarantees import words
from kept.policy.check import check_policy
from kept.policy.read import read_policy
from kept.services.engine.installation import Settings, ledger_name
from kept.services.staff.activation import activate_first, propose


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "init",
        help="make an installation from a policy, or propose a new version",
        epilog="example: kept init shop.policy.md --store sqlite:///shop.db",
    )
    parser.add_argument("policy", help="the policy's first file, NAME.policy.md")
    runs(parser, run, json=True)


async def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    files = policy_files(chosen.policy)
    for finding in check_policy(files, words()):
        if str(finding.severity) == "error":
            print(f"{finding.file}:{finding.line}:{finding.column}: {finding.message}")
            return 2
    named = Settings(ledger_name(read_policy(files, words())))
    async with opened(chosen, create=True, settings=named) as engine:
        if engine.has_policy:
            active = await propose(engine, files, by=operator())
            done = "in force" if active.hash == engine.policy.hash else "proposed"
        else:
            active = await activate_first(engine, files, by=operator())
            done = "activated"
        begins = "" if engine.has_policy else active.policy.effective
        answer = {
            "policy": active.policy.id,
            "version": active.policy.version,
            "hash": active.hash,
            "state": done,
            "ledger": engine.origin,
        }
    if chosen.json:
        print(json.dumps(answer))
    else:
        print(f"{answer['policy']} version {answer['version']}: {done} ({active.hash[:16]})")
        if done == "activated":
            print(f"its ledger is called {answer['ledger']}, for good")
        if done == "proposed":
            print("activate it on the staff console, under Policy versions")
        if begins:
            print(f"it takes effect on {begins}; until then nothing is collected and nobody can sign in")
    return 0
