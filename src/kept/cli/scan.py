"""`kept scan`: look at a site with a real browser, and compare its cookies with those the policy declares."""

from __future__ import annotations

import argparse
import json
from typing import Any

from kept import policy_files
from kept.cli.opening import opened, runs
from kept.cookies.findings import Observed, ScanFinding
from kept.cookies.rules import Rules
from kept.guarantees import words
from kept.policy.ground import clause_of
from kept.policy.read import read_policy
from kept.services.cookies.scan import CENTRE, keep_scan, scan_site
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
    parser.add_argument("--centre", default=CENTRE, help=f"path of the cookie centre (default: {CENTRE})")
    runs(parser, run, json=True)


async def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    if chosen.policy:
        policy = read_policy(policy_files(chosen.policy), words())
        seen, found = await scan_site(Rules(policy), chosen.url, chosen.centre)
    else:
        async with opened(chosen) as engine:
            policy = engine.policy.policy
            seen, found = await scan_site(Rules(policy), chosen.url, chosen.centre)
            await keep_scan(engine, chosen.url, seen, found)
    print(
        json.dumps(_answer(seen, found))
        if chosen.json
        else _text(seen, found, clause_of(policy, GROUNDS[Act.COOKIE_SCAN]))
    )
    return 1 if found else 0


def _answer(seen: list[Observed], found: list[ScanFinding]) -> dict[str, Any]:
    return {
        "clean": not found,
        "phases": {one.phase: sorted(name for name, _ in one.cookies) for one in seen},
        "findings": [{"phase": one.phase, "what": one.what, "reason": one.reason} for one in found],
    }


def _text(seen: list[Observed], found: list[ScanFinding], clause: str) -> str:
    width = max(len(one.phase) for one in seen)
    lines = [f"{one.phase:<{width}}  {', '.join(sorted(name for name, _ in one.cookies)) or 'nothing'}" for one in seen]
    lines += [f"not as declared: {one.what} ({one.reason}, {one.phase})" for one in found]
    said = f"{len(found)} things are not as declared" if found else "as declared"
    return "\n".join([*lines, f"{said} (§{clause})" if clause else said])
