"""Erasing one person with receipt, and a search of the raw files for what was planted; nothing may be left."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from kept import policy_files
from kept.crypto.password import QUICK, Passwords
from kept.guarantees import words
from kept.services.accounts import accounts
from kept.services.engine.engine import Engine
from kept.services.engine.installation import Settings, installation_parts, parse_address
from kept.services.forms import collection
from kept.services.my_data import erasure
from kept.services.staff.activation import activate_first
from kept.store import sql
from kept.store.sqlite import raw_count

POLICY = Path(__file__).parent.parent / "policies/photolibrary.policy.md"
PEOPLE = 400
ERASED = 60


async def measure():
    with tempfile.TemporaryDirectory() as folder:
        engine = await Engine.start(
            installation_parts(
                parse_address(f"sqlite:///{folder}/bench.db"),
                words(),
                Settings(passwords=Passwords(QUICK)),
                create=True,
            ),
            sequence=False,
        )
        await activate_first(engine, policy_files(POLICY), by="bench")
        people = []
        for number in range(PEOPLE):
            person_id = await accounts.open_account(engine, "en")
            own = await accounts.session_of(engine, await accounts.start_session(engine, person_id))
            form = await collection.present_form(engine, own, "registration", "", "en")
            await collection.submit(
                engine, own, point="registration", stage="", language="en", unverified_token=form.token,
                fields=[("name", f"Kanaria {number:05d}"), ("mail_address", f"kanaria{number:05d}@example.jp")],
            )  # fmt: skip
            keys = await engine.keys.all(sql.PersonKeys, person_id=person_id)
            people.append((own, [bytes(row[3]) for row in keys]))
        times, needles, levels = [], [], []
        for own, wrapped in people[:ERASED]:
            started = time.perf_counter()
            receipt = await erasure.erasure_receipt(engine, await erasure.intend_erasure(engine, own))
            times.append(time.perf_counter() - started)
            levels.append(receipt["level"])
            needles += wrapped
        level = await erasure.scrub(engine)
        await engine.close()
        left = sum(raw_count(Path(folder), "bench", [*needles, b"Kanaria", b"kanaria"]).values())
        assert left == 0, f"{left} canaries left"
        return times, levels, level


def run():
    """Measure, and return the section of RESULTS.md."""
    times, levels, level = asyncio.run(measure())
    ordered = sorted(times)
    return "\n".join(
        [
            "## Erasing one person, with receipt",
            "",
            f"{ERASED} of {PEOPLE} people; then every file searched for their wrapped keys and values: none left.",
            "",
            "| figure | |",
            "|---|---|",
            f"| median | {statistics.median(times) * 1e3:.1f} ms (to reach: 15) |",
            f"| 95th of 100 | {ordered[int(len(ordered) * 0.95)] * 1e3:.1f} ms |",
            f"| level in the receipt at once | {', '.join(sorted(set(levels)))} |",
            f"| level after the minute's work | {level} |",
        ]
    )


if __name__ == "__main__":
    print(run())
