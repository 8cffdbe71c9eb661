"""The register of other parties in D."""

from __future__ import annotations

from kept.store import sql


def test_a_party_is_asked_confirmed_and_in_effect_from_its_time(data):
    """Each step happens once; the newest in effect stands first."""
    for party_id, asked_at in (("a", 1.0), ("b", 2.0), ("c", 3.0)):
        data.run(
            "party_insert", party_id=party_id, kind="recipient", name="club", title="T", address="A", representative="R",
            public_key=party_id.encode(), seal=b"s", asked_by="abe", asked_at=asked_at, approval_id="p",
        )  # fmt: skip
    for party_id, from_at in (("a", 10.0), ("b", 20.0)):
        for changed in (1, 0):
            confirmed = {"party_id": party_id, "confirmed_by": "kato", "from_at": from_at, "seal": b"t"}
            assert changed == data.run("party_confirm", **confirmed)
    for changed in (1, 0):
        assert changed == data.run("party_back", party_id="c")
    assert [data.run("party_object", party_id=one, at=10.0) for one in ("a", "c")] == [0, 0], (
        "it counts; it was not confirmed"
    )
    for at, first in ((9.0, []), (10.0, ["a"]), (20.0, ["b", "a"])):
        assert [row[0] for row in data.all(sql.PartiesOf, kind="recipient", name="club", at=at)] == first
    assert data.all(sql.PartiesOf, kind="authority", name="club", at=99.0) == []
    assert [row[0] for row in data.all(sql.Parties)] == ["c", "b", "a"]
    assert data.one(sql.PartyGet, party_id="a") == (
        "a", "recipient", "club", "T", "A", "R", b"a", b"t", "abe", 1.0, "confirmed", "kato", 10.0,
    )  # fmt: skip


def test_a_change_objected_to_before_it_counts_never_counts(data):
    """Once, and only while its time is to come."""
    data.insert("party_insert", party_id="a", kind="recipient", name="club")
    data.run("party_confirm", party_id="a", confirmed_by="kato", from_at=10.0, seal=b"t")
    assert [data.run("party_object", party_id="a", at=9.0) for _ in range(2)] == [1, 0]
    assert data.all(sql.PartiesOf, kind="recipient", name="club", at=99.0) == []
