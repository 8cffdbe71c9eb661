"""What was given on paper or by phone, in D: entered, seen by a second, taken in; whom it is about goes with them."""

from __future__ import annotations

import pytest

from kept.errors import ConflictError
from kept.store import sql

MORI, SATO = b"m" * 16, b"s" * 16


def test_a_form_goes_its_way_step_by_step(data):
    """Seen, then taken in; no step is taken twice or from elsewhere, and what was sealed goes with the end."""
    assert data.one(sql.WitnessedNext) == (0,)
    said = {"how": "paper", "entered_by": "abe", "status": "waiting", "sealed": b"form", "witness": b""}
    data.insert("witnessed_insert", form_id="f", number=1, entered_at=5.0, code_hash=b"c", **said)
    with pytest.raises(ConflictError):
        data.insert("witnessed_insert", form_id="g", number=1)
    assert data.one(sql.WitnessedGet, form_id="f") == (1, "paper", "abe", 5.0, "waiting", "", 5.0, b"form", b"")
    assert data.run("witnessed_see", form_id="f", expected="waiting", status="seen", at=6.0, witness=b"w") == 1
    assert data.run("witnessed_see", form_id="f", expected="waiting", status="seen", at=6.0, witness=b"w") == 0
    ended = {"status": "taken", "reason": "", "at": 7.0, "sealed": b""}
    assert data.run("witnessed_end", form_id="f", expected="waiting", **ended) == 0
    assert data.run("witnessed_end", form_id="f", expected="seen", **ended) == 1
    assert data.one(sql.WitnessedGet, form_id="f") == (1, "paper", "abe", 5.0, "taken", "", 7.0, b"", b"w")
    assert data.one(sql.WitnessedNext) == (1,)


def test_forms_are_found_by_code_state_staff_and_age(data):
    """The list begins with the newest; what waits too long, and what one entered since, is counted by time."""
    for number, (by, at, status) in enumerate(
        [("abe", 1.0, "waiting"), ("abe", 2.0, "seen"), ("ono", 3.0, "waiting")], 1
    ):
        data.insert(
            "witnessed_insert", form_id=f"f{number}", number=number, how="call", entered_by=by, entered_at=at,
            status=status, code_hash=f"c{number}".encode(), sealed=b"", witness=b"",
        )  # fmt: skip
    assert data.one(sql.WitnessedByCode, code_hash=b"c2") == ("f2",)
    assert data.one(sql.WitnessedByCode, code_hash=b"x") is None
    assert data.all(sql.WitnessedNewest, limit=2) == [
        ("f3", 3, "call", "ono", 3.0, "waiting", "", 3.0), ("f2", 2, "call", "abe", 2.0, "seen", "", 2.0),
    ]  # fmt: skip
    assert data.all(sql.WitnessedIn, status="waiting", before=3.0) == [("f1",)]
    assert data.one(sql.WitnessedEntered, entered_by="abe", since=1.0) == (1,)


def test_a_form_forgets_its_person(data):
    """Written again it is replaced; ended or erased it is gone, and nobody else's is."""
    data.insert("witnessed_person_put", person_id=MORI, form_id="f", sealed=b"entered")
    data.insert("witnessed_person_put", person_id=MORI, form_id="f", sealed=b"taken")
    data.insert("witnessed_person_put", person_id=MORI, form_id="g", sealed=b"other")
    assert data.one(sql.WitnessedPersonGet, form_id="f") == (MORI, "key_id", b"taken")
    assert [row.form_id for row in data.all(sql.WitnessedOfPerson, person_id=MORI)] == ["f", "g"]
    assert data.run("witnessed_person_end", person_id=MORI, form_id="g") == 1
    assert data.run("witnessed_person_erase", person_id=SATO) == 0
    assert data.run("witnessed_person_erase", person_id=MORI) == 1
    assert data.one(sql.WitnessedPersonGet, form_id="f") is None
