"""Opening an installation from the command line: the address options, and the running engine."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext

from kept.errors import KeptError
from kept.guarantees import words
from kept.services.engine.engine import Engine
from kept.services.engine.installation import Address, Settings, installation_parts, parse_address
from kept.services.upkeep.routine import finish_all

Run = Callable[[argparse.Namespace], int | Awaitable[int]]
"""What runs a command or one of its acts, and answers its exit code."""


def add_address(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where an installation lies."""
    parser.add_argument("--store", default="sqlite:///kept.db", help="database D (default: sqlite:///kept.db)")
    parser.add_argument("--keys", default="", help="database K (default: beside D)")
    parser.add_argument("--key-folder", default="", help="folder of the key files (default: beside D)")
    parser.add_argument(
        "--no-log", metavar="PLACE", action="append", default=[],
        help="where the no-log lies: file:PATH, command:PROGRAM, mail:ADDRESS?server=HOST:PORT&from=ADDRESS, or none; "
        "may be given again (default: a file beside D)",
    )  # fmt: skip


def runs(parser: argparse.ArgumentParser, run: Run, *, json: bool = False) -> None:
    """Say what runs a command, or one of its acts, on an installation.

    Args:
        parser: Of the command or the act.
        run: What runs it.
        json: Whether it can answer as JSON.
    """
    if json:
        parser.add_argument("--json", action="store_true", help="answer as JSON")
    add_address(parser)
    parser.set_defaults(run=run)


def address_of(chosen: argparse.Namespace) -> Address:
    """Return the address the options name."""
    return parse_address(chosen.store, keys_url=chosen.keys, key_folder=chosen.key_folder, no_log=chosen.no_log)


def operator() -> str:
    """Return who runs the command, as the ledger names operators."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


@asynccontextmanager
async def opened(  # noqa: PLR0913 -- each is a choice of its own
    chosen: argparse.Namespace,
    *,
    create: bool = False,
    settings: Settings | None = None,
    verify: bool = True,
    alone: bool = False,
    read_only: bool = False,
) -> AsyncIterator[Engine]:
    """Open an installation for one command.

    Args:
        chosen: The parsed options.
        create: Whether to make what is missing.
        settings: What it is made with.
        verify: Whether the ledger must extend its last checkpoint first.
        alone: Whether the command needs the installation to itself.
        read_only: Whether neither database may be written.

    Raises:
        BusyError: It needs it to itself, and something else has it open.
    """
    address = address_of(chosen)
    with address.alone(existing=True) if alone else nullcontext():
        engine = await Engine.start(
            installation_parts(address, words(), settings, create=create, read_only=read_only),
            sequence=False,
            verify=verify,
        )
        try:
            if alone and verify and engine.has_policy:  # what a running process has begun is that process's to finish
                await finish_all(engine)
            yield engine
        except KeptError as error:
            raise engine.cite(error) from error.__cause__
        finally:
            await engine.close(integrate=verify)
