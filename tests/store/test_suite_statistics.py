"""Builds, budgets, questions and exports of the statistics desk in D."""

from __future__ import annotations

import pytest

from kept.errors import ConflictError
from kept.store import sql

ASKED = {
    "data_set": "customers", "clause": "4.2", "build_id": "b", "built_at": 1.0, "dimensions": "age", "purpose": "research",
    "asked_by": "ono", "micro_rho": 500, "delta": 1e-9, "sealed": b"",
}  # fmt: skip


def test_the_newest_build_of_a_data_set_counts(data):
    """Builds are told apart by data set; one that is over goes with its segments."""
    for build_id, name, at in (("a", "customers", 1.0), ("b", "customers", 2.0), ("c", "usage", 3.0)):
        data.run(
            "projection_insert",
            build_id=build_id,
            data_set=name,
            built_by="ono",
            built_at=at,
            policy_hash="h",
            manifest="{}",
        )
        for segment in (1, 0):
            data.run("segment_put", build_id=build_id, column_name="age", segment=segment, sealed=b"x")
    assert data.one(sql.ProjectionOf, data_set="customers") == ("b", "ono", 2.0, "h", "{}")
    assert data.one(sql.ProjectionOf, data_set="other") is None
    assert [row[:2] for row in data.all(sql.Projections)] == [("a", "customers"), ("b", "customers"), ("c", "usage")]
    assert data.all(sql.SegmentsOf, build_id="b", column_name="age") == [(0, b"x"), (1, b"x")]
    assert data.run("segments_delete", build_id="b") == 2
    assert data.run("projection_delete", build_id="b") == 1
    assert data.one(sql.ProjectionOf, data_set="customers")[0] == "a"


def test_an_account_is_charged_only_from_where_it_was_seen(data):
    """Whoever was slower charges nothing."""
    for _ in range(2):
        data.run("account_open", account="person")
    assert data.one(sql.AccountGet, account="person") == (0,)
    assert [data.run("account_charge", account="person", cost=5, expected=0) for _ in range(2)] == [1, 0]
    assert data.one(sql.AccountGet, account="person") == (5,)
    for charge_id, account, at in (("b", "person", 2.0), ("a", "person", 1.0), ("c", "visit", 3.0)):
        data.run("charge_insert", charge_id=charge_id, account=account, at=at, micro_rho=5)
    assert data.all(sql.Charges, account="person", since=0.0) == [("a", 1.0, 5), ("b", 2.0, 5)]
    assert data.all(sql.Charges, account="person", since=1.0) == [("b", 2.0, 5)]


def test_a_count_of_people_is_answered_once_and_the_newest_is_found(data):
    """By its question, since a moment; an old one is deleted."""
    for count_id, at in (("a", 1.0), ("b", 2.0)):
        data.run("head_count_insert", count_id=count_id, question="q", asked_at=at, sealed=b"")
    assert [data.run("head_count_answer", count_id="b", sealed=one, expected=b"") for one in (b"x", b"y")] == [1, 0]
    assert data.one(sql.HeadCountNewest, question="q", since=0.0) == ("b", 2.0, b"x")
    assert data.one(sql.HeadCountNewest, question="q", since=2.0) is None
    assert data.run("head_counts_expire", before=1.0) == 1
    assert data.all(sql.HeadCounts) == [("b", b"x")]


def test_a_question_is_charged_answered_asked_and_released_once(data):
    """Each step happens once, in that order."""
    assert data.one(sql.StatisticNext) == (0,)
    data.run("statistic_insert", statistic_id="q", number=1, asked_at=5.0, **ASKED)
    assert data.one(sql.StatisticNext) == (1,)
    with pytest.raises(ConflictError):
        data.run("statistic_insert", statistic_id="r", number=1, asked_at=6.0, **ASKED)
    assert data.run("statistic_ask_release", statistic_id="q", approval_id="p") == 0
    for changed in (1, 0):
        assert changed == data.run("statistic_answer", statistic_id="q", sealed=b"noisy")
    for changed in (1, 0):
        assert changed == data.run("statistic_ask_release", statistic_id="q", approval_id="p")
    for changed in (1, 0):
        assert changed == data.run("statistic_back", statistic_id="q")
    assert data.run("statistic_ask_release", statistic_id="q", approval_id="p") == 1
    for changed in (1, 0):
        assert changed == data.run("statistic_release", statistic_id="q", released_at=9.0)
    whole = (1, "customers", "4.2", "b", 1.0, "age", "research", "ono", 5.0, 500, 1e-9, "released", b"noisy", "p", 9.0)
    assert data.one(sql.StatisticGet, statistic_id="q") == whole
    assert data.all(sql.Statistics) == [("q", *whole)]


def test_the_same_question_is_found(data):
    """By build, dimensions and what it cost."""
    for number, (dimensions, cost, at) in enumerate((("age", 500, 5.0), ("age", 900, 6.0), ("", 500, 7.0)), 1):
        asked = ASKED | {"dimensions": dimensions, "micro_rho": cost}
        data.run("statistic_insert", statistic_id=f"q{number}", number=number, asked_at=at, **asked)
    assert data.all(sql.StatisticSame, build_id="b", dimensions="age", micro_rho=501) == [("q2", "charged")]
    assert data.all(sql.StatisticSame, build_id="c", dimensions="age", micro_rho=1) == []


def test_exports_stand_newest_first(data):
    """Who got what, in which form."""
    for at in (1.0, 2.0):
        data.run(
            "statistic_export_insert",
            export_id=str(at),
            statistic_id="q",
            at=at,
            exported_by="ono",
            recipient="press",
            form="csv",
        )
    assert data.all(sql.StatisticExports)[0] == ("2.0", "q", 2.0, "ono", "press", "csv")


def test_k_remembers_charges_of_its_own(keys):
    """Once each, by account, since a moment."""
    for charge_id, name, at in (
        ("b", "customers", 2.0),
        ("a", "customers", 1.0),
        ("c", "usage", 3.0),
        ("a", "x", 9.0),
    ):
        keys.run("charge_put", charge_id=charge_id, account=name, at=at, micro_rho=500)
    assert keys.all(sql.ChargesSince, account="customers", since=0.0) == [("a", 1.0, 500), ("b", 2.0, 500)]
    assert keys.all(sql.ChargesSince, account="customers", since=1.0) == [("b", 2.0, 500)]
