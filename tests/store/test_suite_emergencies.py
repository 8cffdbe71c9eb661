"""Emergencies: a role lent, whom it was about, what it opened, who looked at it."""

from __future__ import annotations

from kept.store import sql

MORI = b"m" * 16


def _open(data, case_id, number, opened_by="kato", at=1.0):
    data.run(
        "emergency_insert", case_id=case_id, number=number, opened_by=opened_by, own_role="privacy", lent_role="support",
        purpose="contact", reason="account-misused", opened_at=at, ends_at=at + 900,
    )  # fmt: skip


def test_one_stands_until_somebody_looked_once(data):
    """Opened, ended before its time, reviewed once."""
    _open(data, "c1", 1001)
    _open(data, "c2", 1002, at=5.0)
    assert data.one(sql.EmergenciesOpenOf, opened_by="kato", at=10.0) == (2,)
    assert data.one(sql.EmergenciesOpenOf, opened_by="ono", at=10.0) == (0,)
    assert [data.run("emergency_end", case_id="c2", at=20.0) for _ in range(2)] == [1, 0]
    assert data.one(sql.EmergenciesOpenOf, opened_by="kato", at=30.0) == (1,)
    assert data.all(sql.EmergenciesUnreviewed) == [(1.0,), (5.0,)]
    for changed in (1, 0):
        assert changed == data.run(
            "emergency_review", case_id="c1", reviewed_by="ono", reviewed_at=40.0, outcome="justified"
        )
    assert data.all(sql.EmergenciesUnreviewed) == [(5.0,)]
    whole = (
        "c1",
        1001,
        "kato",
        "privacy",
        "support",
        "contact",
        "account-misused",
        1.0,
        901.0,
        "ono",
        40.0,
        "justified",
    )
    assert data.one(sql.EmergencyGet, case_id="c1") == whole
    assert [row[0] for row in data.all(sql.Emergencies, limit=5)] == ["c2", "c1"]


def test_the_person_goes_and_what_was_opened_stays(data):
    """Erasing takes the words and the person; names of items stay, and name nobody."""
    _open(data, "c1", 1001)
    data.run("emergency_person_insert", person_id=MORI, case_id="c1", key_id="k", sealed=b"s")
    data.run("emergency_item_insert", case_id="c1", entry_id="e", item="phone", at=2.0)
    assert data.one(sql.EmergencyPersonGet, case_id="c1") == (MORI, "k", b"s")
    assert data.all(sql.EmergenciesOfPerson, person_id=MORI) == [("c1", "k", b"s")]
    assert data.run("emergency_person_erase", person_id=MORI) == 1
    assert data.one(sql.EmergencyPersonGet, case_id="c1") is None
    assert data.all(sql.EmergencyItems, case_id="c1") == [("phone", 2.0, "e")]
