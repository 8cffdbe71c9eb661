"""Only what was checked is signed: what somebody put into `todo`, into a tile or behind the tree by hand gets no signature."""

from __future__ import annotations

import hashlib

import anyio
import pytest
from cited import cited
from installation import Installation

from kept.cli.main import main
from kept.errors import ClosedError, EvidenceError, StoreError
from kept.guarantees import ALL
from kept.ledger.tile import node_reader, tiles_after_append
from kept.ledger.tree import root_hash
from kept.services.my_data.own_data import own_data
from kept.services.upkeep.verification import verify_installation

pytestmark = pytest.mark.anyio
INVENTED = hashlib.sha256(b"sold to a broker").digest()


def _in_tree(installation):
    return {one for (one,) in installation.sql("SELECT entry_id FROM leaf_position")}


async def _problems(installation):
    return (await verify_installation(installation.engine)).problems


def _invented(installation):
    installation.sql("INSERT INTO todo VALUES (1.0, ?)", INVENTED)
    return INVENTED


def _invented_with_a_row(installation):
    installation.sql(
        "INSERT INTO entry SELECT ?, account_commitment, person_commitment, account_key, account_sealed, 1.0 FROM entry LIMIT 1",
        INVENTED,
    )
    return _invented(installation)


def _relabelled(installation):
    ((one,),) = installation.sql("SELECT entry_id FROM todo LIMIT 1")
    installation.sql("UPDATE entry SET entry_id = ? WHERE entry_id = ?", INVENTED, one)
    installation.sql("UPDATE todo SET entry_id = ? WHERE entry_id = ?", INVENTED, one)
    return INVENTED


def _changed(statement):
    def change(installation):
        ((one,),) = installation.sql("SELECT entry_id FROM todo LIMIT 1")
        installation.sql(statement, one)
        return one

    return change


TAMPERED = {
    "an id that no entry has": _invented,
    "an id with another entry's row": _invented_with_a_row,
    "an entry under another id": _relabelled,
    "an account part that does not open": _changed("UPDATE entry SET account_sealed = zeroblob(90) WHERE entry_id = ?"),
    "another key's name": _changed("UPDATE entry SET account_key = 'tokens' WHERE entry_id = ?"),
    "another commitment": _changed("UPDATE entry SET person_commitment = zeroblob(32) WHERE entry_id = ?"),
    "an entry deleted": _changed("DELETE FROM entry WHERE entry_id = ?"),
    "a column that is no bytes": _changed("UPDATE entry SET account_sealed = 'text' WHERE entry_id = ?"),
}


@pytest.mark.parametrize("name", TAMPERED)
async def test_what_does_not_hold_is_set_aside_and_the_rest_goes_on(installation, name):
    """It gets no place and no signature, is named by `kept verify`, and the board says that the promise is not kept."""
    await installation.mori()
    waiting = {one for (one,) in installation.sql("SELECT entry_id FROM todo")}
    tampered = TAMPERED[name](installation)
    await installation.engine.sequencer.integrate()
    placed = _in_tree(installation)
    assert tampered not in placed
    assert len(waiting - placed) <= 1
    assert waiting & placed
    assert installation.engine.sequencer.checkpoint.size == len(placed)
    assert installation.sql("SELECT entry_id FROM todo_aside") == [(tampered,)]
    problems = await _problems(installation)
    assert any(tampered.hex()[:16] in one and "set aside" in one for one in problems)
    finding = await ALL["ledger-consistent"].check(installation.engine)
    assert (finding.holds, finding.values["n"]) == (False, 1)


async def test_an_entry_that_has_its_place_gets_no_second(installation):
    """Put into `todo` once more, it is set aside; whatever waits beside it goes on."""
    own = await installation.mori()
    await installation.engine.sequencer.integrate()
    ((one,),) = installation.sql("SELECT entry_id FROM leaf_position WHERE position = 2")
    await own_data(installation.engine, own)
    installation.sql("INSERT INTO todo VALUES (1.0, ?)", one)
    await installation.engine.sequencer.integrate()
    assert installation.sql("SELECT flaw FROM todo_aside") == [("it has its place already",)]
    assert installation.sql("SELECT COUNT(*) FROM todo") == [(0,)]
    assert any(one.hex()[:16] in said for said in await _problems(installation))


async def test_what_was_set_aside_is_looked_at_again_on_the_next_start(installation):
    """An entry whose row a restore brought back gets its place."""
    await installation.mori()
    ((one,),) = installation.sql("SELECT entry_id FROM todo LIMIT 1")
    (row,) = installation.sql("SELECT * FROM entry WHERE entry_id = ?", one)
    installation.sql("DELETE FROM entry WHERE entry_id = ?", one)
    await installation.engine.sequencer.integrate()
    await installation.close()
    installation.sql("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", *row)
    await installation.open(create=False)
    await installation.engine.sequencer.integrate()
    assert one in _in_tree(installation)
    assert await _problems(installation) == []


