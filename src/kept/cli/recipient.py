"""`kept recipient`: third parties' keys: make one, register one, open a file as the recipient does."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from pathlib import Path
from typing import Any

from kept.cli.opening import add_address, opened, operator
from kept.crypto.sealed_to import KEY_BYTES, OpeningKey
from kept.errors import SettingError
from kept.services.provision_file import parse_file
from kept.services.recipients import register_key


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "recipient",
        help="keys of third parties, and the files they get",
        epilog="example: kept recipient new-key club.key   ·   kept recipient add picture-club --public KEY --store sqlite:///shop.db",
    )
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    new = acts.add_parser(
        "new-key", help="the recipient makes its key, in a file of its own, and prints the public half"
    )
    new.add_argument("file", help="file to make; it must not exist")
    adding = acts.add_parser("add", help="register a recipient's public key")
    adding.add_argument("name", help="declared recipient")
    adding.add_argument("--public", required=True, help="what `new-key` printed")
    add_address(adding)
    opening = acts.add_parser("open", help="the recipient opens a file it was given")
    opening.add_argument("file", help="the file")
    opening.add_argument("--key", required=True, help="the file `new-key` made")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Run the command."""
    if chosen.act == "add":
        return asyncio.run(_add(chosen))
    if chosen.act == "new-key":
        return _new_key(Path(chosen.file))
    print(
        json.dumps(parse_file(read_file(Path(chosen.file)), read_key(Path(chosen.key))), ensure_ascii=False, indent=2)
    )
    return 0


async def _add(chosen: argparse.Namespace) -> int:
    try:
        public = bytes.fromhex(chosen.public)
    except ValueError:
        public = b""
    async with opened(chosen) as engine:
        await register_key(engine, chosen.name, public, by=operator())
    print(f"registered the key of {chosen.name}: {public.hex()[:16]}…")
    return 0


def _new_key(path: Path) -> int:
    key = OpeningKey.new()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SettingError(
            f"expected to make {path.name}: {error.strerror}",
            reason="recipient-key-file",
            hint="name a file that does not exist, in a folder of yours",
        ) from error
    with os.fdopen(handle, "w") as file:
        file.write(f"{key.raw().hex()}\n")
    print(key.public.hex())
    return 0


def read_file(path: Path) -> bytes:
    """Read a file a command was given.

    Raises:
        SettingError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingError(
            f"expected to read {path.name}: {error.strerror}", reason="recipient-key-file", hint="check the path"
        ) from error


def read_key(path: Path) -> OpeningKey:
    """Read a key file made by `new-key`.

    Raises:
        SettingError: It is none.
    """
    try:
        raw = bytes.fromhex(read_file(path).decode("ascii").strip())
    except ValueError:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise SettingError(
            f"expected a key file made by `kept recipient new-key`, found another in {path.name}",
            reason="recipient-key-file",
            hint="give the file the key is in",
        )
    return OpeningKey(raw)
