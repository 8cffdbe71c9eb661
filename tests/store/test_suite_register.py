"""The register about erased people: lines in D, their keys in K."""

from __future__ import annotations

from kept.store import sql

MORI = b"m" * 16


def test_lines_move_once_and_end_on_their_day(data):
    """Moved again after a kill it is the same line; the newest comes first; each ends on its own day."""
    for entry, at in ((b"a", 1.0), (b"b", 2.0)):
        data.run(
            "entry_person_insert", person_id=MORI, entry_id=entry, key_id="law", sealed=b"s", recorded_at=at, number=1
        )
    data.run(
        "entry_person_insert", person_id=MORI, entry_id=b"c", key_id="evidence", sealed=b"s", recorded_at=3.0, number=1
    )
    rows = data.all(sql.EntriesOfPersonUnder, person_id=MORI, key_id="law")
    assert rows == [(b"a", "law", b"s", 1.0), (b"b", "law", b"s", 2.0)]
    for _ in range(2):
        for entry, _, sealed, at in rows:
            data.run("register_put", entry_id=entry, key_id="law", sealed=sealed, recorded_at=at, until=at + 10)
    assert [row[0] for row in data.all(sql.RegisterPage, before=1e18, before_id=b"", limit=5)] == [b"b", b"a"]
    assert [row[0] for row in data.all(sql.RegisterPage, before=2.0, before_id=b"b", limit=5)] == [b"a"]
    assert data.all(sql.RegisterDue, at=11.0) == [(b"a",)]
    assert data.run("register_end", at=11.0) == 1
    assert [row[0] for row in data.all(sql.RegisterPage, before=1e18, before_id=b"", limit=5)] == [b"b"]


def test_keys_stay_until_their_day(keys):
    """By id, by person and by epoch; wrapped anew once; ended."""
    for key_id, until in (("k1", 5.0), ("k1", 9.0), ("k2", 7.0)):
        keys.run("statutory_put", key_id=key_id, person_id=MORI, epoch=1, wrapped=b"w", until=until)
    assert keys.one(sql.StatutoryGet, key_id="k1") == (MORI, 1, b"w", 5.0)
    assert keys.all(sql.StatutoryOfPerson, person_id=MORI) == [("k1", 5.0), ("k2", 7.0)]
    assert keys.all(sql.StatutoryOfEpoch, epoch=1, limit=1)[0][1:] == (MORI, b"w")
    assert keys.one(sql.StatutoryCount, epoch=1) == (2,)
    assert [keys.run("statutory_rewrap", key_id="k1", epoch=2, wrapped=b"x", old_epoch=1) for _ in range(2)] == [1, 0]
    assert keys.one(sql.StatutoryCount, epoch=1) == (1,)
    assert keys.run("statutory_end", at=5.0) == 1
    assert keys.all(sql.StatutoryDue, at=6.0) == []
    assert keys.all(sql.StatutoryDue, at=7.0) == [("k2",)]


def test_a_receipt_finds_whose_erasure_it_is(keys):
    """By the receipt's id."""
    keys.run(
        "tombstone_put",
        person_id=MORI,
        receipt_id="r",
        erased_at=1.0,
        level="removed",
        epoch=1,
        under_way=0,
        faxes_held=0,
    )
    assert keys.one(sql.TombstonePerson, receipt_id="r") == (MORI,)
    assert keys.one(sql.TombstonePerson, receipt_id="other") is None
