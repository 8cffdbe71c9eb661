"""Database D: who is about to do what to both databases."""

from __future__ import annotations

from kept.store import sql


def take(data, subject, holder="a", what="rotate", until=10.0):
    """Take a claim; return whether it was free."""
    return data.run("claim_take", what=what, subject=subject, holder=holder, facts="{}", until=until)


def test_a_claim_is_taken_once_and_ended_by_its_holder(data):
    """The second is too late; only who holds it ends it."""
    assert (take(data, "2"), take(data, "2", "b")) == (1, 0)
    assert data.one(sql.ClaimGet, what="rotate", subject="2") == ("a", "{}", 10.0)
    assert data.run("claim_end", what="rotate", subject="2", holder="b") == 0
    assert data.run("claim_end", what="rotate", subject="2", holder="a") == 1
    assert data.one(sql.ClaimGet, what="rotate", subject="2") is None


def test_a_claim_moves_from_whoever_was_seen_to_have_it(data):
    """Of two who would take it over, one does."""
    take(data, "2")
    moves = [
        data.run("claim_move", what="rotate", subject="2", holder=one, until=20.0, expected="a") for one in ("b", "c")
    ]
    assert moves == [1, 0]
    assert data.all(sql.Claims) == [("rotate", "2", "b", "{}", 20.0)]


def test_the_end_of_a_key_is_no_claim_to_be_finished(data):
    """It is not listed, and goes by its time."""
    take(data, "key", what="key-ends", until=5.0)
    assert data.all(sql.Claims) == []
    assert (data.run("key_ends_expire", at=4.9), data.run("key_ends_expire", at=5.0)) == (0, 1)
