"""Witnesses: how long one takes to cosign over HTTP, durable before it answers; what is taken along, made and verified."""

from __future__ import annotations

import asyncio
import io
import statistics
import sys
import tempfile
import time
import zipfile
from pathlib import Path

sys.path += [str(Path(__file__).parents[1] / "tests" / "support")]

from installation import Installation
from witnessing import OurWitness, policy_of

from kept.door.background import have_witnesses
from kept.services.my_data.own_data import own_data
from kept.services.my_data.portability import take_along
from kept_verify.bundle import verify_bundle

ROUNDS = 200


async def measure(folder):
    """Return the times of rounds, of making and of verifying a copy, seconds, and its size, entries and the share of its evidence."""
    installation = Installation(folder / "house")
    (folder / "house").mkdir()
    await installation.open()
    own, engine = await installation.mori(), installation.engine
    rounds = []
    with OurWitness(folder / "seen", str(engine.sequencer.verifier)) as one:
        await have_witnesses(engine, policy_of("any", ours=(one.vkey, one.url)), "late")
        for _ in range(ROUNDS):
            await own_data(engine, own)
            await engine.sequencer.integrate()
            started = time.perf_counter()
            await engine.witnesses.submit()
            rounds.append(time.perf_counter() - started)
            assert engine.published.checkpoint == engine.sequencer.checkpoint
    started = time.perf_counter()
    copy = await take_along(engine, own, "en")
    made = time.perf_counter() - started
    started = time.perf_counter()
    found = verify_bundle(copy, str(engine.sequencer.verifier), None, None)
    verified = time.perf_counter() - started
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        evidence = sum(one.compress_size for one in archive.infolist() if one.filename.startswith("evidence/"))
    await installation.close()
    return rounds, made, verified, len(copy), len(found.proved), evidence / len(copy)


def run():
    """Measure, and return the section of RESULTS.md."""
    with tempfile.TemporaryDirectory() as folder:
        rounds, made, verified, size, entries, share = asyncio.run(measure(Path(folder)))
    return "\n".join(
        [
            "## Witnesses, and what is taken along",
            "",
            f"{ROUNDS} checkpoints, one witness of ours over loopback; then a copy with a proof of each of {entries} entries.",
            "",
            "| work | figure |",
            "|---|---|",
            f"| a checkpoint submitted, cosigned durably, verified, stored | {statistics.median(rounds) * 1e3:.1f} ms median |",
            f"| the copy, made | {made * 1e3 / entries:.1f} ms an entry |",
            f"| the copy, verified offline by `kept_verify` | {verified * 1e3 / entries:.1f} ms an entry |",
            f"| its size | {size / entries:,.0f} bytes an entry, {share:.0%} of it evidence |",
        ]
    )


if __name__ == "__main__":
    print(run())
