"""What recovery and the minute's work need: a log begun anew, newer states put back, old mandates forgotten."""

from __future__ import annotations

from kept.store import sql

MORI = b"m" * 16


def test_a_log_is_forgotten_whole_and_its_entries_stay(data):
    """Tiles, places, head and checkpoints go; entries are listed by id, a page at a time."""
    for entry_id in (b"1", b"2", b"3"):
        data.insert("entry_insert", entry_id=entry_id, recorded_at=1.0)
        data.insert("position_insert", entry_id=entry_id, position=ord(entry_id))
    data.insert("tile_put", level=0, idx=0, data=b"tile")
    data.insert("head_insert", name="log", size=3)
    data.insert("checkpoint_put", size=3, note="three", at=1.0)
    assert data.run("tiles_forget") == 1
    assert data.run("checkpoints_forget") == 1
    assert data.run("positions_forget") == 3
    assert data.run("head_forget", name="log") == 1
    assert data.one(sql.HeadGet, name="log") is None
    assert data.one(sql.TileGet, level=0, idx=0) is None
    assert [row[0] for row in data.all(sql.EntriesAll, after=b"", limit=2)] == [b"1", b"2"]
    assert [row[0] for row in data.all(sql.EntriesAll, after=b"2", limit=2)] == [b"3"]


def test_the_newest_checkpoint_of_at_most_a_size_is_found(data):
    """A customer's browser compares with the newest one that is not newer than the entry."""
    for size in (3, 7):
        data.insert("checkpoint_put", size=size, note=f"note {size}", at=1.0)
    assert data.one(sql.CheckpointAtMost, size=2) is None
    assert data.one(sql.CheckpointAtMost, size=6) == ("note 3",)
    assert data.one(sql.CheckpointAtMost, size=7) == ("note 7",)
    assert data.all(sql.CheckpointsPage, after=3, limit=2) == [(7, "note 7")]


def test_a_newer_state_is_put_back_and_an_older_one_never(data):
    """Recovery takes K's copy only where it is newer, or where D has none."""
    assert data.run("state_restore", person_id=MORI, g=2, key_id="k", sealed=b"two") == 1
    assert data.run("state_restore", person_id=MORI, g=1, key_id="k", sealed=b"one") == 0
    assert data.run("state_restore", person_id=MORI, g=3, key_id="k", sealed=b"three") == 1
    assert data.one(sql.StateGet, person_id=MORI) == (3, "k", b"three")


def test_mandates_that_ended_long_ago_are_forgotten(data):
    """Only those whose end lies before the time given."""
    data.insert("mandate_insert", mandate_id="old", expires_at=5.0, volume_left=1)
    data.insert("mandate_insert", mandate_id="new", expires_at=50.0, volume_left=1)
    assert data.run("mandates_expire", at=10.0) == 1
    assert data.one(sql.MandateGet, mandate_id="old") is None
    assert data.one(sql.MandateGet, mandate_id="new") is not None
