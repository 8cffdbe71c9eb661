"""Faults by the thousand, each checked: calls the machine refuses, power losses, processes in each other's way. Anything lost is told."""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

TESTS = Path(__file__).parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "support")]

import machine  # noqa: E402 -- of the tests

from attack import test_faults, test_two_processes  # noqa: E402 -- of the tests

MINUTES = 6.0
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


async def measure(minutes: float) -> tuple[Counter[str], dict[str, list[str]]]:
    """Try every kind; return how many faults of each, and what was lost."""
    done: Counter[str] = Counter()
    lost: dict[str, list[str]] = {kind: [] for kind in SHARES}
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
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
            await test_two_processes.random_round(prepared, root / f"round-{seed}", random.Random(1000 + seed))
            return 1

        for kind, once in zip(SHARES, (refuse, go_dark, meet), strict=True):
            done[kind] = await rounds(minutes * 60 * SHARES[kind], once, lost[kind])
    return done, lost


ABOUT = (
    "Calls refused: open, write, sync and rename with EIO, ENOSPC, EMFILE, ENFILE or EACCES, under load. Power losses: unsynced "
    "writes dropped in part, and torn. Interleaved: two or three processes, one stopped (SIGSTOP) or killed before one of its "
    "writes. After each round everything acknowledged is looked for, and every effect for its entry; after refused calls the "
    "same process must acknowledge anew, without a restart."
)


def table(done: Counter[str], lost: dict[str, list[str]]) -> str:
    """Return the section of the page."""
    rows = [
        "## Faults",
        "",
        ABOUT,
        "",
        "| kind | faults | rounds that lost something, or did not recover |",
        "|---|--:|--:|",
        *(f"| {kind} | {done[kind]:,} | {len(lost[kind])} |" for kind in SHARES),
        f"| together | {sum(done.values()):,} | {sum(map(len, lost.values()))} |",
    ]
    return "\n".join(rows)


def run(minutes: float = MINUTES) -> str:
    """Return the section of the page."""
    done, lost = asyncio.run(measure(minutes))
    for kind, them in lost.items():
        for one in them:
            print(f"{kind}: {one}", flush=True)
    return table(done, lost)


if __name__ == "__main__":
    print(run(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES))
