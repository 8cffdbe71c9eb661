"""`kept canary`: invented people whose release is an alarm: plant one, list the alarms, say what was found."""

from __future__ import annotations

import argparse
import json
from typing import Any

from kept.cli.opening import opened, operator, runs
from kept.errors import SettingError
from kept.policy.day import moment
from kept.services.engine.record import operator as as_operator
from kept.services.gate.canaries import FINDINGS, acknowledge, alarms
from kept.services.upkeep.canary_planting import plant


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "canary",
        help="invented people whose release is an alarm",
        epilog='example: kept canary plant --item "name=Ren Kawaguchi" --item mail_address=ren.k@example.jp --store sqlite:///shop.db',
    )
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    planting = acts.add_parser("plant", help="plant one; nobody but key database K knows who it is")
    planting.add_argument(
        "--item", action="append", default=[], metavar="ITEM=VALUE", help="an invented value; again for more"
    )
    runs(planting, _plant)
    listing = acts.add_parser("list", help="how many are planted, and the alarms")
    runs(listing, _list, json=True)
    looking = acts.add_parser("acknowledge", help="say what looking into an alarm found")
    looking.add_argument("alarm", help="its first digits")
    looking.add_argument("--finding", required=True, choices=FINDINGS, help="what it was")
    runs(looking, _acknowledge)


async def _plant(chosen: argparse.Namespace) -> int:
    pairs = [one.partition("=") for one in chosen.item]
    if not all(name and sign for name, sign, _ in pairs):
        raise SettingError(
            "expected ITEM=VALUE, found something else", reason="canary-item", hint='--item "name=Ren Kawaguchi"'
        )
    async with opened(chosen) as engine:
        await plant(engine, {name: value for name, _, value in pairs}, by=operator())
        planted = len(engine.canaries)
    print(f"planted; {planted} canaries now. Who they are stands in key database K alone.")
    return 0


async def _list(chosen: argparse.Namespace) -> int:
    async with opened(chosen) as engine:
        planted, rows = len(engine.canaries), await alarms(engine)
    found = [
        {
            "alarm": row.alarm_id, "at": moment(row.at), "entry": row.released_entry, "actor": row.actor,
            "purpose": row.purpose, "exit": row.way, "case": row.case_number, "finding": row.finding,
        }
        for row in rows
    ]  # fmt: skip
    if chosen.json:
        print(json.dumps({"canaries": planted, "alarms": found}))
        return 0
    print(f"{planted} canaries planted, {sum(not one['finding'] for one in found)} alarms nobody has looked into")
    for one in found:
        print(
            f"{one['alarm'][:8]}  {one['at']}  {one['actor']} for {one['purpose']} by {one['exit']}, case {one['case'] or '-'}:"
            f" {one['finding'] or 'stands'}"
        )
    return 0


async def _acknowledge(chosen: argparse.Namespace) -> int:
    async with opened(chosen) as engine:
        await acknowledge(engine, chosen.alarm, chosen.finding, by=as_operator(operator()))
    print(f"acknowledged: {chosen.finding}")
    return 0