@pytest.mark.parametrize("at", [0, 17, -1])
async def test_a_flipped_bit_in_a_tile_closes_the_gate_and_nothing_is_signed_over_it(installation, at):
    """The old root no longer follows from the edge: no fork is signed, the error says what to do, and the gate is closed."""
    own = await installation.mori()
    await installation.engine.sequencer.integrate()
    signed = installation.engine.sequencer.note
    ((tile,),) = installation.sql("SELECT data FROM tile WHERE level = 0")
    flipped = bytearray(tile)
    flipped[at] ^= 1
    installation.sql("UPDATE tile SET data = ? WHERE level = 0", bytes(flipped))
    await own_data(installation.engine, own)
    with pytest.raises(EvidenceError) as refused:
        await installation.engine.sequencer.integrate()
    assert (refused.value.reason, cited(refused.value)) == ("tree-edge", "§5.3")
    assert "restore" in refused.value.hint
    assert installation.engine.sequencer.note == signed
    assert installation.sql("SELECT note FROM checkpoint WHERE name = 'log'", part="keys") == [(signed,)]
    with pytest.raises(ClosedError) as closed:
        await own_data(installation.engine, own)
    assert closed.value.reason == "tree-edge"
    assert any("tree" in one for one in await _problems(installation))
    installation.sql("UPDATE tile SET data = ? WHERE level = 0", tile)
    await installation.engine.sequencer.integrate()
    await own_data(installation.engine, own)
    assert await _problems(installation) == []


async def test_a_flipped_bit_in_a_tile_refuses_the_start(installation):
    """A start signs as well: not over a tile that does not lead to the signed root."""
    await installation.mori()
    await installation.close()
    installation.sql("UPDATE tile SET data = CAST(zeroblob(32) || substr(data, 33) AS BLOB) WHERE level = 0")
    with pytest.raises(EvidenceError) as refused:
        await installation.open(create=False)
    assert refused.value.reason == "tree-edge"


def _lengthen(installation):
    """Append an invented leaf as the sequencer would: place, tile and head."""
    ((size,),) = installation.sql("SELECT size FROM head")
    tiles = {(level, at): data for level, at, data in installation.sql("SELECT level, idx, data FROM tile")}
    tiles |= tiles_after_append(size, [INVENTED], lambda level, at: tiles.get((level, at), b""))
    root = root_hash(node_reader(lambda level, at: tiles.get((level, at), b"")), size + 1)
    for (level, at), data in tiles.items():
        installation.sql("INSERT OR REPLACE INTO tile VALUES (?, ?, ?)", level, at, data)
    installation.sql("INSERT INTO leaf_position VALUES (?, ?)", INVENTED, size)
    installation.sql("UPDATE head SET size = ?, root = ?", size + 1, root)


async def test_a_leaf_put_behind_the_signed_tree_by_hand_is_not_signed(installation):
    """Neither by a running process nor by the next start: nobody signed that leaf yet, and it has no entry."""
    own = await installation.mori()
    await installation.engine.sequencer.integrate()
    _lengthen(installation)
    await own_data(installation.engine, own)
    with pytest.raises(EvidenceError) as refused:
        await installation.engine.sequencer.integrate()
    assert (refused.value.reason, cited(refused.value)) == ("leaf-without-entry", "§5.3")
    await installation.close(integrate=False)
    with pytest.raises(EvidenceError) as refused:
        await installation.open(create=False)
    assert refused.value.reason == "leaf-without-entry"
    await installation.open(create=False, verify=False)
    assert any(INVENTED.hex()[:16] in one for one in await _problems(installation))


async def test_a_kill_between_placing_and_signing_is_signed_after_looking_again(installation):
    """What was placed and not signed is looked at entry by entry, then signed."""
    await installation.mori()
    installation.stop_after(1)  # the places are durable, the checkpoint is not
    with pytest.raises(StoreError):
        await installation.engine.sequencer.integrate()
    placed = len(_in_tree(installation))
    await installation.close(integrate=False)
    await installation.open(create=False)
    assert installation.engine.sequencer.checkpoint.size == placed
    assert await _problems(installation) == []


def test_verify_writes_neither_database_and_remembers_what_it_found_whole(tmp_path, capsys):
    """The bytes of both databases stay as they are; the next run begins behind, --full at the first leaf."""

    async def make():
        installation = Installation(tmp_path)
        await installation.open()
        await installation.mori()
        await installation.close()
        return installation.address

    address = anyio.run(make)
    before = [address.data.read_bytes(), address.keys.read_bytes()]
    store = ["--store", f"sqlite:///{address.data}"]
    assert main(["verify", *store]) == 0
    assert "found whole before" not in capsys.readouterr().out
    assert [address.data.read_bytes(), address.keys.read_bytes()] == before
    assert main(["verify", *store]) == 0
    assert "found whole before" in capsys.readouterr().out
    assert main(["verify", "--full", *store]) == 0
    assert "found whole before" not in capsys.readouterr().out
    remembered = address.data.with_suffix(".verified")
    remembered.write_text(remembered.read_text(encoding="ascii")[:-3] + "00\n", encoding="ascii")
    assert main(["verify", *store]) == 0
    assert "found whole before" not in capsys.readouterr().out  # one that somebody wrote is none
    remembered.unlink()
    remembered.mkdir()  # what was found is said all the same where it cannot be remembered
    assert main(["verify", *store]) == 0
    said = capsys.readouterr()
    assert "everything holds" in said.out
    assert "not remembered" in said.err
