"""What one process does to an installation that another one has open: each act is a function a child process runs to its end.

A child stops itself (SIGSTOP) before the write it is told to stop at, so that whatever else happens comes in between; it goes on
at SIGCONT. What it acknowledged it says at its end.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from kept.cli.main import main as kept_command
from kept.crypto.password import QUICK, Passwords
from kept.errors import KeptError
from kept.guarantees import words
from kept.services.accounts import accounts
from kept.services.engine.engine import Engine
from kept.services.engine.installation import Settings, installation_parts, parse_address
from kept.services.my_data import corrections, erasure
from kept.services.upkeep.routine import finish_all, tidy
from kept.store.sqlite import SqliteStore

POLICY = Path(__file__).parents[2] / "policies" / "photolibrary.policy.md"
OTHER_KEY = "09" + "00" * 31
"""A public half that somebody has the other of."""
PASSWORD = "four unrelated words here"
WORKER, PROGRAM = True, False


def address(folder: Path) -> str:
    """Return the address of the installation in a folder."""
    return f"sqlite:///{folder / 'shop.db'}"


@contextlib.asynccontextmanager
async def working(folder: Path, *, worker: bool):
    """Hold the installation open as the process that does its work, or as a program beside it."""
    place = parse_address(address(folder))
    with place.alone() if worker else contextlib.nullcontext():
        engine = await Engine.start(
            installation_parts(place, words(), Settings(passwords=Passwords(QUICK))), sequence=worker
        )
        try:
            if worker:
                await finish_all(engine)
            yield engine
        finally:
            await engine.close()


async def _own(engine: Engine, person_id: str):
    own = await accounts.session_of(engine, await accounts.start_session(engine, bytes.fromhex(person_id)))
    assert own is not None
    return own


async def join(folder: Path, people: dict[str, str]) -> dict[str, object]:
    """A program beside the worker opens an account."""
    async with working(folder, worker=PROGRAM) as engine:
        issued = await accounts.join_with_password(engine, PASSWORD, "en")
        return {"joined": issued.person_id.hex()}


async def correct(folder: Path, people: dict[str, str]) -> dict[str, object]:
    """A customer corrects their phone, through a program beside the worker."""
    async with working(folder, worker=PROGRAM) as engine:
        await corrections.correct(
            engine, await _own(engine, people["mori"]), "phone", "03-1234-5678", expected_version=1
        )
        return {"corrected": people["mori"]}


async def remove(folder: Path, people: dict[str, str]) -> dict[str, object]:
    """A customer takes one value away: what stays is sealed anew under another key."""
    async with working(folder, worker=PROGRAM) as engine:
        await corrections.remove_value(engine, await _own(engine, people["mori"]), "interests")
        return {"removed": people["mori"]}


async def undo(folder: Path, people: dict[str, str]) -> dict[str, object]:
    """A customer undoes an erasure whose day has just come."""
    async with working(folder, worker=PROGRAM) as engine:
        await erasure.undo_erasure(engine, await _own(engine, people["leaving"]))
        return {"undone": people["leaving"]}


async def erase(folder: Path, people: dict[str, str]) -> dict[str, object]:
    """A customer is erased at once."""
    async with working(folder, worker=PROGRAM) as engine:
        receipt = await erasure.intend_erasure(engine, await _own(engine, people["gone"]))
        return {"erased": people["gone"], "receipt": receipt}


async def work(folder: Path, people: dict[str, str]) -> dict[str, object]:
    """The worker starts, finishes what it finds, does a minute's work, and stops."""
    async with working(folder, worker=WORKER) as engine:
        await tidy(engine)
        return {}


def command(*words_: str, says: str = "") -> Callable[[Path, dict[str, str]], Awaitable[dict[str, object]]]:
    """A command of `kept`, as an operator types it."""

    async def run(folder: Path, people: dict[str, str]) -> dict[str, object]:
        typed = [one.replace("FOLDER", str(folder)) for one in words_]
        out, err = io.StringIO(), io.StringIO()

        def typed_in() -> int:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                return kept_command([*typed, "--store", address(folder)])

        code = await asyncio.get_running_loop().run_in_executor(None, typed_in)
        if code:
            raise KeptError(err.getvalue()[-300:] or f"code {code}", reason="command")
        return {says: True} if says else {}

    return run


ACTS: dict[str, Callable[[Path, dict[str, str]], Awaitable[dict[str, object]]]] = {
    "join": join,
    "correct": correct,
    "remove": remove,
    "undo": undo,
    "erase": erase,
    "work": work,
    "keys show": command("keys", "show"),
    "keys rotate": command("keys", "rotate", says="rotated"),
    "status": command("status"),
    "verify": command("verify"),
    "backup": command("backup", "create", "FOLDER/backups", says="backed up"),
    "backup key": command("backup", "create", "FOLDER/other", "--public", OTHER_KEY, says="backup key"),
}


def act(name: str, folder: str, people: dict[str, str], stop_at: int, answer: str) -> None:
    """Run one act in this process, and leave what it acknowledged, or the reason it was refused, in the file *answer*."""
    sys.stdin = open(os.devnull)  # noqa: SIM115, PTH123 -- for as long as the process lives
    before = SqliteStore.write
    left = [stop_at]

    async def write(store, body):
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGSTOP)
        left[0] -= 1
        return await before(store, body)

    SqliteStore.write = write  # type: ignore[method-assign]
    try:
        said: dict[str, object] = asyncio.run(ACTS[name](Path(folder), people))
    except KeptError as error:
        said = {"refused": error.reason, "message": str(error)}
    said["stopped"] = left[0] < 0
    Path(answer).write_text(json.dumps(said), encoding="utf-8")
