"""The legal desk's requests, and person parts that wait, in D."""

from __future__ import annotations

import pytest

from kept.errors import StoreError
from kept.store import sql

MORI, SATO = b"m" * 16, b"s" * 16


def record(data, disclosure_id="d", number=1):
    """Record a request."""
    data.run(
        "disclosure_insert", disclosure_id=disclosure_id, number=number, ground="warrant", items="name,phone",
        starts_at=1.0, ends_at=2.0, received_at=3.0, due_at=9.0, told_from=0.0, waits_for="", public_key=b"k",
        sealed=b"x", recorded_by="hara", recorded_at=3.5, mandate_id="m",
    )  # fmt: skip


def test_a_request_goes_its_steps_once_and_in_order(data):
    """Recorded, asked, approved, ready, fetched; what was fixed is not fixed again."""
    assert data.one(sql.DisclosureNext) == (0,)
    record(data)
    record(data, "e", 2)
    assert data.one(sql.DisclosureNext) == (2,)
    assert data.all(sql.Disclosures) == [("e",), ("d",)]
    assert data.run("disclosure_finish", disclosure_id="d", finished_at=4.0) == 0
    for changed in (1, 0):
        assert changed == data.run("disclosure_ask", disclosure_id="d", approval_id="a", scope_seal="s")
    for changed in (1, 0):
        assert changed == data.run("disclosure_back", disclosure_id="d")
    assert data.run("disclosure_ask", disclosure_id="d", approval_id="a", scope_seal="s") == 1
    assert data.run("disclosure_fetch", disclosure_id="d", fetched_at=5.0) == 0
    assert data.run("disclosure_finish", disclosure_id="d", finished_at=4.0) == 0
    for changed in (1, 0):
        assert changed == data.run("disclosure_approve", disclosure_id="d")
    for changed in (1, 0):
        assert changed == data.run("disclosure_finish", disclosure_id="d", finished_at=4.0)
    for changed in (1, 0):
        assert changed == data.run("disclosure_fetch", disclosure_id="d", fetched_at=5.0)
    assert data.one(sql.DisclosureGet, disclosure_id="d") == (
        1, "warrant", "name,phone", 1.0, 2.0, 3.0, 9.0, 0.0, "", b"k", b"x", "hara", 3.5, "m", "a", "s",
        "", "fetched", 4.0, 5.0,
    )  # fmt: skip


def test_a_paper_lies_beside_a_request_until_its_day(data):
    """Another replaces it while nothing is fixed; on its day it goes."""
    record(data)
    for sealed, paper_hash in ((b"old", "h"), (b"new", "i")):
        data.run("disclosure_paper_put", disclosure_id="d", sealed=sealed, until=9.0)
        assert data.run("disclosure_paper_hash", disclosure_id="d", paper_hash=paper_hash) == 1
    assert data.one(sql.DisclosurePaperGet, disclosure_id="d") == (b"new",)
    data.run("disclosure_ask", disclosure_id="d", approval_id="a", scope_seal="s")
    assert data.run("disclosure_paper_hash", disclosure_id="d", paper_hash="j") == 0
    assert [data.run("disclosure_papers_end", at=at) for at in (8.0, 9.0)] == [0, 1]


def test_people_and_what_became_of_each_item(data):
    """A place each; done once; records go with the fetch, everything of a person with them."""
    for person_id, place in ((SATO, 1), (MORI, 2)):
        data.run(
            "disclosure_person_insert", person_id=person_id, disclosure_id="d", place=place, found_by="name",
            named=b"n", seal="s",
        )  # fmt: skip
        data.run("disclosure_record_put", person_id=person_id, disclosure_id="d", sealed=b"x")
    assert data.all(sql.DisclosurePeople, disclosure_id="d") == [
        (SATO, 1, "name", b"n", "s", 0), (MORI, 2, "name", b"n", "s", 0),
    ]  # fmt: skip
    assert data.all(sql.DisclosuresOfPerson, person_id=MORI) == [("d", 2)]
    assert data.run("disclosure_person_done", person_id=MORI, disclosure_id="d") == 1
    with pytest.raises(StoreError, match="disclosure_person_done"):
        data.run("disclosure_person_done", person_id=MORI, disclosure_id="d")
    for outcome in ("outside", "released"):
        data.run("disclosure_item_put", disclosure_id="d", place=1, item="name", outcome=outcome)
    assert data.all(sql.DisclosureItems, disclosure_id="d") == [(1, "name", "released")]
    assert data.all(sql.DisclosureRecords, disclosure_id="d") == [(MORI, b"x"), (SATO, b"x")]
    assert data.run("disclosure_record_erase", person_id=MORI) == 1
    assert data.run("disclosure_person_erase", person_id=MORI) == 1
    assert data.run("disclosure_records_delete", disclosure_id="d") == 1


def test_what_is_told_later_waits_for_its_date(data):
    """It is due from its date on, goes once, and goes with its person."""
    for person_id, entry_id, told_from in ((SATO, b"b", 5.0), (MORI, b"a", 7.0), (SATO, b"c", 7.0)):
        data.run(
            "entry_later_insert", person_id=person_id, entry_id=entry_id, key_id="k", sealed=b"x", recorded_at=1.0,
            told_from=told_from,
        )  # fmt: skip
    assert data.all(sql.EntriesLaterDue, at=5.0) == [(SATO, b"b", "k", b"x", 1.0)]
    assert [row[1] for row in data.all(sql.EntriesLaterDue, at=7.0)] == [b"b", b"a", b"c"]
    assert data.all(sql.EntriesLaterOfPerson, person_id=SATO) == [(b"b", "k", b"x"), (b"c", "k", b"x")]
    for changed in (1, 0):
        assert changed == data.run("entry_later_delete", person_id=SATO, entry_id=b"b")
    assert data.run("entry_later_erase", person_id=SATO) == 1
