"""Two processes on one installation: the first stops before a write of its own, the second does all it has to, the first goes on."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import acting

PATIENCE = 30.0
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["acting", "kept.cli.main"])


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return "gone"


@dataclass(slots=True)
class Acting:
    """A child process that runs one act of `acting`."""

    name: str
    process: multiprocessing.process.BaseProcess
    answer: Path

    def wait_stopped(self) -> bool:
        """Wait until it has stopped itself, or ended; True when it stands still."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if _state(self.process.pid or 0) in "Tt":
                return True
            if not self.process.is_alive():
                return False
            time.sleep(0.002)
        raise TimeoutError(f"{self.name} neither stopped nor ended")

    def go_on(self) -> None:
        """Let it go on after a stop."""
        os.kill(self.process.pid or 0, signal.SIGCONT)

    def kill(self) -> None:
        """Kill it where it stands."""
        self.process.kill()
        self.process.join()

    def said(self) -> dict:
        """Wait for its end and return what it acknowledged."""
        self.process.join(PATIENCE)
        if self.process.is_alive():
            self.kill()
            raise TimeoutError(f"{self.name} did not end")
        assert self.answer.exists(), f"{self.name} ended with {self.process.exitcode} and said nothing"
        return json.loads(self.answer.read_text(encoding="utf-8"))


def begin(name: str, folder: Path, people: dict[str, str], stop_at: int = -1) -> Acting:
    """Start a process that runs an act.

    Args:
        name: Of the act.
        folder: Where the installation lies.
        people: Hex ids, by what they are called in the acts.
        stop_at: How many writes it does before it stops itself; -1 not to stop.
    """
    answer = folder / f"answer-{time.monotonic_ns()}.json"
    process = _PROCESSES.Process(target=acting.act, args=(name, str(folder), people, stop_at, str(answer)))
    process.start()
    return Acting(name, process, answer)


def copy_of(installation: Path, place: Path) -> Path:
    """Copy a closed installation, so that each round begins alike."""
    shutil.copytree(installation, place)
    return place
