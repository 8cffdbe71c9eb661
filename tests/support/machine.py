"""The machine that fails (`faults.c`): compiled where there is a compiler, and preloaded before a child process that tells it how."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("faults.c")
COMPILER = shutil.which("cc")
ALL = 15
"""Opens, writes, syncs and renames."""


def compiled(folder: Path) -> dict[str, str]:
    """Compile it into *folder* and return the environment of a process it is preloaded before; without a compiler skip, loudly."""
    if COMPILER is None:
        pytest.skip("NO C COMPILER HERE: faults of the machine and power losses are NOT tried; install cc")
    made = folder / "faults.so"
    if not made.exists():
        subprocess.run(  # noqa: S603 -- our own file
            [COMPILER, "-O2", "-Wall", "-shared", "-fPIC", "-o", str(made), str(SOURCE), "-ldl", "-lpthread"],
            check=True,
        )
    return {**os.environ, "LD_PRELOAD": str(made)}


class Machine:
    """The machine as the child that runs on it knows it; one that was told nothing does not fail."""

    def __init__(self, folder: str) -> None:
        self.faults = [int(one) for one in os.environ.get("KEPT_FAULTS", "").split()]
        self.power = [int(one) for one in os.environ.get("KEPT_POWER", "").split()]
        self._folder = folder.encode()
        self._calls = ctypes.CDLL(None)
        if self.faults or self.power:
            self._calls.kept_watch(self._folder)

    def begin(self) -> None:
        """Begin to fail, as the environment says: `KEPT_FAULTS` (one in so many, how many, seed) or `KEPT_POWER` (at which, seed)."""
        if self.faults:
            one_in, times, seed = self.faults
            self._calls.kept_faults(self._folder, ALL, one_in, times, ctypes.c_uint64(seed))
        if self.power:
            nth, seed = self.power
            self._calls.kept_power_loss(self._folder, nth, ctypes.c_uint64(seed))

    def is_well(self) -> bool:
        """Whether it has failed as often as it was to."""
        return not self.faults or self._calls.kept_faults_met() >= self.faults[1]
