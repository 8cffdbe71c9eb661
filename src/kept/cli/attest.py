"""`kept attest`: a member of staff attests what people keep, signed in with both factors."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from kept.cli.opening import opened, runs
from kept.services.staff.attestations import attest
from kept.services.staff.sessions import require_session, sign_in


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "attest", help="attest a promise people keep",
        epilog='example: kept attest good-faith --login kato --reference "review 2026-11" --store sqlite:///shop.db',
    )  # fmt: skip
    parser.add_argument("name", help="id of the attestation, as the policy declares it")
    parser.add_argument("--login", required=True, help="who attests")
    parser.add_argument("--reference", required=True, help="number or title of the evidence; no personal information")
    runs(parser, run)


async def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    if sys.stdin.isatty():
        password, code = getpass.getpass("password: "), input("one-time code: ")  # noqa: ASYNC250 -- nothing else waits on this loop yet
    else:
        password, code = sys.stdin.readline().rstrip("\n"), sys.stdin.readline().rstrip("\n")
    async with opened(chosen) as engine:
        session = await require_session(engine, await sign_in(engine, chosen.login, password, code))
        entry = await attest(engine, session, chosen.name, chosen.reference)
    print(f"attested {chosen.name}; entry {entry[:16]}")
    return 0
