"""`kept bundle`: an authority opens what the legal desk gave it, after verifying which installation made it."""

from __future__ import annotations

import argparse
import json
from typing import Any

from kept.cli.given import read_given
from kept.cli.recipient import opening_key
from kept.ledger.note import parse_verifier_key
from kept.services.authorities.disclosure_file import parse_bundle


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "bundle",
        help="bundles of the legal desk, as the authority opens them",
        epilog="example: kept recipient new-key court.key   ·   kept bundle open bundle.json --key court.key --installation KEY",
    )
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    opening = acts.add_parser("open", help="verify and open a bundle")
    opening.add_argument("file", help="the bundle")
    opening.add_argument("--key", required=True, help="the file `kept recipient new-key` made")
    opening.add_argument(
        "--installation", required=True, help="the installation's published key, from its page /ledger/key"
    )
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    opened = parse_bundle(
        read_given(chosen.file), opening_key(chosen.key), parse_verifier_key(chosen.installation.strip())
    )
    print(json.dumps(opened, ensure_ascii=False, indent=2))
    return 0
