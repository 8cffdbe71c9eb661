"""Database D: what waits for the no-log, and the lines it has."""

from __future__ import annotations

from kept.store import sql


def test_notes_wait_in_the_order_they_were_made(data):
    """The oldest is sealed first, and then goes."""
    for note_id, at in (("b", 2.0), ("a", 1.0), ("c", 2.0)):
        data.run("no_log_note", note_id=note_id, at=at, content="{}")
    assert [row.note_id for row in data.all(sql.NoLogNotes, limit=2)] == ["a", "b"]
    assert data.run("no_log_note_delete", note_id="a") == 1
    assert [row.note_id for row in data.all(sql.NoLogNotes, limit=9)] == ["b", "c"]


def test_lines_stand_at_their_places(data):
    """The newest is the head; a place holds one line, the newest put there."""
    assert data.one(sql.NoLogHead) is None
    for seq in (1, 2, 3):
        data.run("no_log_line_put", seq=seq, line=b"line %d" % seq)
    data.run("no_log_line_put", seq=2, line=b"other")
    assert data.one(sql.NoLogHead) == (3, b"line 3")
    assert data.one(sql.NoLogLineGet, seq=2) == (b"other",)
    assert data.all(sql.NoLogLines, after=1, limit=1) == [(2, b"other")]


def test_a_key_replaced_since_is_forgotten(data):
    """Only a key that is another than the one the line names."""
    data.insert("party_insert", party_id="p", kind="recipient", name="a", public_key=b"old")
    for kind, key, gone in (("recipient", b"old", 0), ("partner", b"new", 0), ("recipient", b"new", 1)):
        assert data.run("party_forget", kind=kind, name="a", public_key=key) == gone
    assert data.all(sql.Parties) == []
