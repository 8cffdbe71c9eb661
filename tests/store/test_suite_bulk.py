"""Mandates for many people: empty until somebody approved."""

from __future__ import annotations

from kept.store import sql


def test_an_empty_mandate_is_filled_and_a_full_one_stays(data):
    """Only a volume of nothing is filled, and nothing that was taken back."""
    for mandate_id, volume in (("empty", 0), ("used", 3)):
        data.insert("mandate_insert", mandate_id=mandate_id, expires_at=50.0, volume_left=volume)
    assert data.run("mandate_fill", mandate_id="empty", releases=9) == 1
    assert data.run("mandate_fill", mandate_id="empty", releases=9) == 0
    assert data.run("mandate_fill", mandate_id="used", releases=9) == 0
    assert data.one(sql.MandateGet, mandate_id="empty")[8] == 9


def test_the_newest_approval_of_somebody_for_something(data):
    """By act, subject and who asked; what has ended is none."""
    for approval_id, at, by in (("a", 1.0, "sato"), ("b", 2.0, "sato"), ("c", 3.0, "abe")):
        data.run(
            "approval_insert", approval_id=approval_id, act="list", subject="s", requested_by=by, requested_at=at,
            expires_at=at + 10,
        )  # fmt: skip
    data.run("approval_decide", approval_id="b", decided_by="kato", decided_at=4.0, outcome="approved")
    assert data.one(sql.ApprovalOf, act="list", subject="s", requested_by="sato", at=5.0) == ("b", "kato", "approved")
    assert data.one(sql.ApprovalOf, act="list", subject="other", requested_by="sato", at=5.0) is None
    assert data.one(sql.ApprovalOf, act="list", subject="s", requested_by="sato", at=12.5) is None
