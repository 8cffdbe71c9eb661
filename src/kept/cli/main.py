"""`kept`: finds the command, runs it, turns our errors into a message and an exit code.

Exit codes: 0 done, 1 refused or not verified, 2 used wrongly or wrong input, 3 evidence does not hold, 4 the machinery
failed.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from kept import __version__
from kept.errors import DeniedError, EvidenceError, InputError, KeptError, LimitError, SignInError

COMMANDS = tuple(
    import_module(f"kept.cli.{name}")
    for name in (
        "init check accept explain diff render serve staff keys backup canary attest recipient partner bundle scan verify recover"
        " witness status tour"
    ).split()
)
"""Every command, in the order `kept --help` lists them: a module with `add`, which says what runs it."""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(prog="kept", description="Kept runs a privacy policy.")
    parser.add_argument("--version", action="version", version=f"kept {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    return parser


def exit_code(error: KeptError) -> int:
    """Return the exit code of one of our errors."""
    if isinstance(error, DeniedError | SignInError | LimitError):
        return 1
    if isinstance(error, InputError):
        return 2
    return 3 if isinstance(error, EvidenceError) else 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    chosen = build_parser().parse_args(arguments)
    try:
        done = chosen.run(chosen)
        return int(asyncio.run(done) if inspect.iscoroutine(done) else done)
    except KeptError as error:
        print(f"kept: {error}", file=sys.stderr)
        if error.hint:
            print(f"kept: hint: {error.hint}", file=sys.stderr)
        return exit_code(error)
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
