"""Partners, their files and what became of each record in D."""

from __future__ import annotations

from kept.store import sql


def test_a_file_is_known_by_its_hash(data):
    """One row each, newest first."""
    for intake_id, at in (("a", 1.0), ("b", 2.0)):
        data.run("intake_insert", intake_id=intake_id, partner="friends", imported_by="ops", imported_at=at, records=3)
    assert data.one(sql.IntakeGet, intake_id="a") == ("friends", "ops", 1.0, 3)
    assert [row[0] for row in data.all(sql.Intakes)] == ["b", "a"]


def test_a_record_is_replaced_by_another_try(data):
    """The newest outcome stands; a quarantine that is over is found."""
    for number, reason, ends_at in ((1, "person-unknown", 9.0), (0, "slot-filled", 5.0), (0, "taken", 0.0)):
        data.run(
            "intake_record_put",
            intake_id="a",
            number=number,
            reason=reason,
            ends_at=ends_at,
            sealed=b"x",
            who=f"w{number}",
        )
    assert data.all(sql.IntakeRecords, intake_id="a") == [(0, "taken", 0.0, b"x"), (1, "person-unknown", 9.0, b"x")]
    assert data.all(sql.IntakeRecordsOver, at=8.0) == []
    assert data.all(sql.IntakeRecordsOver, at=9.0) == [("a", 1, "person-unknown")]
    for changed, who in ((0, "w0"), (1, "w1"), (0, "w1")):  # what was taken, what waits, what was forgotten
        assert data.run("intake_records_forget", who=who, reason="erased", sealed=b"") == changed
    assert data.all(sql.IntakeRecords, intake_id="a")[1] == (1, "erased", 0.0, b"")
