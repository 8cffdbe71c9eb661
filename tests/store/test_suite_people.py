"""People in D: states, values, receipts, unfinished erasures."""

from __future__ import annotations

import pytest

from kept.errors import ConflictError
from kept.store import sql

MORI, SATO, TANI = b"m" * 16, b"s" * 16, b"t" * 16


def test_a_state_is_replaced_only_by_whoever_read_its_number(data):
    """Compare and set: the second of two changes decided on the same g changes nothing."""
    data.run("state_insert", person_id=MORI, g=1, key_id="k1", sealed=b"one")
    new = {"person_id": MORI, "g": 2, "key_id": "k2"}
    assert data.run("state_set", **new, sealed=b"two", expected_g=1) == 1
    assert data.run("state_set", **new, sealed=b"late", expected_g=1) == 0
    assert data.one(sql.StateGet, person_id=MORI) == (2, "k2", b"two")
    assert data.one(sql.StateG, person_id=MORI) == (2,)


def test_a_person_is_created_once(data):
    """A second state under the same id is a conflict and leaves the first."""
    data.run("state_insert", person_id=MORI, g=1, key_id="k", sealed=b"one")
    with pytest.raises(ConflictError) as caught:
        data.run("state_insert", person_id=MORI, g=1, key_id="k", sealed=b"other")
    assert caught.value.reason == "exists"
    assert data.one(sql.StateGet, person_id=MORI) == (1, "k", b"one")


def test_numbers_of_many_people_are_answered_in_the_order_asked(data):
    """`each` answers None where there is nobody, and never shifts another's answer into the gap."""
    data.run("state_insert", person_id=MORI, g=3, key_id="k", sealed=b"")
    data.run("state_insert", person_id=TANI, g=9, key_id="k", sealed=b"")
    asked = [{"person_id": one} for one in (TANI, SATO, MORI)]
    assert data.each(sql.StateG, asked) == [(9,), None, (3,)]
    assert data.each(sql.StateG, []) == []


def test_people_are_walked_a_page_at_a_time(data):
    """Pages follow the ids and neither repeat nor skip anybody."""
    for person_id in (TANI, MORI, SATO):
        data.insert("state_insert", person_id=person_id)
    assert data.one(sql.PeopleCount) == (3,)
    assert data.all(sql.PeoplePage, after=b"", limit=2) == [(MORI,), (SATO,)]
    assert data.all(sql.PeoplePage, after=SATO, limit=2) == [(TANI,)]
    assert data.run("state_erase", person_id=SATO) == 1
    assert data.all(sql.PeoplePage, after=b"", limit=9) == [(MORI,), (TANI,)]


def test_a_slot_keeps_its_versions_until_each_is_deleted(data):
    """Versions live side by side; re-sealing replaces one, deleting removes one."""
    for version in (1, 2):
        data.insert("value_insert", person_id=MORI, slot="phone", version=version, key_id="k", sealed=b"old")
    data.insert("value_insert", person_id=MORI, slot="name", version=1, key_id="k", sealed=b"name")
    assert data.run("value_set", person_id=MORI, slot="phone", version=2, key_id="fresh", sealed=b"new") == 1
    assert sorted(data.all(sql.ValueOfSlot, person_id=MORI, slot="phone")) == [(1, "k", b"old"), (2, "fresh", b"new")]
    assert data.run("value_delete", person_id=MORI, slot="phone", version=1) == 1
    assert sorted(data.all(sql.ValueAll, person_id=MORI)) == [("name", 1, "k", b"name"), ("phone", 2, "fresh", b"new")]


def test_a_version_of_a_slot_is_written_once(data):
    """Two corrections of one slot cannot both become version 2."""
    data.insert("value_insert", person_id=MORI, slot="phone", version=2)
    with pytest.raises(ConflictError):
        data.insert("value_insert", person_id=MORI, slot="phone", version=2)


def test_erasing_values_takes_one_person_only(data):
    """What another person has stays."""
    for person_id in (MORI, SATO):
        data.insert("value_insert", person_id=person_id, slot="phone", version=1, key_id="k", sealed=b"v")
    assert data.run("value_erase", person_id=MORI) == 1
    assert data.all(sql.ValueAll, person_id=MORI) == []
    assert data.all(sql.ValueAll, person_id=SATO) == [("phone", 1, "k", b"v")]


def test_receipts_are_listed_newest_first_and_go_with_the_person(data):
    """A person finds each receipt again until they are erased."""
    for receipt_id, at in (("r1", 10.0), ("r3", 30.0), ("r2", 20.0)):
        data.insert("receipt_insert", person_id=MORI, receipt_id=receipt_id, at=at, kind="given", sealed=b"s")
    assert [row[0] for row in data.all(sql.Receipts, person_id=MORI)] == ["r3", "r2", "r1"]
    assert data.run("receipt_erase", person_id=MORI) == 3
    assert data.all(sql.Receipts, person_id=MORI) == []


def test_an_erasure_is_due_when_its_time_has_come_and_until_it_is_finished(data):
    """The queue names unfinished erasures, the longest due first."""
    for person_id, due_at in ((MORI, 50.0), (SATO, 20.0), (TANI, 99.0)):
        data.insert("erasure_insert", person_id=person_id, receipt_id="r", due_at=due_at, started_by="own")
    assert data.all(sql.ErasuresDue, at=50.0) == [
        (SATO, "r", 1000.5, 20.0, "own"),
        (MORI, "r", 1000.5, 50.0, "own"),
    ]
    assert data.one(sql.ErasureGet, person_id=MORI) == ("r", 1000.5, 50.0, "own")
    assert sorted(data.all(sql.ErasureOfReceipt, receipt_id="r")) == [(20.0,), (50.0,), (99.0,)]
    assert data.run("erasure_erase", person_id=SATO) == 1
    assert [row[0] for row in data.all(sql.ErasuresDue, at=50.0)] == [MORI]


def test_an_erasure_is_hastened_and_never_put_off(data):
    """Its day moves to now where it lies ahead; one that is due already stays as it is."""
    data.run("erasure_insert", person_id=MORI, receipt_id="r", intended_at=1.0, due_at=9.0, started_by="own")
    assert data.run("erasure_hasten", person_id=MORI, at=5.0) == 1
    assert data.run("erasure_hasten", person_id=MORI, at=6.0) == 0
    assert data.one(sql.ErasureGet, person_id=MORI).due_at == 5.0
