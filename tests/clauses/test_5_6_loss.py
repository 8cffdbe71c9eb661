"""§5.6: nothing acknowledged is lost by a kill, a full disk or a failed transaction."""

from __future__ import annotations

import pytest
from installation import NAME

from clauses.test_4_6_recalls import CLUB, Club
from clauses.test_5_4_destruction import Vaulted
from clauses.test_5_4_no_log import Lost
from kept.errors import ClosedError, StoreError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.my_data import choices
from kept.services.my_data.own_data import own_data
from kept.services.third_parties import recalls
from kept.services.upkeep.after_restore import erase_again, report_of
from kept.store import sqlite

pytestmark = pytest.mark.anyio


async def test_what_was_acknowledged_is_there_after_the_next_start(installation):
    """§5.6 normal: an installation opened again holds the values and the entries, whole."""
    own = await installation.mori()
    before = len(await installation.ledger())
    await installation.close()
    await installation.open()
    assert next(one.value for one in (await own_data(installation.engine, own)).held if one.slot == "name") == NAME
    assert len(await installation.ledger()) == before + 1


async def test_a_ledger_that_does_not_integrate_closes_the_gate(installation):
    """§5.6 breach: entries that wait longer than ten seconds close the gate; integrating opens it again."""
    own = await installation.mori()
    installation.wall.pass_(11)
    await installation.engine.watch()
    with pytest.raises(ClosedError) as refused:
        await own_data(installation.engine, own)
    assert refused.value.reason == "ledger-behind-itself"
    await installation.engine.sequencer.integrate()
    await installation.engine.watch()
    await own_data(installation.engine, own)


async def test_an_entry_that_waited_while_nobody_served_does_not_refuse_the_start(installation):
    """§5.6 normal: what a kill left waiting for an hour does not close the gate; ten seconds count from the start."""
    own = await installation.mori()
    assert await installation.engine.sequencer.oldest_waiting_since() is not None
    await installation.engine.close(integrate=False)
    installation.wall.pass_(3600)
    await installation.open()
    await installation.engine.watch()
    installation.engine.ready()
    installation.wall.pass_(11)
    await installation.engine.watch()
    assert installation.engine.closed_for == "ledger-behind-itself"
    await installation.engine.sequencer.integrate()
    await installation.engine.watch()
    await own_data(installation.engine, own)


async def test_the_board_shows_durable_writes_kept_and_backups_not_yet(installation):
    """§5.6 page: what is built is shown kept, what is not is shown so, and the clause takes the worse of them."""
    one = (await promise_board(installation.engine)).of("5.6")
    states = {part.part.id: part.state for part in one.parts}
    assert states == {"durable-writes": ClauseState.KEPT, "backups": ClauseState.NOT_KEPT_YET}
    assert one.state is ClauseState.NOT_KEPT_YET


def _gone(folder, _):
    """Move the folder of backups away."""
    folder.rename(folder.with_name("elsewhere"))


def _half(folder, _):
    """Take one part's files away."""
    for path in (folder / "keys").iterdir():
        path.unlink()


def _cut(_, newest):
    """Cut the newest of D to its first bytes, as a full disk would."""
    newest.write_bytes(newest.read_bytes()[:4096])


def _older(_, newest):
    """Put an older backup in the newest one's place, under its name."""
    older = next(one for one in newest.parent.iterdir() if one != newest)
    newest.write_bytes(older.read_bytes())


def _another(_, newest):
    """Put other bytes there, of the same length."""
    newest.write_bytes(bytes(len(newest.read_bytes())))


