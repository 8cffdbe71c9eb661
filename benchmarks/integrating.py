"""The sequencer on SQLite, durable: entries that wait are checked, get their place, and the checkpoint is signed; then `kept verify`."""

from __future__ import annotations

import asyncio
import tempfile
import time
import tracemalloc

from kept.crypto.password import QUICK, Passwords
from kept.guarantees import words
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.installation import Settings, installation_parts, parse_address
from kept.services.engine.record import SYSTEM, entry_of
from kept.services.upkeep.verification import verify_installation

ENTRIES = 100_000
AT_ONCE = 1000


async def fill(engine):
    """Let entries wait, as the flush leaves them."""
    for _ in range(0, ENTRIES, AT_ONCE):
        entries = [entry_of(engine, SYSTEM, Act.OWN_VIEW, at=1.0) for _ in range(AT_ONCE)]
        await engine.data.write(lambda tx, them=entries: insert_entries(tx, them, engine.clock.now()))


async def measure():
    """Integrate everything, then verify it; return both as seconds and seconds of a core, and the most bytes verifying held."""
    with tempfile.TemporaryDirectory() as folder:
        address = parse_address(f"sqlite:///{folder}/bench.db")
        settings = Settings(passwords=Passwords(QUICK))
        engine = await Engine.start(installation_parts(address, words(), settings, create=True), sequence=False)
        await fill(engine)
        started = time.perf_counter(), time.process_time()
        assert await engine.sequencer.integrate() == ENTRIES
        integrated = time.perf_counter() - started[0], time.process_time() - started[1]
        started = time.perf_counter(), time.process_time()
        found = await verify_installation(engine)
        verified = time.perf_counter() - started[0], time.process_time() - started[1]
        assert (found.entries, found.problems) == (ENTRIES, [])
        tracemalloc.start()
        await verify_installation(engine)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        await engine.close()
        return integrated, verified, most


def run():
    """Measure, and return the section of RESULTS.md."""
    integrated, verified, most = asyncio.run(measure())
    return "\n".join(
        [
            "## Integrating and verifying",
            "",
            f"{ENTRIES:,} entries on SQLite, durable; each checked before it gets its place. `kept verify` held {most / 1e6:.1f} MB at most.",
            "",
            "| work | entries/s | entries for each second of a core |",
            "|---|---|---|",
            f"| integrate, signed | {ENTRIES / integrated[0]:,.0f} | {ENTRIES / integrated[1]:,.0f} |",
            f"| `kept verify` | {ENTRIES / verified[0]:,.0f} | {ENTRIES / verified[1]:,.0f} |",
        ]
    )


if __name__ == "__main__":
    print(run())
