"""Instances of collection points, who takes part, draws, publications and results in D."""

from __future__ import annotations

import pytest

from kept.errors import StoreError
from kept.store import sql

MORI, SATO = b"m" * 16, b"s" * 16


def made(data, instance_id="spring", capacity=2):
    """Draft one."""
    data.run(
        "instance_insert", instance_id=instance_id, point="event", file="f", made_by="abe", made_at=1.0, closes_at=9.0,
        capacity=capacity,
    )  # fmt: skip


def test_an_instance_goes_its_way_once(data):
    """Draft, open, closed, delivered, ended: each once, in that order."""
    made(data)
    assert data.run("instance_close", instance_id="spring", closed_at=3.0) == 0
    for changed in (1, 0):
        assert data.run("instance_open", instance_id="spring", opened_at=2.0) == changed
    assert data.all(sql.InstancesDue, at=8.0) == []
    assert data.all(sql.InstancesDue, at=9.0) == [("spring",)]
    assert data.run("instance_ended", instance_id="spring", ended_at=3.0) == 0
    for changed in (1, 0):
        assert data.run("instance_close", instance_id="spring", closed_at=3.0) == changed
    for changed in (1, 0):
        assert data.run("instance_delivered", instance_id="spring", delivered_at=4.0) == changed
    for changed in (1, 0):
        assert data.run("instance_ended", instance_id="spring", ended_at=5.0) == changed
    assert data.one(sql.InstanceGet, instance_id="spring") == (
        "event", "f", "abe", 1.0, "ended", 9.0, 2.0, 3.0, 4.0, 5.0, 2, 0,
    )  # fmt: skip
    assert data.all(sql.Instances) == [("spring", "event", "ended")]


def test_places_are_taken_while_there_are_some(data):
    """Not one more than there are, none while it is not open; a place given back is free."""
    made(data)
    assert data.run("instance_take", instance_id="spring") == 0
    data.run("instance_open", instance_id="spring", opened_at=2.0)
    assert [data.run("instance_take", instance_id="spring") for _ in range(3)] == [1, 1, 0]
    assert data.run("instance_give_back", instance_id="spring") == 1
    assert data.run("instance_take", instance_id="spring") == 1


def test_a_part_is_a_persons_and_an_instances(data):
    """One each; it goes on from where it stood; it ends with the instance or the person."""
    for person_id, number in ((MORI, "b"), (SATO, "a")):
        data.run("participation_insert", person_id=person_id, instance_id="spring", number=number, at=1.0)
    data.run("participation_insert", person_id=MORI, instance_id="autumn", number="c", at=2.0)
    assert data.all(sql.Participations, instance_id="spring") == [(SATO, "a", 1.0, "in"), (MORI, "b", 1.0, "in")]
    for changed in (1, 0):
        assert changed == data.run(
            "participation_status", person_id=MORI, instance_id="spring", status="won", expected="in"
        )
    assert data.one(sql.ParticipationGet, person_id=MORI, instance_id="spring") == ("b", 1.0, "won")
    assert data.all(sql.ParticipationsOfPerson, person_id=MORI) == [
        ("spring", "b", 1.0, "won"), ("autumn", "c", 2.0, "in"),
    ]  # fmt: skip
    assert data.run("participation_delete", person_id=SATO, instance_id="spring") == 1
    assert data.run("participations_end", instance_id="spring") == 1
    assert data.run("participation_erase", person_id=MORI) == 1


def test_a_draw_is_committed_to_step_by_step(data):
    """The list once; the draw from where it stood."""
    for blinded in ("b", "a"):
        data.run("ticket_insert", instance_id="spring", blinded=blinded)
    data.run("ticket_insert", instance_id="spring", blinded="c")
    assert data.run("ticket_delete", instance_id="spring", blinded="c") == 1
    assert data.all(sql.Tickets, instance_id="spring") == [("a",), ("b",)]
    pages = [data.all(sql.TicketsPage, instance_id="spring", after=after, limit=1) for after in ("", "a", "b")]
    assert pages == [[("a",)], [("b",)], []]
    assert [data.one(sql.TicketListed, instance_id="spring", blinded=one) for one in "bc"] == [("b",), None]
    data.run("draw_insert", instance_id="spring", seed_hash="h", sealed_seed=b"s")
    done = {"instance_id": "spring", "public_number": "7", "seed": "x", "drawn": 1, "expected": 0}
    assert data.run("draw_list", instance_id="spring", list_hash="l") == 1
    assert data.run("draw_done", **done) == 1
    with pytest.raises(StoreError, match="draw_list"):
        data.run("draw_list", instance_id="spring", list_hash="l")
    with pytest.raises(StoreError, match="draw_done"):
        data.run("draw_done", **done)
    assert data.one(sql.DrawGet, instance_id="spring") == ("h", b"s", "l", "7", "x", 1)


def test_what_is_published_is_a_persons(data):
    """It comes down alone, with the instance, or with the person."""
    for instance_id, person_id, number in (("spring", MORI, "b"), ("spring", SATO, "a"), ("autumn", MORI, "c")):
        data.run("publication_put", person_id=person_id, instance_id=instance_id, number=number, at=1.0, sealed=b"x")
    assert data.all(sql.Publications, instance_id="spring") == [("a", 1.0, b"x"), ("b", 1.0, b"x")]
    assert data.all(sql.PublicationsOfPerson, person_id=MORI) == [("autumn",), ("spring",)]
    assert data.run("publication_delete", person_id=MORI, instance_id="spring") == 1
    assert data.run("publications_end", instance_id="spring") == 1
    assert data.run("publication_erase", person_id=MORI) == 1


def test_results_are_counted_anew(data):
    """The counts of before go."""
    data.run("result_put", instance_id="spring", question="q", option="b", count=1)
    data.run("result_put", instance_id="spring", question="q", option="a", count=2)
    assert data.all(sql.Results, instance_id="spring") == [("q", "a", 2), ("q", "b", 1)]
    assert data.run("results_clear", instance_id="spring") == 2
