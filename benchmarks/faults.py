"""Faults by the thousand, as a table: calls the machine refuses, power losses, processes in each other's way. Anything lost is told."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "support")]

from attack.test_thousands_of_faults import SHARES, measure  # noqa: E402 -- of the tests

MINUTES = 6.0
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
    with tempfile.TemporaryDirectory() as place:
        done, lost = asyncio.run(measure(Path(place), minutes))
    for kind, them in lost.items():
        for one in them:
            print(f"{kind}: {one}", flush=True)
    return table(done, lost)


if __name__ == "__main__":
    print(run(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES))
