"""Two processes on one installation, interleaved at every write: nothing acknowledged is lost, nothing stands without its entry."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path

import between
import pytest
from installation import Installation

from kept.crypto.sealed_to import OpeningKey
from kept.errors import ErasedError
from kept.services.backups.backup import register_backup_key
from kept.services.engine.clock import Clock
from kept.services.my_data.erasure import intend_erasure
from kept.services.upkeep.verification import verify_installation

pytestmark = pytest.mark.anyio
WRITES_AT_MOST = 60


class Real(Installation):
    """An installation on the machine's own clock, as its child processes are."""

    def parts(self, *, create: bool = False):
        """Return the parts, with the real clock."""
        parts = super().parts(create=create)
        parts.clock = Clock()
        return parts


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A closed installation with three customers, one of whom is to be erased at this very moment; and who they are."""
    folder = tmp_path_factory.mktemp("prepared")

    async def prepare():
        installation = Real(folder)
        engine = await installation.open()
        mori, leaving, gone = await installation.mori(), await installation.join(), await installation.join()
        await register_backup_key(engine, OpeningKey.new().public, by="test")
        await intend_erasure(engine, leaving, grace_seconds=3600.0)
        await installation.close()
        installation.sql("UPDATE erasure SET due_at = ?", time.time())
        return {"mori": mori.person_id.hex(), "leaving": leaving.person_id.hex(), "gone": gone.person_id.hex()}

    return folder, asyncio.run(prepare())


async def check(folder: Path, people: dict[str, str], said: list[dict]) -> None:
    """Hold an installation against what the processes acknowledged."""
    installation = Real(folder)
    engine = await installation.open(create=False)
    try:
        await engine.sequencer.integrate()
        assert (await verify_installation(engine)).problems == [], said
        acts = [one.act for one in await installation.ledger()]
        told = {key: value for one in said for key, value in one.items()}
        for name in ("joined", "corrected", "removed", "undone"):
            if name in told:
                person = await engine.people.load(bytes.fromhex(told[name]), None)
                for slot in person.state.slots:
                    engine.people.open_slot(person, slot)
        await engine.people.load(bytes.fromhex(people["mori"]), None)
        if "erased" in told:
            with pytest.raises(ErasedError):
                await engine.people.load(bytes.fromhex(told["erased"]))
        assert acts.count("system:person:erased") == len(installation.sql("SELECT * FROM tombstone", part="keys"))
        ((epoch,),) = installation.sql("SELECT epoch FROM current_epoch", part="keys")
        assert acts.count("operator:keys:rotate") == epoch - 1, said
        destroyed = installation.sql("SELECT COUNT(*) FROM epoch WHERE state = 'destroyed'", part="keys")[0][0]
        assert acts.count("operator:epoch:destroy") == destroyed, said
    finally:
        await installation.close()


async def interleave(prepared, tmp_path: Path, first: str, second: str, *, kill: bool = False) -> int:
    """Stop *first* before each of its writes, let *second* run to its end, let *first* go on (or kill it); return the rounds."""
    base, people = prepared
    for at in range(WRITES_AT_MOST):
        folder = between.copy_of(base, tmp_path / f"{first}-{second}-{at}".replace(" ", "-"))
        one = between.begin(first, folder, people, at)
        stopped = one.wait_stopped()
        said = []
        if stopped:
            said.append(between.begin(second, folder, people).said())
            if kill:
                one.kill()
            else:
                one.go_on()
        if not kill or not stopped:
            said.append(one.said())
        await check(folder, people, said)
        shutil.rmtree(folder)
        if not stopped:
            return at
    return WRITES_AT_MOST


async def test_showing_keys_beside_a_rotation_destroys_no_root(prepared, tmp_path):
    """`kept keys show`, stopped anywhere while `kept keys rotate` runs, and the other way round: every key still opens."""
    assert await interleave(prepared, tmp_path, "keys show", "keys rotate")
    assert await interleave(prepared, tmp_path, "keys rotate", "keys show")


async def test_an_account_opened_beside_a_look_stays(prepared, tmp_path):
    """An account half opened is not swept away by a command or a worker that starts meanwhile."""
    assert await interleave(prepared, tmp_path, "join", "status")
    assert await interleave(prepared, tmp_path, "join", "work")


async def test_an_undo_acknowledged_beside_the_finisher_holds(prepared, tmp_path):
    """Either the erasure is undone and the person whole, or the undo is refused and the person gone."""
    assert await interleave(prepared, tmp_path, "work", "undo")
    assert await interleave(prepared, tmp_path, "undo", "work")
