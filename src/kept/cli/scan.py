"""`kept scan`: look at a site with a real browser, and compare its cookies with those the policy declares."""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from kept import policy_files
from kept.cli.opening import opened, runs
from kept.cookies.findings import UNSEEN
from kept.cookies.rules import Rules
from kept.guarantees import words
from kept.policy.ground import clause_of
from kept.policy.model import Policy
from kept.policy.read import read_policy
from kept.services.cookies.scan import Result, keep_scan, result_of, scan_site
from kept.services.engine.acts import GROUNDS, Act


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "scan",
        help="compare a site's cookies, in a real browser, with those declared",
        epilog="example: kept scan http://localhost:8330 --store sqlite:///shop.db",
    )
    parser.add_argument("url", help="address of the site's first page")
    parser.add_argument("--policy", default="", help="compare with this policy's first file; nothing is kept")
    parser.add_argument(
        "--centre",
        default="",
        help="path of the cookie centre (default: /cookies below the policy's language); other pages stand beside it",
    )
    parser.add_argument(
        "--no-accounts",
        action="store_true",
        help="look at what a stranger sees alone; otherwise two accounts without any item are opened there, and erased at the end",
    )
    runs(parser, run, json=True)


async def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    if chosen.policy:
        policy = read_policy(policy_files(chosen.policy), words())
        found = await _scanned(chosen, policy, time.time())
    else:
        async with opened(chosen) as engine:
            policy = engine.policy.policy
            found = await _scanned(chosen, policy, engine.clock.now())
            await keep_scan(engine, chosen.url, found)
    print(json.dumps(_answer(found)) if chosen.json else _text(found, clause_of(policy, GROUNDS[Act.COOKIE_SCAN])))
    return 1 if found.findings else 0


async def _scanned(chosen: argparse.Namespace, policy: Policy, at: float) -> Result:
    rules, centre = Rules(policy), chosen.centre or f"/{policy.language}/cookies"
    return result_of(rules, await scan_site(rules, chosen.url, centre, accounts=not chosen.no_accounts), at)


def _answer(found: Result) -> dict[str, Any]:
    return {
        "clean": not found.findings,
        "phases": {one.phase: one.names for one in found.phases},
        "findings": [{"phase": one.phase, "what": one.what, "reason": one.reason} for one in found.findings],
        "never_seen": found.never,
        "not_looked_at": found.unseen,
        "listed": found.listed,
    }


def _text(found: Result, clause: str) -> str:
    width = max(len(one.phase) for one in found.phases)
    lines = [f"{one.phase:<{width}}  {', '.join(one.names) or 'nothing'}" for one in found.phases]
    lines += [f"not as declared: {one.what} ({one.reason}, {one.phase})" for one in found.findings]
    lines += [f"also seen: {one}" for one in found.listed]
    lines += [f"declared and never seen: {one}" for one in found.never]
    lines += [f"not looked at: {UNSEEN[one]}" for one in found.unseen]
    said = f"{len(found.findings)} things are not as declared" if found.findings else "as declared"
    return "\n".join([*lines, f"{said} (§{clause})" if clause else said])
