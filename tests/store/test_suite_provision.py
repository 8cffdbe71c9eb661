"""Provisions and recalls in D."""

from __future__ import annotations

from kept.store import sql

MORI, SATO = b"m" * 16, b"s" * 16


def test_a_provision_waits_is_approved_and_fetched_once(data):
    """Each step happens once, in that order."""
    assert data.one(sql.ProvisionNext) == (0,)
    data.run(
        "provision_insert", provision_id="p", number=1, recipient="club", asked_by="abe", asked_at=1.0,
        approval_id="a",
    )  # fmt: skip
    assert data.one(sql.ProvisionNext) == (1,)
    fetched = {"making": "run", "fetched_at": 4.0, "people": 2, "refused": 1}
    assert data.run("provision_fetch", provision_id="p", **fetched) == 0
    data.insert("provision_insert", provision_id="o", number=0)
    for changed in (1, 0):
        assert changed == data.run("provision_back", provision_id="o")
    for changed in (1, 0):
        assert changed == data.run("provision_approve", provision_id="p", mandate_id="m")
    assert [data.run("provision_make", provision_id=one, making="run") for one in ("p", "o")] == [1, 0]
    made = [data.one(sql.ProvisionMadeBy, provision_id="p", making=one) for one in ("run", "an earlier one")]
    assert made == [("p",), None]
    assert data.run("provision_fetch", provision_id="p", **(fetched | {"making": "an earlier one"})) == 0
    for changed in (1, 0):
        assert changed == data.run("provision_fetch", provision_id="p", **fetched)
    row = (1, "club", "abe", 1.0, "a", "m", "fetched", 4.0, 2, 1)
    assert data.one(sql.ProvisionGet, provision_id="p") == row
    assert data.all(sql.Provisions)[:1] == [("p", *row)]


def test_records_are_a_persons_and_a_provisions(data):
    """One record each, the newest; once handed over it is empty, stays, and goes with its person alone."""
    for person_id, provision_id, g in ((SATO, "p", 1), (MORI, "p", 1), (MORI, "q", 1), (MORI, "p", 2)):
        data.run(
            "provision_record_put", person_id=person_id, provision_id=provision_id, entry_id=b"e", g=g, sealed=b"x"
        )
    assert data.all(sql.ProvisionRecords, provision_id="p") == [(MORI, 2, b"x"), (SATO, 1, b"x")]
    assert data.run("provision_record_delete", person_id=MORI, provision_id="q") == 1
    assert data.run("provision_records_handed", provision_id="p", sealed=b"", handed_at=7.0) == 2
    assert data.all(sql.ProvisionsOfPerson, person_id=MORI) == [(b"e", "p", 7.0)]
    assert data.run("provision_records_delete", provision_id="p") == 0
    assert data.run("provision_record_delete", person_id=MORI, provision_id="p") == 0
    assert data.run("provision_record_erase", person_id=MORI) == 1


def test_recalls_wait_are_told_and_confirmed(data):
    """Each step happens once, in that order; a person's are found by their number."""
    for recipient, pseudonym, at in (("club", "b", 2.0), ("club", "a", 1.0), ("other", "c", 1.0)):
        data.run(
            "recall_put", recipient=recipient, pseudonym=pseudonym, at=at, what="withdrawn", item="", due_at=at + 7
        )
    assert [row[1] for row in data.all(sql.RecallsIn, status="waiting")] == ["a", "c", "b"]
    assert data.run("recalls_confirm", file_id="f", confirmed_at=4.0, confirmed_by="staff") == 0
    for changed in (1, 0):
        told = {
            "recipient": "club",
            "pseudonym": "a",
            "at": 1.0,
            "item": "",
            "file_id": "f",
            "told_at": 3.0,
            "told_by": "abe",
        }
        assert changed == data.run("recall_tell", **told)
    assert data.all(sql.RecallsIn, status="told") == [("club", "a", 1.0, "withdrawn", "", 8.0, "f", 3.0, "abe")]
    for changed in (1, 0):
        assert changed == data.run("recalls_confirm", file_id="f", confirmed_at=4.0, confirmed_by="staff")
    assert data.all(sql.RecallsOf, recipient="club", pseudonym="a") == [(1.0, "withdrawn", "", 8.0, 3.0, 4.0, "staff")]
