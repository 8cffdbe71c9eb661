"""Backups, drills, alarms and emergencies in D; canaries in K."""

from __future__ import annotations

from kept.store import sql

MORI, SATO = b"m" * 16, b"s" * 16


def test_the_newest_backup_of_each_part_is_found(data):
    """D and K are backed up apart; the newest of a part counts."""
    for at, part in ((1.0, "data"), (1.0, "keys"), (2.0, "data")):
        data.run(
            "backup_insert", backup_id=f"{part}{at}", at=at, part=part, file=f"{part}-{at}", size=7, hash="h", made_by="ops",
        )  # fmt: skip
    assert data.one(sql.BackupNewest, part="data") == (2.0, "data-2.0", 7, "h")
    assert data.one(sql.BackupNewest, part="keys") == (1.0, "keys-1.0", 7, "h")


def test_drills_come_newest_first(data):
    """The newest drill is what the board speaks of."""
    for at in (1.0, 2.0):
        data.run("drill_insert", drill_id=str(at), at=at, made_at=0.5, holds=1, result="{}")
    assert data.all(sql.DrillsNewest, limit=1) == [(2.0, 0.5, 1, "{}")]


def test_an_alarm_stands_until_somebody_looked_once(data):
    """Acknowledged once, and then no more standing."""
    data.run(
        "alarm_insert", alarm_id="a", at=1.0, released_entry="e", actor="staff-1", purpose="contact", way="screen",
        case_number="1001",
    )  # fmt: skip
    assert data.one(sql.AlarmsStanding) == (1,)
    for changed in (1, 0):
        assert changed == data.run(
            "alarm_acknowledge", alarm_id="a", acknowledged_by="kato", acknowledged_at=2.0, finding="test"
        )
    assert data.one(sql.AlarmsStanding) == (0,)
    assert data.all(sql.AlarmsNewest, limit=5) == [
        ("a", 1.0, "e", "staff-1", "contact", "screen", "1001", "kato", 2.0, "test")
    ]


def test_canaries_are_planted_once_and_go_with_the_person(keys):
    """Planting again changes nothing."""
    for person_id, at in ((MORI, 1.0), (MORI, 2.0), (SATO, 3.0)):
        keys.run("canary_put", person_id=person_id, planted_at=at, planted_by="ops")
    assert keys.all(sql.Canaries) == [(MORI, 1.0, "ops"), (SATO, 3.0, "ops")]
    assert keys.run("canary_erase", person_id=MORI) == 1
    assert keys.all(sql.Canaries) == [(SATO, 3.0, "ops")]
