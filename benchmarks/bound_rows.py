"""Reading with and without bound rows, and with and without counting a person's entries; interleaved.

The same installation twice, one whose stores check and seal no row. Each turn ends with the sequencer's run over its entries.
Every answer is checked against a plain dictionary kept beside.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import statistics
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from reading import POLICY, fill

from kept import policy_files
from kept.crypto.password import QUICK, Passwords
from kept.guarantees import words
from kept.ledger.chain import Chain
from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.engine import engine as engines
from kept.services.engine import flush, people
from kept.services.engine.entry_chain import EntryChains
from kept.services.engine.installation import Settings, installation_parts, parse_address
from kept.services.gate import gate
from kept.services.staff.activation import activate_first
from kept.services.staff.credentials import credential_of, issue_credential, mandate_for

READS, PAIRS, CALLERS = 640, 15, 64


async def unbound(*_, **__):
    """Bind nothing: the stores as they were before rows carried seals."""
    return ()


async def unnumbered(_, entries):
    """Number no entry."""
    return [0] * len(entries)


async def uncounted(*_):
    """Say of nobody how many entries were counted."""
    return Chain(0, b"")


async def unheard(*_):
    """Let K hear of nobody."""
    return []


def without_chain():
    """Count no entries meanwhile: neither where they are written, nor where people are loaded, nor for K."""
    stack = contextlib.ExitStack()
    stack.enter_context(patch.object(flush, "link_entries", unnumbered))
    stack.enter_context(patch.object(people, "counted", uncounted))
    stack.enter_context(patch.object(EntryChains, "copy", unheard))
    return stack


async def opened(folder):
    """Open an installation with people; return it with a mandate and the model."""
    settings = Settings(passwords=Passwords(QUICK))
    parts = installation_parts(parse_address(f"sqlite:///{folder}/bench.db"), words(), settings, create=True)
    engine = await engines.Engine.start(parts)
    await activate_first(engine, policy_files(POLICY), by="bench")
    await engine.supervision.end()  # the sequencer runs where a turn says so
    model = await fill(engine)
    credential = await credential_of(
        engine, await issue_credential(engine, "bench", "support", ("contact",), by="bench")
    )
    return engine, await mandate_for(engine, credential), model


async def reads(engine, mandate, model):
    """Read people through the gate, many callers at once; return CPU seconds for one read."""
    people = list(model)

    async def caller(seed):
        dice = random.Random(seed)
        for _ in range(READS // CALLERS):
            person_id = dice.choice(people)
            card = await gate.read(engine, mandate, person_id, ("name",), Exit.APP)
            with card["name"].open() as text:
                assert text == model[person_id]

    started = time.process_time()
    await asyncio.gather(*(caller(seed) for seed in range(CALLERS)))
    await engine.sequence()
    return (time.process_time() - started) / READS


async def sign_ins(engine, _, model):
    """Sign people in and look at their sessions; return CPU seconds for one."""
    started = time.process_time()
    for person_id in list(model)[:40]:
        token = await accounts.start_session(engine, person_id)
        assert (await accounts.session_of(engine, token)).person_id == person_id
    return (time.process_time() - started) / 40


async def measure():
    """Return, by the name of the act, the ratio of each interleaved pair."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        with patch.object(engines, "bind_rows", unbound):
            plain = await opened(Path(other))
        bound = await opened(Path(one))
        ratios = {}
        for name, act in (("a read through the gate", reads), ("a sign-in, and its session looked at", sign_ins)):
            ratios[f"{name}: bound rows"] = [await act(*bound) / await act(*plain) for _ in range(PAIRS)]
        chained, both = [], []
        for _ in range(PAIRS):
            full = await reads(*bound)
            with without_chain():
                chained.append(full / await reads(*bound))
                both.append(full / await reads(*plain))
        ratios["a read through the gate: counting a person's entries"] = chained
        ratios["a read through the gate: both"] = both
        await plain[0].close()
        await bound[0].close()
        return ratios


def run():
    """Measure, and return the section of RESULTS.md."""
    lines = [
        "## Bound rows, and counted entries",
        "",
        f"CPU time with them over CPU time without, {PAIRS} interleaved pairs, {CALLERS} callers, the sequencer's run included.",
        "",
    ]
    lines += ["| act | median | least–most |", "|---|---|---|"]
    for name, ratios in asyncio.run(measure()).items():
        lines.append(f"| {name} | **{statistics.median(ratios):.2f}×** | {min(ratios):.2f}–{max(ratios):.2f} |")
    lines += ["", "To reach: a read at most 1.10×, both together."]
    return "\n".join(lines)


if __name__ == "__main__":
    print(run())
