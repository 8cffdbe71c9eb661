"""`kept recipient`: third parties' keys: make one, open a file as the recipient does; staff register it, on the console."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from kept.cli.given import read_given
from kept.crypto.sealed_to import OpeningKey
from kept.ledger.note import parse_verifier_key
from kept.services.engine.key_files import read_key, write_key
from kept.services.third_parties.provision_file import parse_file
from kept.services.third_parties.recall_file import is_recall, parse_recall

KEY_KIND = "recipient"


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "recipient",
        help="keys of third parties, and the files they get",
        epilog="example: kept recipient new-key club.key   ·   kept recipient open provision.json --key club.key --installation KEY",
    )
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    new = acts.add_parser(
        "new-key", help="the recipient makes its key, in a file of its own, and prints the public half"
    )
    new.add_argument("file", help="file to make; it must not exist")
    new.set_defaults(run=_new_key)
    opening = acts.add_parser("open", help="the recipient opens a file it was given: a provision, or a recall")
    opening.add_argument("file", help="the file")
    opening.add_argument("--key", required=True, help="the file `new-key` made")
    opening.add_argument(
        "--installation",
        required=True,
        help="the installation's published key, from a place the recipient trusts",
    )
    opening.set_defaults(run=_open)


def _open(chosen: argparse.Namespace) -> int:
    raw, key = read_given(chosen.file), opening_key(chosen.key)
    parse = parse_recall if is_recall(raw) else parse_file
    opened = parse(raw, key, parse_verifier_key(chosen.installation.strip()))
    print(json.dumps(opened, ensure_ascii=False, indent=2))
    return 0


def _new_key(chosen: argparse.Namespace) -> int:
    key = OpeningKey.new()
    write_key(Path(chosen.file), KEY_KIND, key.raw())
    print(key.public.hex())
    return 0


def opening_key(path: str) -> OpeningKey:
    """Return the key in a file made by `kept recipient new-key`.

    Raises:
        ClosedError: There is no such file.
        SettingError: It is no such key, or others can read it.
    """
    return OpeningKey(read_key(Path(path), KEY_KIND))
