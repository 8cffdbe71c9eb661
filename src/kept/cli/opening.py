"""Opening an installation from the command line: the address options, and the running engine."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kept.errors import KeptError
from kept.guarantees import words
from kept.services.engine.engine import Engine
from kept.services.engine.installation import Address, installation_parts, parse_address
from kept.services.upkeep.routine import finish_all


def add_address(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where an installation lies."""
    parser.add_argument("--store", default="sqlite:///kept.db", help="database D (default: sqlite:///kept.db)")
    parser.add_argument("--keys", default="", help="database K (default: beside D)")
    parser.add_argument("--key-folder", default="", help="folder of the key files (default: beside D)")


def address_of(chosen: argparse.Namespace) -> Address:
    """Return the address the options name."""
    return parse_address(chosen.store, keys_url=chosen.keys, key_folder=chosen.key_folder)


def operator() -> str:
    """Return who runs the command, as the ledger names operators."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


@asynccontextmanager
async def opened(chosen: argparse.Namespace, *, create: bool = False, verify: bool = True) -> AsyncIterator[Engine]:
    """Open an installation for one command.

    Args:
        chosen: The parsed options.
        create: Whether to make what is missing.
        verify: Whether the ledger must extend its last checkpoint first.
    """
    engine = await Engine.start(
        installation_parts(address_of(chosen), words(), create=create), sequence=False, verify=verify
    )
    try:
        if verify and engine.has_policy:
            await finish_all(engine)
        yield engine
    except KeptError as error:
        raise engine.cite(error) from error.__cause__
    finally:
        await engine.close(integrate=verify)
