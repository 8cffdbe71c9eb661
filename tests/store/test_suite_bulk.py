"""What somebody asked a second member of staff for."""

from __future__ import annotations

from kept.store import sql


def test_the_newest_approval_of_somebody_for_something(data):
    """By act, subject and who asked; what has ended is none."""
    for approval_id, at, by in (("a", 1.0, "sato"), ("b", 2.0, "sato"), ("c", 3.0, "abe")):
        data.run(
            "approval_insert", approval_id=approval_id, act="list", subject="s", requested_by=by, requested_at=at,
            expires_at=at + 10,
        )  # fmt: skip
    data.run("approval_decide", approval_id="b", decided_by="kato", at=4.0, expected="waiting", outcome="approved")
    assert data.one(sql.ApprovalOf, act="list", subject="s", requested_by="sato", at=5.0) == ("b", "kato", "approved")
    assert data.one(sql.ApprovalOf, act="list", subject="other", requested_by="sato", at=5.0) is None
    assert data.one(sql.ApprovalOf, act="list", subject="s", requested_by="sato", at=12.5) is None
    data.run("approval_decide", approval_id="b", decided_by="kato", at=5.0, expected="approved", outcome="dead")
    assert data.one(sql.ApprovalOf, act="list", subject="s", requested_by="sato", at=5.0).approval_id == "a"
