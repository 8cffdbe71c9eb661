"""What runs by itself meets every kind of fault: it is shown and recorded while it lasts, and goes on by itself afterwards."""

from __future__ import annotations

import asyncio
import errno

import pytest
from asked import Browser

from kept.errors import ClosedError, StoreError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.engine import sequencer
from kept.services.engine.acts import Act
from kept.services.engine.engine import SEQUENCER, Engine
from kept.services.engine.key_files import read_key
from kept.services.gate.state_change import FINISHING, finish_changes
from kept.services.my_data import corrections, erasure
from kept.services.my_data.own_data import own_data
from kept.services.upkeep.routine import begin_routine
from kept.store import sql
from kept.store.sqlite_error import store_error

pytestmark = pytest.mark.anyio
FAULTS = [
    OSError(errno.EMFILE, "Too many open files"),
    OSError(errno.ENOSPC, "No space left"),
    MemoryError(),
    ValueError("x"),
]


async def until(looked, seconds: float = 5.0) -> None:
    """Wait until something is so."""
    for _ in range(int(seconds / 0.02)):
        if looked():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it never came to be so")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: f"{type(one).__name__} {getattr(one, 'errno', '')}")
async def test_a_sequencer_that_fails_goes_on_by_itself(installation, monkeypatch, fault):
    """The checkpoint file cannot be written: the board says so, the gate closes and opens again, and nobody restarted anything."""
    await installation.close()
    engine = installation.engine = await Engine.start(installation.parts())
    await begin_routine(engine)
    own, broken = await installation.mori(), [True]
    whole = sequencer.write_file

    def write_file(path, text):
        if broken:
            raise fault
        whole(path, text)

    monkeypatch.setattr(sequencer, "write_file", write_file)
    await corrections.correct(engine, own, "phone", "03-1234-5678", expected_version=1)
    await until(lambda: SEQUENCER in engine.supervision.failing)
    if isinstance(fault, OSError):  # the board looks at the log itself, and meets the same fault
        assert (await promise_board(engine)).of("5.6").state is not ClauseState.KEPT
    broken.clear()
    await until(lambda: not engine.supervision.failing, 15.0)
    assert installation.address.checkpoint.read_text(encoding="utf-8") == engine.sequencer.note
    await own_data(engine, await installation.session(own.person_id))
    said = [dict(one.facts) for one in await installation.ledger() if one.act == Act.RUN_FAIL]
    assert [one["run"] for one in said] == [SEQUENCER]
    if isinstance(fault, ValueError):  # a bug does not end the run, but is not swallowed either
        with pytest.raises(ValueError, match="x"):
            await engine.close()
        installation.engine = await Engine.start(installation.parts(), sequence=False)


async def test_the_gate_opens_again_by_itself(installation):
    """Closed while entries wait for more than ten seconds; open once they are integrated."""
    own, engine = await installation.mori(), installation.engine
    installation.wall.pass_(60)
    await engine.watch()
    with pytest.raises(ClosedError):
        engine.ready()
    await engine.sequencer.integrate()
    await engine.watch()
    await own_data(engine, own)


async def test_closing_lets_go_of_every_store(installation, monkeypatch):
    """Whatever fails on the way: both databases are closed, and open again."""

    async def fail():
        raise RuntimeError("a bug")

    monkeypatch.setattr(installation.engine.flush, "close", fail)
    with pytest.raises(RuntimeError):
        await installation.close()
    for store in (installation.engine.data, installation.engine.keys):
        with pytest.raises(StoreError) as refused:
            await store.one(sql.MetaGet, name="x")
        assert refused.value.reason == "store-closed"
    await installation.open()


class FullKeys:
    """A K whose disk is full while *full* holds something."""

    def __init__(self, store, full: list[bool]) -> None:
        self._store, self._full = store, full

    async def write(self, body):
        """Write, or not."""
        if self._full:
            raise StoreError("expected room, found none", reason="disk-full", rests_on="durable-writes")
        return await self._store.write(body)

    def __getattr__(self, name):
        return getattr(self._store, name)


@pytest.fixture
def full(installation):
    """Lets K's disk be full while it holds something."""
    found: list[bool] = []
    engine = installation.engine
    engine.keys = engine.keyring._keys = FullKeys(engine.keys, found)
    return found


async def test_done_and_being_finished(installation, full):
    """D has committed and K is full: the correction is answered as done, the page says the rest, and it is finished by itself."""
    engine, own = installation.engine, await installation.mori()
    full.append(True)
    await corrections.correct(engine, own, "interests", "food", expected_version=1)
    assert [one.version for one in (await own_data(engine, own)).held if one.slot == "interests"] == [2]
    assert list(engine.unfinished) == [own.person_id]
    assert engine.supervision.failing[FINISHING].error.reason == "disk-full"
    assert (await promise_board(engine)).of("5.6").state is not ClauseState.KEPT
    full.clear()
    assert await finish_changes(engine) == 1
    assert engine.unfinished == {}
    state = await engine.data.value(sql.StateG, person_id=own.person_id)
    assert await engine.keys.value(sql.StateCopyG, person_id=own.person_id) == state


async def test_an_erasure_that_cannot_be_finished_now_is_answered_with_its_receipt(installation, full):
    """The intent is durable and K is full: the receipt is given, its page says that it is being finished, and it is."""
    engine, own = installation.engine, await installation.mori()
    full.append(True)
    receipt = await erasure.intend_erasure(engine, own)
    assert await erasure.erasure_receipt(engine, receipt) is None
    page = await Browser(installation).get(f"/en/erasure/{receipt}")
    assert (page.status_code, "You are being erased" in page.text) == (200, True)
    full.clear()
    assert await erasure.finish_unfinished(engine) == 1
    assert (await erasure.erasure_receipt(engine, receipt))["level"] == "scrubbed"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(errno.EMFILE, "too-many-files"), (errno.ENFILE, "too-many-files"), (errno.EACCES, "file-refused")],
)
def test_a_key_file_that_is_not_given_is_not_called_wrong(tmp_path, monkeypatch, fault, reason):
    """No descriptor, no right: nothing is said about what is in the file."""

    def refuse(*_: object):
        raise OSError(fault, "refused")

    monkeypatch.setattr("kept.services.engine.key_files.os.open", refuse)
    with pytest.raises(StoreError) as refused:
        read_key(tmp_path / "epoch-000001.key", "epoch-1")
    assert refused.value.reason == reason
    assert "put the right key file back" not in refused.value.hint


def test_a_lack_of_memory_is_not_a_damaged_database():
    """The first thing that is said is not to restore a backup."""
    assert store_error(MemoryError()).reason == "out-of-memory"
