"""What is dear to read at its cap: how long the dearest of forty patterns takes, against half as much of it."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent / "tests" / part) for part in ("attack", "support")]

from test_dear_to_read import DEAR, readings  # noqa: E402 -- its folder is found by the line above

from kept.errors import KeptError  # noqa: E402 -- same


def seconds(read):
    """CPU seconds of one reading, whatever comes of it."""
    begun = time.process_time()
    with contextlib.suppress(KeptError):
        read()
    return time.process_time() - begun


def run():
    """Measure, and return the section of RESULTS.md."""
    dearest = {}
    for piece in DEAR:
        for name, read in readings(piece):
            dearest[name] = max(dearest.get(name, (0.0, "")), (seconds(read), piece))
    plain = {name: seconds(read) for name, read in readings("word ")}
    lines = ["## Dear to read", "", f"The dearest of {len(DEAR)} patterns at the cap of what is read; CPU time.", ""]
    lines += ["| what | milliseconds | pattern | against plain words |", "|---|---|---|---|"]
    for name, (took, piece) in sorted(dearest.items(), key=lambda one: -one[1][0])[:8]:
        lines.append(f"| {name} | {took * 1000:.1f} | `{piece!r}` | {took / plain[name]:.0f}× |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(run())
