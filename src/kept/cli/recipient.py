"""`kept recipient`: third parties' keys: make one, register one, open a file as the recipient does."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from kept.cli.given import hex_given, read_given
from kept.cli.opening import add_address, opened, operator
from kept.crypto.sealed_to import OpeningKey
from kept.services.engine.key_files import read_key, write_key
from kept.services.third_parties.provision_file import parse_file
from kept.services.third_parties.recipients import register_key

KEY_KIND = "recipient"


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "recipient",
        help="keys of third parties, and the files they get",
        epilog="example: kept recipient new-key club.key   ·   kept recipient add hikers-club --public KEY --store sqlite:///shop.db",
    )
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    new = acts.add_parser(
        "new-key", help="the recipient makes its key, in a file of its own, and prints the public half"
    )
    new.add_argument("file", help="file to make; it must not exist")
    new.set_defaults(run=_new_key)
    adding = acts.add_parser("add", help="register a recipient's public key")
    adding.add_argument("name", help="declared recipient")
    adding.add_argument("--public", required=True, help="what `new-key` printed")
    add_address(adding)
    adding.set_defaults(run=_add)
    opening = acts.add_parser("open", help="the recipient opens a file it was given")
    opening.add_argument("file", help="the file")
    opening.add_argument("--key", required=True, help="the file `new-key` made")
    opening.set_defaults(run=_open)


def _open(chosen: argparse.Namespace) -> int:
    print(json.dumps(parse_file(read_given(chosen.file), opening_key(chosen.key)), ensure_ascii=False, indent=2))
    return 0


async def _add(chosen: argparse.Namespace) -> int:
    public = hex_given(chosen.public)
    async with opened(chosen) as engine:
        await register_key(engine, chosen.name, public, by=operator())
    print(f"registered the key of {chosen.name}: {public.hex()[:16]}…")
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
