"""Backups, drills, alarms and emergencies in D; canaries in K."""

from __future__ import annotations

MORI, SATO = b"m" * 16, b"s" * 16


def test_the_newest_backup_of_each_part_is_found(data):
    """D and K are backed up apart; the newest of a part counts."""
    for at, part in ((1.0, "data"), (1.0, "keys"), (2.0, "data")):
        data.run(
            "backup_insert", backup_id=f"{part}{at}", at=at, part=part, file=f"{part}-{at}", size=7, hash="h", made_by="ops",
        )  # fmt: skip
    assert data.one("backup_newest", part="data") == (2.0, "data-2.0", 7, "h")
    assert data.one("backup_newest", part="keys") == (1.0, "keys-1.0", 7, "h")
    assert [row[0] for row in data.all("backups_newest", limit=2)] == ["data2.0", "data1.0"]


def test_drills_come_newest_first(data):
    """The newest drill is what the board speaks of."""
    for at in (1.0, 2.0):
        data.run("drill_insert", drill_id=str(at), at=at, made_at=0.5, holds=1, result="{}")
    assert data.all("drills_newest", limit=1) == [(2.0, 0.5, 1, "{}")]


def test_an_alarm_stands_until_somebody_looked_once(data):
    """Acknowledged once, and then no more standing."""
    data.run(
        "alarm_insert", alarm_id="a", at=1.0, released_entry="e", actor="staff-1", purpose="contact", way="screen",
        case_number="1001",
    )  # fmt: skip
    assert data.one("alarms_standing") == (1,)
    for changed in (1, 0):
        assert changed == data.run(
            "alarm_acknowledge", alarm_id="a", acknowledged_by="kato", acknowledged_at=2.0, finding="test"
        )
    assert data.one("alarms_standing") == (0,)
    assert data.one("alarm_get", alarm_id="a") == (1.0, "e", "staff-1", 2.0)
    assert data.all("alarms_newest", limit=5) == [
        ("a", 1.0, "e", "staff-1", "contact", "screen", "1001", "kato", 2.0, "test")
    ]


def test_an_emergency_waits_for_one_review(data):
    """Overdue while nobody reviewed it; reviewed once."""
    data.run(
        "emergency_insert", case_id="c", ground="harm", opened_by="kato", opened_at=1.0, ends_at=2.0, review_due_at=3.0
    )
    assert data.one("emergencies_overdue", at=3.0) == (0,)
    assert data.one("emergencies_overdue", at=4.0) == (1,)
    for changed in (1, 0):
        assert changed == data.run(
            "emergency_review", case_id="c", reviewed_by="ono", reviewed_at=5.0, outcome="justified"
        )
    assert data.one("emergencies_overdue", at=9.0) == (0,)
    assert data.one("emergency_get", case_id="c") == ("harm", "kato", 1.0, 2.0, 3.0, "ono", 5.0, "justified")
    assert data.all("emergencies_newest", limit=1)[0][0] == "c"


def test_the_cases_that_hold_a_person(data):
    """In the order they were bound."""
    for person_id, case_id, at in ((MORI, "b", 2.0), (MORI, "a", 1.0), (SATO, "c", 1.0)):
        data.run("case_person_insert", person_id=person_id, case_id=case_id, bound_at=at)
    assert data.all("cases_of_person", person_id=MORI) == [("a", 1.0), ("b", 2.0)]


def test_canaries_are_planted_once_and_go_with_the_person(keys):
    """Planting again changes nothing."""
    for person_id, at in ((MORI, 1.0), (MORI, 2.0), (SATO, 3.0)):
        keys.run("canary_put", person_id=person_id, planted_at=at, planted_by="ops")
    assert keys.all("canaries") == [(MORI, 1.0, "ops"), (SATO, 3.0, "ops")]
    assert keys.run("canary_erase", person_id=MORI) == 1
    assert keys.all("canaries") == [(SATO, 3.0, "ops")]
