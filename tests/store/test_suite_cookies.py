"""Remembered devices, visit counts and scans in D."""

from __future__ import annotations

import pytest

from kept.errors import StoreError
from kept.store import sql

MORI, SATO = b"m" * 16, b"s" * 16


def test_a_remembered_device_is_renewed_by_whoever_is_first(data):
    """The next token replaces the one it was made from; a second from the same one changes nothing."""
    for series, rotated_at in ((b"phone", 2.0), (b"laptop", 1.0)):
        data.insert(
            "remembered_insert", person_id=MORI, series=series, token_hash=b"first", earlier_hash=b"", created_at=1.0,
            rotated_at=rotated_at, expires_at=10.0,
        )  # fmt: skip
    fresh = {
        "person_id": MORI,
        "series": b"laptop",
        "earlier_hash": b"first",
        "rotated_at": 5.0,
        "expected_hash": b"first",
    }
    assert data.run("remembered_rotate", **fresh, token_hash=b"second") == 1
    with pytest.raises(StoreError, match="remembered_rotate"):
        data.run("remembered_rotate", **fresh, token_hash=b"other")
    assert data.one(sql.RememberedGet, person_id=MORI, series=b"laptop") == (b"second", b"first", 1.0, 5.0, 10.0)
    assert data.one(sql.RememberedGet, person_id=SATO, series=b"laptop") is None
    assert data.all(sql.RememberedOf, person_id=MORI) == [(b"laptop", 1.0, 5.0, 10.0), (b"phone", 1.0, 2.0, 10.0)]


def test_devices_are_forgotten_one_all_or_by_time(data):
    """Each way takes what it says and nothing else."""
    for person_id, series, expires_at in (
        (MORI, b"a", 10.0),
        (MORI, b"b", 20.0),
        (MORI, b"c", 20.0),
        (SATO, b"d", 20.0),
    ):
        data.insert(
            "remembered_insert", person_id=person_id, series=series, earlier_hash=b"", rotated_at=1.0,
            expires_at=expires_at,
        )  # fmt: skip
    assert data.run("remembered_expire", at=10.0) == 1
    assert data.run("remembered_delete", person_id=MORI, series=b"b") == 1
    assert data.run("remembered_erase", person_id=MORI) == 1
    assert data.all(sql.RememberedOf, person_id=SATO) == [(b"d", 1000.5, 1.0, 20.0)]


def test_visits_add_up(data):
    """Counts of a day, page and feature are added, and asked for from a day on."""
    for day, count in (("2026-11-22", 5), ("2026-11-23", 2), ("2026-11-23", 3)):
        data.run("visit_add", day=day, page="home", feature="look", count=count)
    assert data.all(sql.VisitsSince, day="2026-11-23") == [("2026-11-23", "home", "look", 5)]
    assert len(data.all(sql.VisitsSince, day="")) == 2


def test_the_newest_scan_is_found(data):
    """By time, not by the order they were written in."""
    for scan_id, at, clean in (("b", 2.0, 0), ("a", 1.0, 1)):
        data.run("scan_insert", scan_id=scan_id, at=at, url="https://shop.example", clean=clean, result="{}")
    assert data.one(sql.ScansNewest) == ("b", 2.0, "https://shop.example", 0, "{}")
