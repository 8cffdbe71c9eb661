"""The read ladder on SQLite: a plain SELECT, then policy, decryption and the durable ledger on top; 1 and 64 callers.

Every answer is checked against a plain dictionary kept beside; one wrong answer ends the run.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from pathlib import Path

from kept import policy_files
from kept.crypto.password import QUICK, Passwords
from kept.guarantees import words
from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.engine.engine import Engine
from kept.services.engine.installation import Settings, installation_parts, parse_address
from kept.services.forms import collection
from kept.services.gate import gate
from kept.services.staff.activation import activate_first
from kept.services.staff.credentials import credential_of, issue_credential, mandate_for
from kept.store import sql

POLICY = Path(__file__).parent.parent / "policies/photolibrary.policy.md"
PEOPLE = 300
READS = 3000
ROUNDS = 3


async def fill(engine):
    """Make people with a name each; return the model."""
    model = {}
    for number in range(PEOPLE):
        person_id = await accounts.open_account(engine, "en")
        own = await accounts.session_of(engine, await accounts.start_session(engine, person_id))
        form = await collection.present_form(engine, own, "registration", "", "en")
        name = f"Person {number:05d}"
        await collection.submit(
            engine,
            own,
            point="registration",
            stage="",
            language="en",
            unverified_token=form.token,
            fields=[("name", name)],
        )
        model[person_id] = name
    return model


async def spread(callers, reads, one):
    """Run *reads* calls of *one* by so many callers; return seconds."""
    started = time.perf_counter()

    async def caller(seed):
        dice = random.Random(seed)
        for _ in range(reads // callers):
            await one(dice)

    await asyncio.gather(*(caller(seed) for seed in range(callers)))
    return time.perf_counter() - started


async def measure():
    with tempfile.TemporaryDirectory() as folder:
        engine = await Engine.start(
            installation_parts(
                parse_address(f"sqlite:///{folder}/bench.db"),
                words(),
                Settings(passwords=Passwords(QUICK)),
                create=True,
            )
        )
        await activate_first(engine, policy_files(POLICY), by="bench")
        model = await fill(engine)
        people = list(model)
        mandate = await mandate_for(
            engine,
            await credential_of(engine, await issue_credential(engine, "bench", "support", ("contact",), by="bench")),
        )

        async def select(dice):
            person = dice.choice(people)

            async def body(tx):
                return await tx.all(sql.ValueOfSlot, person_id=person, slot="name")

            assert await engine.data.read(body)

        async def policy(dice):
            person = await engine.people.load(dice.choice(people), ("name",))
            decisions = await gate.decide(engine, mandate, person, ("name",), Exit.APP, engine.clock.now())
            assert type(decisions["name"]).__name__ == "Allowed"

        async def opened(dice):
            person_id = dice.choice(people)
            person = await engine.people.load(person_id, ("name",))
            await gate.decide(engine, mandate, person, ("name",), Exit.APP, engine.clock.now())
            assert engine.people.open_slot(person, "name") == model[person_id]

        async def audited(dice):
            person_id = dice.choice(people)
            card = await gate.read(engine, mandate, person_id, ("name",), Exit.APP)
            with card["name"].open() as text:
                assert text == model[person_id]

        alone = asyncio.Lock()

        async def commit_each(dice):
            async with alone:
                await audited(dice)

        steps = [
            ("plain SELECT", select),
            ("+ state and policy", policy),
            ("+ decryption", opened),
            ("+ durable ledger (the gate)", audited),
        ]
        results = {}
        for callers in (1, 64):
            for name, act in steps:
                reads = READS if callers > 1 or act is not audited else READS // 6
                rates = [reads / await spread(callers, reads, act) for _ in range(ROUNDS)]
                results[name, callers] = (statistics.median(rates), min(rates), max(rates))
        pairs = []
        for _ in range(5):
            grouped = READS / await spread(64, READS, audited)
            each = (READS // 6) / await spread(64, READS // 6, commit_each)
            pairs.append(grouped / each)
        await engine.close()
        return results, pairs


def run():
    """Measure, and return the section of RESULTS.md."""
    results, pairs = asyncio.run(measure())
    lines = [
        "## Reading on SQLite",
        "",
        f"{PEOPLE} people, one item, rates per second: median (least–most of {ROUNDS} rounds).",
        "",
    ]
    lines += ["| step | 1 caller | 64 callers |", "|---|---|---|"]
    for name in dict.fromkeys(name for name, _ in results):
        cells = [
            f"{results[name, callers][0]:,.0f} ({results[name, callers][1]:,.0f}–{results[name, callers][2]:,.0f})"
            for callers in (1, 64)
        ]
        lines.append(f"| {name} | {cells[0]} | {cells[1]} |")
    lines += [
        "",
        f"The gate with 64 callers against one commit per read, interleaved: **{statistics.median(pairs):.1f}×** ({min(pairs):.1f}–{max(pairs):.1f}). To reach: 4×.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(run())
