"""Trying a cell: on a copy of the filled installation the edit is made, then it is started, verified and used."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sqlite3
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from installation import Installation

from kept.errors import KeptError
from matrix.cells import Cell, Table, cells
from matrix.filled import Held, copied, open_again, verified
from matrix.probes import probes_of

NOTHING = "nothing to do it with"
UNNOTICED = "unnoticed"
_HELD: list[Held] = []


def try_all(held: Held) -> dict[Cell, str]:
    """Try every cell, on as many processes as there are cores; return what became of each.

    Args:
        held: The filled installation, closed.
    """
    every = list(cells())
    fresh = multiprocessing.get_context("spawn")  # what prints letters has threads that a fork would not have
    with ProcessPoolExecutor(os.cpu_count(), fresh, initializer=_take, initargs=(held,)) as pool:
        return dict(zip(every, pool.map(_try, every, chunksize=8), strict=True))


def _take(held: Held) -> None:
    _HELD[:] = [held]


def _try(cell: Cell) -> str:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        return asyncio.run(outcome(_HELD[0], cell, Path(folder) / "cell"))


async def outcome(held: Held, cell: Cell, folder: Path) -> str:
    """Return what notices a cell: `start`, `verify` and `use` with their reasons, or that nothing does.

    Args:
        held: The filled installation, closed.
        cell: Which edit.
        folder: Where its copy goes; it does not exist.
    """
    installation = copied(held, folder)
    if not _bend(held, cell, installation):
        return NOTHING
    try:
        await open_again(installation)
    except KeptError as error:
        return f"start {error.reason}"
    except Exception as error:  # noqa: BLE001 -- that it breaks is the finding
        return f"{UNNOTICED}: breaks the start ({type(error).__name__})"
    found, broken = await _looked_at(installation, held, cell)
    try:
        await installation.close(integrate=False)
    except Exception as error:  # noqa: BLE001 -- as above
        broken.append(f"breaks the end ({type(error).__name__})")
    if found:
        return ", ".join(dict.fromkeys(found))
    return f"{UNNOTICED}: {', '.join(dict.fromkeys(broken))}" if broken else UNNOTICED


async def _looked_at(installation: Installation, held: Held, cell: Cell) -> tuple[list[str], list[str]]:
    found, broken = [], []
    try:
        if await verified(installation, held):
            found.append("verify")
    except Exception as error:  # noqa: BLE001 -- as above
        broken.append(f"breaks verifying ({type(error).__name__})")
    for probe in probes_of(cell.where):
        try:
            await probe(installation, held.words)
        except KeptError as error:
            found.append(f"use {error.reason}")
        except Exception as error:  # noqa: BLE001 -- as above
            broken.append(f"breaks {probe.__name__} ({type(error).__name__})")
    return found, broken


def _bend(held: Held, cell: Cell, installation: Installation) -> bool:
    address = installation.address
    base = sqlite3.connect(address.data if cell.part == "data" else address.keys, isolation_level=None)
    try:
        base.execute("ATTACH ? AS before", (str(held.before / f"{cell.part}.db"),))
        return Table(base, cell, held.words["person"]).bend()
    finally:
        base.close()
