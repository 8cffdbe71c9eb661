"""Recipients' keys, provisions and recalls in D."""

from __future__ import annotations

from kept.store import sql

MORI, SATO = b"m" * 16, b"s" * 16


def test_a_recipients_newest_key_counts(data):
    """Registering again replaces it."""
    for key in (b"old", b"new"):
        data.run("recipient_key_put", recipient="club", public_key=key, registered_by="ops", registered_at=1.0)
    assert data.one(sql.RecipientKeyGet, recipient="club") == (b"new", "ops", 1.0)
    assert data.one(sql.RecipientKeyGet, recipient="other") is None


def test_a_provision_waits_is_ready_and_fetched_once(data):
    """Each step happens once, in that order."""
    assert data.one(sql.ProvisionNext) == (0,)
    data.run(
        "provision_insert", provision_id="p", number=1, recipient="club", asked_by="abe", asked_at=1.0,
        approval_id="a",
    )  # fmt: skip
    assert data.one(sql.ProvisionNext) == (1,)
    assert data.run("provision_fetch", provision_id="p", fetched_at=2.0) == 0
    data.insert("provision_insert", provision_id="o", number=0)
    for changed in (1, 0):
        assert changed == data.run("provision_back", provision_id="o")
    for changed in (1, 0):
        assert changed == data.run("provision_approve", provision_id="p", mandate_id="m")
    for changed in (1, 0):
        assert changed == data.run(
            "provision_finish", provision_id="p", finished_at=3.0, people=2, refused=1, recalls=0
        )
    for changed in (1, 0):
        assert changed == data.run("provision_fetch", provision_id="p", fetched_at=4.0)
    assert data.one(sql.ProvisionGet, provision_id="p") == (
        1, "club", "abe", 1.0, "a", "m", "fetched", 3.0, 4.0, 2, 1, 0,
    )  # fmt: skip
    assert data.all(sql.Provisions)[:1] == [("p", 1, "club", "abe", 1.0, "a", "fetched", 3.0, 4.0, 2, 1, 0)]


def test_records_are_a_persons_and_a_provisions(data):
    """One record each; a person's go with them, a provision's with the fetch."""
    for person_id, provision_id in ((SATO, "p"), (MORI, "p"), (MORI, "q")):
        data.run("provision_record_put", person_id=person_id, provision_id=provision_id, sealed=b"x")
    assert data.one(sql.ProvisionRecordGet, person_id=MORI, provision_id="p") == (b"x",)
    assert data.all(sql.ProvisionRecords, provision_id="p") == [(MORI, b"x"), (SATO, b"x")]
    assert data.all(sql.ProvisionRecordsOf, person_id=MORI) == [("p",), ("q",)]
    assert data.run("provision_record_delete", person_id=MORI, provision_id="q") == 1
    assert data.run("provision_record_erase", person_id=MORI) == 1
    assert data.run("provision_records_delete", provision_id="p") == 1


def test_recalls_are_told_once(data):
    """What waits for a recipient is told with one provision."""
    for recipient, pseudonym, at in (("club", "b", 2.0), ("club", "a", 1.0), ("other", "c", 1.0)):
        data.run("recall_put", recipient=recipient, pseudonym=pseudonym, at=at)
    assert data.all(sql.RecallsWaiting, recipient="club") == [("a", 1.0), ("b", 2.0)]
    assert data.run("recalls_tell", recipient="club", provision_id="p") == 2
    assert data.all(sql.RecallsWaiting, recipient="club") == []
    assert data.all(sql.RecallsOfProvision, provision_id="p") == [("a", 1.0), ("b", 2.0)]
    assert data.all(sql.RecallsWaiting, recipient="other") == [("c", 1.0)]
