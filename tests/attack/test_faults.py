"""The machine fails under load: calls are refused, the power goes. Nothing acknowledged is lost, and no restart is needed.

`make bench` tries more of them and writes the table (`benchmarks/faults.py`).
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import machine
import pytest

from attack.test_sigkill import CHILD, RealInstallation, check
from kept.services.staff.credentials import issue_credential

pytestmark = pytest.mark.anyio
PATIENCE = 60.0
POWER_GONE = 97
TO_BE_WELL = {"joined", "gave", "read", "corrected"}
"""What is acknowledged again after the last fault, without a restart."""


async def prepared(folder: Path) -> str:
    """Make an installation and return a credential."""
    installation = RealInstallation(folder)
    await installation.open()
    try:
        return await issue_credential(installation.engine, "load", "support", ("contact",), by="test")
    finally:
        await installation.close()


def begun(folder: Path, credential: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a child on the machine of *environment*."""
    return subprocess.Popen(  # noqa: S603 -- our own file
        [sys.executable, str(CHILD), str(folder), credential],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )


def work_through_faults(folder: Path, credential: str, environment: dict[str, str]) -> list[dict]:
    """Let a child work until the machine is well again and everything is acknowledged anew; return what it acknowledged."""
    child = begun(folder, credential, environment)
    assert child.stdout
    assert child.stderr
    lines: list[dict] = []
    anew, well, until = set[str](), False, time.monotonic() + PATIENCE
    for raw in child.stdout:
        lines.append(json.loads(raw))
        act = lines[-1]["act"]
        well = well or act == "well"
        if well:
            anew.add(act)
        if anew >= TO_BE_WELL or time.monotonic() > until:
            break
    child.kill()
    _, errors = child.communicate()
    assert well, errors.decode()[-2000:]
    assert anew >= TO_BE_WELL, f"it did not recover by itself: {anew}"
    return lines


def work_until_dark(folder: Path, credential: str, environment: dict[str, str]) -> list[dict]:
    """Let a child work until the power goes; return what it had acknowledged."""
    child = begun(folder, credential, environment)
    out, errors = child.communicate(timeout=PATIENCE)
    assert child.returncode == POWER_GONE, errors.decode()[-2000:]
    for one in folder.glob("*-shm"):
        one.unlink()  # it lies in memory
    return [json.loads(one) for one in out.rpartition(b"\n")[0].splitlines()]


async def look(folder: Path, lines: list[dict]) -> None:
    """Open the installation and hold it against what was acknowledged."""
    installation = RealInstallation(folder)
    await installation.open(create=False)
    try:
        await check(installation, [one for one in lines if one.get("person")])
    finally:
        await installation.close()


async def faulty_round(
    folder: Path, credential: str, environment: dict[str, str], *, times: int, seed: int
) -> set[str]:
    """Let *times* calls be refused, look, and return what was said of the faults."""
    told = {**environment, "KEPT_FAULTS": f"{5 + seed % 40} {times} {seed}"}
    lines = await asyncio.to_thread(work_through_faults, folder, credential, told)
    await look(folder, lines)
    return {one["reason"] for one in lines if one["act"] == "fault"}


async def dark_round(folder: Path, credential: str, environment: dict[str, str], *, nth: int, seed: int) -> int:
    """Let the power go at the *nth* write or sync, look, and return how many acts had been acknowledged."""
    lines = await asyncio.to_thread(work_until_dark, folder, credential, {**environment, "KEPT_POWER": f"{nth} {seed}"})
    await look(folder, lines)
    return len(lines)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_calls_that_are_refused_lose_nothing(tmp_path, tmp_path_factory, seed):
    """Forty opens, writes, syncs and renames fail with EIO, ENOSPC, EMFILE, ENFILE and EACCES: all is well again by itself."""
    environment = machine.compiled(tmp_path_factory.getbasetemp())
    assert await faulty_round(tmp_path, await prepared(tmp_path), environment, times=40, seed=seed)


@pytest.mark.parametrize("nth", [3, 40, 150, 400])
async def test_the_power_goes(tmp_path, tmp_path_factory, nth):
    """What was not synced is dropped, in part, and torn: everything acknowledged was synced."""
    environment = machine.compiled(tmp_path_factory.getbasetemp())
    await dark_round(tmp_path, await prepared(tmp_path), environment, nth=nth, seed=nth)
