"""A process under load is killed at random moments: nothing acknowledged is lost, nothing stands without its entry."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest
from installation import Installation

from kept.errors import ErasedError
from kept.services.engine.clock import Clock
from kept.services.engine.entry import parse_account, parse_person_part
from kept.services.gate.history import FOREVER, open_account_part, open_person_part
from kept.services.my_data.erasure import erasure_receipt
from kept.services.staff.credentials import issue_credential
from kept.services.upkeep.verification import verify_installation
from kept.store import sql

pytestmark = pytest.mark.anyio
CHILD = Path(__file__).with_name("child.py")


class RealInstallation(Installation):
    """An installation on the machine's own clock, as its child process is."""

    def parts(self, *, create: bool = False):
        """Return the parts, with the real clock."""
        parts = super().parts(create=create)
        parts.clock = Clock()
        return parts


def work_and_kill(folder: Path, credential: str, seconds: float) -> list[dict]:
    """Let a child work for *seconds* after it is ready, kill it, and return what it had acknowledged."""
    child = subprocess.Popen(  # noqa: S603 -- our own file
        [sys.executable, str(CHILD), str(folder), credential], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout
    assert child.stderr
    first = child.stdout.readline()
    assert first, child.stderr.read().decode()
    time.sleep(seconds)
    child.kill()
    rest, errors = child.communicate()
    assert not errors, errors.decode()
    whole = rest.rpartition(b"\n")[0].splitlines()  # a line the kill cut was not acknowledged
    return [json.loads(line) for line in whole]


async def entries_of(engine, person_id):
    """Return (account, person part, entry id) of everything that concerned a person, oldest state first."""
    keys, _ = await engine.keyring.of_person(person_id)
    rows = await engine.data.all(
        sql.EntriesOfPersonPage, person_id=person_id, before=FOREVER, before_id=b"", limit=10_000
    )
    found = []
    for row in rows:
        entry = await engine.data.one(sql.EntryGet, entry_id=row.entry_id)
        assert entry is not None, "a person part without its entry"
        part = open_person_part(engine, keys, person_id, row.entry_id, row)
        account = parse_account(open_account_part(engine, row.entry_id, entry).plaintext)
        found.append((account, parse_person_part(part.plaintext), row.entry_id.hex()))
    return found


async def check(installation: RealInstallation, lines: list[dict]) -> None:
    """Hold the installation against what was acknowledged."""
    engine = installation.engine
    await engine.sequencer.integrate()
    assert (await verify_installation(engine)).problems == []
    by_person = defaultdict(list)
    for line in lines:
        by_person[bytes.fromhex(line["person"])].append(line)
        if line.get("entry"):
            raw = bytes.fromhex(line["entry"])
            assert await engine.data.one(sql.PositionGet, entry_id=raw), line
    for person_id, acknowledged in by_person.items():
        acts = [line["act"] for line in acknowledged]
        try:
            person = await engine.people.load(person_id, None)
        except ErasedError:
            assert installation.sql("SELECT COUNT(*) FROM tombstone WHERE person_id = ?", person_id, part="keys") == [
                (1,)
            ]
            continue
        assert "erased" not in acts
        entries = await entries_of(engine, person_id)
        said = [account.act for account, _, _ in entries]
        assert said.count("customer:account:open") == 1
        changes = sorted(part.g for account, part, _ in entries if account.outcome == "done")
        assert changes == list(range(1, person.state.g + 1)), (
            "a change without its entry, or an entry without its change"
        )
        version = max([line["version"] for line in acknowledged if line["act"] == "corrected"], default=1)
        if "gave" in acts:
            assert person.state.slots["name"].version >= version
            assert said.count("customer:value:correct") == person.state.slots["name"].version - 1
            assert str(engine.people.open_slot(person, "name")).startswith("Canary")
        stopped = {part.g: account.act for account, part, _ in entries if account.act.startswith("customer:use:")}
        for account, part, _ in entries:
            if account.act == "actor:value:read" and account.outcome == "permitted":
                last = max((g for g in stopped if g <= part.g), default=0)
                assert stopped.get(last) != "customer:use:stop", "a release on a use already stopped"
    for line in lines:
        if line["act"] == "erased":
            assert await erasure_receipt(engine, line["receipt"])


async def rounds(tmp_path: Path, count: int) -> None:
    """Kill and check *count* times, the same installation all along."""
    chance = random.Random(20_261_123)  # noqa: S311 -- moments of killing
    installation = RealInstallation(tmp_path)
    await installation.open()
    credential = await issue_credential(installation.engine, "load", "support", ("contact",), by="test")
    await installation.close()
    seen: set[str] = set()
    for _ in range(count):
        lines = work_and_kill(tmp_path, credential, chance.uniform(0.01, 0.6))
        seen.update(line["act"] for line in lines)
        await installation.open(create=False)
        await check(installation, lines)
        await installation.close()
    assert {"joined", "gave", "read", "corrected", "stopped"} <= seen


async def test_ten_kills_lose_nothing(tmp_path):
    """Ten kills at random moments: every acknowledged act is there, and the ledger and the data agree."""
    await rounds(tmp_path, 10)


@pytest.mark.slow
async def test_two_hundred_kills_lose_nothing(tmp_path):
    """Two hundred kills at random moments, as ten."""
    await rounds(tmp_path, 200)
