"""Faults by the thousand, each checked: calls the machine refuses, power losses, processes in each other's way. Anything lost is told.

`make test-full` tries them for three minutes; `make bench` longer, and writes the table.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import machine
import pytest

from attack import test_faults, test_two_processes

MINUTES = 2.5
"""The last round of each kind goes on until it has ended: three minutes in all."""
REFUSED_A_ROUND = 400
SHARES = {"calls refused": 0.6, "power losses": 0.2, "processes interleaved": 0.2}
"""Share of the time each kind gets."""


async def rounds(seconds: float, once: Callable[[int], Awaitable[int]], lost: list[str]) -> int:
    """Do rounds until the time is over; return how many faults they were in all."""
    began, seed, faults = time.monotonic(), 0, 0
    while time.monotonic() - began < seconds:
        seed += 1
        try:
            faults += await once(seed)
        except (AssertionError, Exception) as error:  # noqa: BLE001 -- whatever it is, it stands in the table
            lost.append(f"seed {seed}: {type(error).__name__} {str(error)[:300]} {getattr(error, '__notes__', '')}")
    return faults


async def measure(root: Path, minutes: float) -> tuple[Counter[str], dict[str, list[str]]]:
    """Try every kind in an empty folder; return how many faults of each, and what was lost."""
    done: Counter[str] = Counter()
    lost: dict[str, list[str]] = {kind: [] for kind in SHARES}
    environment = machine.compiled(root)
    folders = {kind: root / kind.replace(" ", "-") for kind in SHARES}
    for one in folders.values():
        one.mkdir()
    refused, dark, between = folders.values()
    first, second = await test_faults.prepared(refused), await test_faults.prepared(dark)
    prepared = between, await test_two_processes.prepare(between)

    async def refuse(seed: int) -> int:
        await test_faults.faulty_round(refused, first, environment, times=REFUSED_A_ROUND, seed=seed)
        return REFUSED_A_ROUND

    async def go_dark(seed: int) -> int:
        await test_faults.dark_round(dark, second, environment, nth=1 + (seed * 37) % 700, seed=seed)
        return 1

    async def meet(seed: int) -> int:
        await test_two_processes.random_round(prepared, root / f"round-{seed}", random.Random(1000 + seed))  # noqa: S311 -- which acts, and where
        return 1

    for kind, once in zip(SHARES, (refuse, go_dark, meet), strict=True):
        done[kind] = await rounds(minutes * 60 * SHARES[kind], once, lost[kind])
    return done, lost


@pytest.mark.slow
@pytest.mark.anyio
async def test_three_minutes_of_faults_lose_nothing(tmp_path):
    """Every kind was met, and no round lost what was acknowledged or needed a restart."""
    done, lost = await measure(tmp_path, MINUTES)
    assert not any(lost.values()), lost
    assert all(done[kind] for kind in SHARES), done
