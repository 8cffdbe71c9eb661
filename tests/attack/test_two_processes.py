"""Two processes on one installation, interleaved at every write: nothing acknowledged is lost, nothing stands without its entry."""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from pathlib import Path

import acting
import between
import pytest
from installation import Installation

from kept.crypto.sealed_to import OpeningKey
from kept.errors import ErasedError
from kept.services.backups.backup import register_backup_key
from kept.services.engine.clock import Clock
from kept.services.my_data.erasure import intend_erasure
from kept.services.upkeep.backup_record import backup_key
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


async def prepare(folder: Path) -> dict[str, str]:
    """Make an installation with three customers, one of whom is to be erased at this very moment; return who they are."""
    installation = Real(folder)
    engine = await installation.open()
    mori, leaving, gone = await installation.mori(), await installation.join(), await installation.join()
    await register_backup_key(engine, OpeningKey.new().public, by="test")
    await intend_erasure(engine, leaving, grace_seconds=3600.0)
    await engine.data.write(lambda tx: tx.run("erasure_hasten", person_id=leaving.person_id, at=time.time()))
    await installation.close()
    return {"mori": mori.person_id.hex(), "leaving": leaving.person_id.hex(), "gone": gone.person_id.hex()}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A closed installation, and who is in it."""
    folder = tmp_path_factory.mktemp("prepared")
    return folder, asyncio.run(prepare(folder))


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
        backups = installation.sql("SELECT part, file FROM backup")
        assert acts.count("operator:backup:make") == len(backups), said
        assert _backups(folder) == set(backups), said
        told_key = next(
            dict(one.facts)["key"] for one in await installation.ledger() if one.act == "operator:backup:key"
        )
        assert (await backup_key(engine)).hex().startswith(told_key), said
        assert installation.sql("SELECT * FROM claim WHERE what <> 'key-ends'") == [], said
    finally:
        await installation.close()


def _backups(folder: Path) -> set[tuple[str, str]]:
    """Return the part and name of every backup that lies there."""
    found = folder.glob("*/*/*.kept-backup")
    return {(one.parent.name, one.name) for one in found if not one.name.startswith(".")}


async def one_round(  # noqa: PLR0913 -- what a round is
    prepared, folder: Path, first: str, others: tuple[str, ...], at: int, *, kill: bool = False
) -> bool:
    """Stop *first* before its write number *at*, let *others* run to their ends, let *first* go on or kill it; whether it stopped."""
    base, people = prepared
    between.copy_of(base, folder)
    try:
        one = between.begin(first, folder, people, at)
        stopped = one.wait_stopped()
        said = [between.begin(other, folder, people).said() for other in others if stopped]
        if stopped and kill:
            one.kill()
        else:
            if stopped:
                one.go_on()
            said.append(one.said())
        try:
            await check(folder, people, said)
        except BaseException as error:
            error.add_note(f"{first} stopped before write {at}, then {others}; killed: {kill}; said: {said}")
            raise
    finally:
        shutil.rmtree(folder)
    return stopped


EVERY = pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.slow), 4])
"""Between any two writes, or the quick way between some."""


async def interleave(prepared, tmp_path: Path, pair: tuple[str, str], every: int, *, kill: bool = False) -> int:
    """Do a round for *every* so manyeth write of the first of a pair; return where they ended."""
    for at in range(0, WRITES_AT_MOST, every):
        if not await one_round(prepared, tmp_path / str(at), pair[0], pair[1:], at, kill=kill):
            return at
    return WRITES_AT_MOST


@EVERY
async def test_showing_keys_beside_a_rotation_destroys_no_root(prepared, tmp_path, every):
    """`kept keys show`, stopped anywhere while `kept keys rotate` runs, and the other way round: every key still opens."""
    assert await interleave(prepared, tmp_path, ("keys show", "keys rotate"), every)
    assert await interleave(prepared, tmp_path, ("keys rotate", "keys show"), every)


@EVERY
async def test_an_account_opened_beside_a_look_stays(prepared, tmp_path, every):
    """An account half opened is not swept away by a command or a worker that starts meanwhile."""
    assert await interleave(prepared, tmp_path, ("join", "status"), every)
    assert await interleave(prepared, tmp_path, ("join", "work"), every)


@EVERY
async def test_an_undo_acknowledged_beside_the_finisher_holds(prepared, tmp_path, every):
    """Either the erasure is undone and the person whole, or the undo is refused and the person gone."""
    assert await interleave(prepared, tmp_path, ("work", "undo"), every)
    assert await interleave(prepared, tmp_path, ("undo", "work"), every)


@EVERY
@pytest.mark.parametrize("act", ["keys rotate", "backup", "backup key"])
async def test_an_effect_has_its_entry_wherever_its_process_is_killed(prepared, tmp_path, act, every):
    """Killed before any of its writes: a rotation, a backup or a backup key is there with its entry, or is not there."""
    assert await interleave(prepared, tmp_path, (act, "status"), every, kill=True)


@pytest.mark.parametrize("seed", range(4))
async def test_any_two_or_three_at_any_moment(prepared, tmp_path, seed):
    """Whatever one process does, stopped or killed anywhere while one or two others do whatever they do; `make bench` tries more."""
    await random_round(prepared, tmp_path / "round", random.Random(seed))  # noqa: S311 -- which acts, and where


async def random_round(prepared, folder: Path, chance: random.Random) -> tuple[str, ...]:
    """Do a round of acts drawn by *chance*; return which."""
    acts = tuple(chance.choice(sorted(acting.ACTS)) for _ in range(chance.choice((2, 2, 3))))
    await one_round(prepared, folder, acts[0], acts[1:], chance.randrange(16), kill=chance.random() < 0.3)
    return acts