@pytest.mark.parametrize("how", [_gone, _half, _cut, _older, _another])
async def test_a_backup_that_does_not_lie_there_any_more_is_none(installation, tmp_path, how):
    """§5.6, §5.4 breach: backups were made and tried, and then taken away, cut or exchanged: the board calls none of it kept."""
    vaulted = await Vaulted(installation, tmp_path).begin()
    await installation.mori()
    await vaulted.back_up()
    await vaulted.back_up()
    assert (await vaulted.drill()).problems == []
    board = await promise_board(installation.engine)
    assert [board.of(one).state for one in ("5.4", "5.6")] == [ClauseState.KEPT] * 2
    how(vaulted.backups, vaulted.newest("data").path)
    board = await promise_board(installation.engine)
    assert [board.of(one).state for one in ("5.4", "5.6")] == [ClauseState.NOT_KEPT_YET] * 2
    said = next(one.detail for one in board.of("5.6").parts if one.part.id == "backups")
    assert "does not lie, whole, where it was made" in said
    vaulted.backups.mkdir(exist_ok=True)
    await vaulted.back_up()
    assert (await promise_board(installation.engine)).of("5.6").state is ClauseState.KEPT


@pytest.mark.parametrize("query", ["recall_tell", "recalls_confirm"])
async def test_a_recall_that_could_not_be_noted_is_neither_told_nor_confirmed(installation, monkeypatch, query):
    """§5.6 breach: the disk is full as a recall is told, and as it is confirmed: nothing half is noted, and it goes on."""
    club = await Club(installation).begin()
    engine = installation.engine
    await choices.choose(engine, club.own, CLUB, None, allow=False)
    told = await club.told() if query == "recalls_confirm" else {"id": "", "confirm with": ""}
    before = await recalls.open_recalls(engine)
    act = {
        "recall_tell": lambda: recalls.fetch_recall(engine, club.asks, CLUB),
        "recalls_confirm": lambda: recalls.confirm_recall(engine, club.asks, told["id"], told["confirm with"]),
    }[query]
    with monkeypatch.context() as full:
        full_disk(full)
        with pytest.raises(StoreError):
            await act()
    assert await recalls.open_recalls(engine) == before
    assert await act()


async def test_a_list_of_whom_to_erase_that_could_not_be_written_is_as_it_was(tmp_path, monkeypatch):
    """§5.6 breach: the disk is full while a name is put on the list after a restore: neither the name nor its entry is there."""
    lost = Lost(tmp_path)
    await lost.installation.open()
    await lost.back_up()
    await lost.lose_both()
    engine = await lost.open()
    privacy = await lost.installation.staff("first", ("privacy",))
    with monkeypatch.context() as full:
        full_disk(full)
        with pytest.raises(StoreError):
            await erase_again(engine, privacy, {"mail_address": "a@example.jp"})
    assert (await report_of(engine)).to_erase == ()
    assert await erase_again(engine, privacy, {"mail_address": "a@example.jp"}) == 1
    await lost.installation.close()


async def test_a_no_is_there_after_a_kill_between_both_databases(installation, monkeypatch):
    """§5.6 breach: killed after D took a no and before K's copy: the next start has it, and nothing goes to who was refused."""
    club = await Club(installation).begin()
    with monkeypatch.context() as killed:
        killed.setattr("kept.services.gate.state_change.copy_state", _killed)
        with pytest.raises(Killed):
            await choices.choose(installation.engine, club.own, CLUB, None, allow=False)
    await installation.close()
    await installation.open()
    own = await installation.session(club.own.person_id)
    assert not (await installation.engine.people.load(own.person_id)).state.choice(CLUB, None).allow
    assert [one.people for one in await recalls.open_recalls(installation.engine)] == [1]


class Killed(BaseException):
    """A kill: unlike an error of K, nothing takes it and tries again."""


async def _killed(*_):
    raise Killed


def full_disk(patch):
    """Let the disk be full at the last statement of an entry: what the transaction wrote before has to go."""
    many = sqlite._Connection.many

    async def full(self, query, rows):
        if query == "todo_insert":
            raise StoreError("full", reason="store-full", rests_on="durable-writes")
        return await many(self, query, rows)

    patch.setattr(sqlite._Connection, "many", full)
