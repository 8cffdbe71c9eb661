"""Policy in D: facts, notices, notice tokens, versions, attestations, live checks."""

from __future__ import annotations

import pytest

from kept.errors import ConflictError
from kept.store import sql
from kept.store.migrations import migrations


def test_a_small_fact_is_set_and_replaced(data):
    """The last value counts, each name for itself."""
    assert data.one(sql.MetaGet, name="origin") is None
    data.run("meta_put", name="origin", value="a")
    data.run("meta_put", name="other", value="x")
    assert data.run("meta_put", name="origin", value="b") == 1
    assert data.one(sql.MetaGet, name="origin") == ("b",)
    assert data.one(sql.MetaGet, name="other") == ("x",)


def test_a_notice_keeps_the_bytes_first_shown(data):
    """Its id is the hash of its bytes: a second put changes nothing."""
    assert data.run("notice_put", notice_id="n", body=b"as shown") == 1
    assert data.run("notice_put", notice_id="n", body=b"rewritten") == 0
    assert data.one(sql.NoticeGet, notice_id="n") == (b"as shown",)


def test_a_notice_token_is_used_once(data):
    """The second use is a conflict until the token has expired anyway."""
    data.insert("notice_token_use", token_id="t", expires_at=10.0)
    with pytest.raises(ConflictError) as caught:
        data.insert("notice_token_use", token_id="t", expires_at=10.0)
    assert caught.value.reason == "exists"
    assert data.run("notice_tokens_expire", at=10.0) == 0
    assert data.run("notice_tokens_expire", at=10.5) == 1


def test_a_policy_version_never_returns_with_other_bytes(data):
    """A number once proposed is taken; versions are listed newest first and found by their hash."""
    for version in (1, 2):
        data.insert("policy_insert", version=version, policy_hash=f"h{version}", files=b"f", proposed_at=1.0)
    with pytest.raises(ConflictError):
        data.insert("policy_insert", version=2, policy_hash="h2x", files=b"other")
    assert data.one(sql.PolicyGet, version=2) == ("h2", b"f", 1000.5, "proposed_by", 1.0, None, None)
    assert data.one(sql.PolicyFiles, policy_hash="h1") == (1, b"f")
    assert [row[0] for row in data.all(sql.PolicyVersions)] == [2, 1]


def test_a_proposal_is_replaced_while_it_was_never_activated(data):
    """An installation that stopped half-way is begun again with a better file."""
    data.insert("policy_insert", version=1, policy_hash="h")
    other = {"policy_hash": "better", "files": b"g", "effective_at": 2.0, "proposed_by": "op", "proposed_at": 3.0}
    assert data.run("policy_replace_first", version=1, **other) == 1
    assert data.one(sql.PolicyGet, version=1) == ("better", b"g", 2.0, "op", 3.0, None, None)
    data.run("policy_activate", version=1, entry_id=b"e", activated_by="first", activated_at=5.0)
    assert data.run("policy_replace_first", version=1, **other) == 0


def test_a_version_is_activated_once(data):
    """Who activated it first stays on record."""
    data.insert("policy_insert", version=1, policy_hash="h")
    given = {"version": 1, "entry_id": b"e"}
    assert data.run("policy_activate", **given, activated_by="first", activated_at=5.0) == 1
    assert data.run("policy_activate", **given, activated_by="second", activated_at=6.0) == 0
    assert data.one(sql.PolicyGet, version=1)[5:] == ("first", 5.0)


def test_attestations_are_kept_all_oldest_first(data):
    """A later attestation does not hide the earlier one."""
    for attestation_id, at in (("b", 2.0), ("a", 1.0)):
        data.insert("attestation_insert", attestation_id=attestation_id, clause="§0.1", evidence=attestation_id, at=at)
    assert data.all(sql.Attestations) == [
        ("§0.1", "name", "staff_id", "role", "a", 1.0, 1000.5),
        ("§0.1", "name", "staff_id", "role", "b", 2.0, 1000.5),
    ]


def test_a_live_check_shows_its_last_result(data):
    """One row a guarantee, the newest."""
    data.run("live_check_put", guarantee="one-gate", holds=1, detail="", at=1.0)
    data.run("live_check_put", guarantee="apart", holds=1, detail="", at=1.0)
    data.run("live_check_put", guarantee="one-gate", holds=0, detail="found", at=2.0)
    assert data.all(sql.LiveChecks) == [("apart", 1, "", 1.0), ("one-gate", 0, "found", 2.0)]


def test_the_migrations_that_made_it_are_recorded(data, keys):
    """A new database records every step this version knows; a number is recorded once."""
    for store, part in ((data, "data"), (keys, "keys")):
        assert store.all(sql.MigrationsRecorded) == [(one.number, one.name, one.hash) for one in migrations(part)]
        with pytest.raises(ConflictError):
            store.run("migration_insert", number=1, name="0001_other", hash="0")
