"""Letters that wait, fax jobs, call sheets and what was written in cases, in D."""

from __future__ import annotations

from kept.store import sql

MORI, SATO = b"m" * 16, b"s" * 16


def letter(data, person_id=MORI, message_id="m1", origin_id="1001", at=1.0):
    """Put a letter aside."""
    data.insert("letter_put", person_id=person_id, message_id=message_id, origin="case", origin_id=origin_id,
                purpose="contact", put_at=at)  # fmt: skip


def outbox(data, message_id="m1", status="sent"):
    """A message of the outbox in one status."""
    data.insert("outbox_put", person_id=MORI, message_id=message_id, origin="case", origin_id="1001", purpose="contact",
                channel="post", mandate_id="x")  # fmt: skip
    data.run(
        "outbox_take",
        person_id=MORI,
        message_id=message_id,
        attempts=0,
        status=status,
        entry_id="e",
        notice_id="n",
        at=2.0,
    )


def status(data, message_id="m1"):
    """Status and reason of a message."""
    return data.one(sql.OutboxFind, message_id=message_id)[5:7]


def test_letters_wait_in_their_order_and_go_once(data):
    """By purpose and origin; a deleted one is gone."""
    letter(data, at=2.0)
    letter(data, SATO, "m2", at=1.0)
    letter(data, SATO, "m3", "1002")
    found = data.all(sql.LettersOfOrigin, purpose="contact", origin="case", origin_id="1001", limit=10)
    assert [row[1] for row in found] == ["m2", "m1"]
    assert len(data.all(sql.LettersOfOrigin, purpose="contact", origin="case", origin_id="1001", limit=1)) == 1
    assert data.all(sql.LettersOfPurpose, purpose="contact", limit=10) == [
        ("case", "1001", 1.0), ("case", "1001", 2.0), ("case", "1002", 1.0),
    ]  # fmt: skip
    assert data.all(sql.LettersOfPurpose, purpose="event", limit=10) == []
    assert data.one(sql.LetterOfPerson, person_id=MORI, message_id="m1") == (2.0,)
    assert [row[0] for row in data.all(sql.LettersOfPerson, person_id=SATO)] == ["m2", "m3"]
    for changed in (1, 0):
        assert data.run("letter_delete", person_id=MORI, message_id="m1") == changed
    assert data.run("letter_erase", person_id=SATO) == 2


def test_what_was_sent_can_turn_out_not_to_be(data):
    """Left out at the printer, given up by the fax server, or there after all."""
    outbox(data)
    for changed in (1, 0):
        assert changed == data.run("sent_is_left_out", person_id=MORI, message_id="m1", reason="stopped", moved_at=3.0)
    assert status(data) == ("left-out", "stopped")
    outbox(data, "m2")
    for changed in (1, 0):
        assert changed == data.run("sent_is_failed", person_id=MORI, message_id="m2", reason="fax-failed", moved_at=3.0)
    assert status(data, "m2") == ("failed", "fax-failed")
    outbox(data, "m4")
    assert [row[1] for row in data.all(sql.SentByChannel, channel="post")] == ["m4"]
    assert data.all(sql.SentByChannel, channel="phone") == []
    for changed in (1, 0):
        assert changed == data.run("sent_is_unknown", person_id=MORI, message_id="m4", moved_at=3.0)
    assert status(data, "m4") == ("unknown", "")
    outbox(data, "m3", "unknown")
    for changed in (1, 0):
        assert changed == data.run("unknown_is_sent", person_id=MORI, message_id="m3", moved_at=3.0)
    assert status(data, "m3") == ("sent", "")


def test_a_fax_job_moves_and_may_be_given_again(data):
    """Under the same number it begins anew."""
    data.run("fax_job_put", person_id=MORI, message_id="m1", purpose="contact", state="handing", moved_at=1.0)
    data.run("fax_job_move", person_id=MORI, message_id="m1", job="7", state="queued", moved_at=2.0)
    assert data.one(sql.FaxJobGet, person_id=MORI, message_id="m1") == ("7", "queued", 2.0)
    assert data.all(sql.FaxJobsInState, state="queued") == [(MORI, "m1", "contact", "7", 2.0)]
    data.run("fax_job_put", person_id=MORI, message_id="m1", purpose="contact", state="handing", moved_at=3.0)
    assert data.one(sql.FaxJobGet, person_id=MORI, message_id="m1") == ("", "handing", 3.0)
    assert data.all(sql.FaxJobsOfPerson, person_id=MORI) == [("m1", "contact", "", "handing")]
    assert data.all(sql.FaxJobsOfPerson, person_id=SATO) == []
    assert data.run("fax_job_erase", person_id=MORI) == 1


def test_a_call_sheet_begins_once_and_ends(data):
    """It takes rows until somebody begins, is over by its time box, and ends once."""
    assert data.one(sql.CallSheetNext) == (0,)
    data.insert(
        "call_sheet_insert", sheet_id="s", number=1, origin="case", origin_id="1001", purpose="contact", made_at=1.0
    )
    assert data.one(sql.CallSheetNext) == (1,)
    assert data.one(sql.CallSheetOfOrigin, origin="case", origin_id="1001", purpose="contact") == ("s",)
    for changed in (1, 0):
        assert changed == data.run("call_sheet_begin", sheet_id="s", begun_by="sato", ends_at=10.0)
    assert data.one(sql.CallSheetOfOrigin, origin="case", origin_id="1001", purpose="contact") is None
    assert data.one(sql.CallSheetGet, sheet_id="s") == (1, "case", "1001", "contact", 1.0, "begun", "sato", 10.0)
    assert data.all(sql.CallSheetsOver, at=10.0) == []
    assert data.all(sql.CallSheetsOver, at=10.5) == [("s",)]
    for changed in (1, 0):
        assert changed == data.run("call_sheet_end", sheet_id="s")
    assert data.all(sql.CallSheets) == [("s",)]


def test_rows_of_a_sheet_keep_their_place(data):
    """Each moves from where it was expected to be."""
    assert data.one(sql.CallRowNext, sheet_id="s") == (0,)
    for place, (person_id, message_id) in enumerate(((SATO, "m2"), (MORI, "m1")), start=1):
        data.insert("call_row_put", person_id=person_id, message_id=message_id, sheet_id="s", place=place, moved_at=1.0)
    assert data.one(sql.CallRowNext, sheet_id="s") == (2,)
    for changed in (1, 0):
        assert changed == data.run(
            "call_row_move", person_id=MORI, message_id="m1", expected="waiting", outcome="shown", moved_at=2.0
        )
    assert data.run("call_row_dial", person_id=MORI, message_id="m1", dialled=b"t") == 1
    assert [row.dialled for row in data.all(sql.CallRows, sheet_id="s")] == [None, b"t"]
    assert [(row[1], row[2], row[5]) for row in data.all(sql.CallRows, sheet_id="s")] == [
        ("m2", 1, "waiting"), ("m1", 2, "shown"),
    ]  # fmt: skip
    assert data.one(sql.CallRowOfPerson, person_id=MORI, message_id="m1") == ("s", "shown", 2.0)
    assert [row[0] for row in data.all(sql.CallRowsOfPerson, person_id=MORI)] == ["m1"]
    assert data.run("call_row_leave", person_id=MORI, message_id="m1") == 0, "it is open"
    assert data.run("call_row_erase", person_id=MORI) == 1
    for changed in (1, 0):
        assert data.run("call_row_delete", person_id=SATO, message_id="m2") == changed


def test_what_was_written_is_a_cases_and_a_persons(data):
    """Newest first, and gone with the person."""
    for message_id, at in (("m1", 1.0), ("m2", 2.0)):
        data.insert("contact_put", person_id=MORI, message_id=message_id, case_id="c", channel="mail", written_at=at)
    assert data.one(sql.ContactGet, person_id=MORI, message_id="m1")[0:2] == ("c", "mail")
    assert [row[1] for row in data.all(sql.ContactsOfCase, case_id="c")] == ["m2", "m1"]
    assert [row[0] for row in data.all(sql.ContactsOfPerson, person_id=MORI)] == ["m2", "m1"]
    assert data.one(sql.ContactFind, message_id="m1")[0:3] == (MORI, "c", "mail")
    assert data.run("contact_drop", message_id="m1") == 1
    assert data.one(sql.ContactFind, message_id="m1") is None
    assert data.run("contact_erase", person_id=MORI) == 1


def test_an_inquiry_is_taken_up_and_answered_once(data):
    """The oldest first while nobody answered; taken from whoever has it; gone with the person."""
    for inquiry_id, at in (("i1", 1.0), ("i2", 2.0)):
        data.insert("inquiry_put", person_id=MORI, inquiry_id=inquiry_id, case_id="", asked_at=at)
    assert [row.inquiry_id for row in data.all(sql.InquiriesWaiting, since=0.0, after="", limit=1)] == ["i1"]
    assert [row.inquiry_id for row in data.all(sql.InquiriesWaiting, since=1.0, after="i1", limit=9)] == ["i2"]
    taking = {"person_id": MORI, "inquiry_id": "i1", "key_id": "k", "sealed": b"s"}
    assert [data.run("inquiry_take", **taking, before="", case_id=one) for one in ("c", "d")] == [1, 0]
    assert data.run("inquiry_take", **taking, before="c", case_id="d") == 1
    assert [data.run("inquiry_answer", person_id=MORI, inquiry_id="i1", at=at) for at in (3.0, 4.0)] == [1, 0]
    assert data.run("inquiry_take", **taking, before="d", case_id="e") == 0, "it was answered"
    assert [row.inquiry_id for row in data.all(sql.InquiriesWaiting, since=0.0, after="", limit=9)] == ["i2"]
    assert data.all(sql.InquiriesWaiting, since=9.0, after="", limit=9) == []
    found = data.all(sql.InquiriesOfPerson, person_id=MORI)
    assert [(row.inquiry_id, row.answered_at) for row in found] == [("i2", None), ("i1", 3.0)]
    assert data.run("inquiry_erase", person_id=MORI) == 2


def test_a_mark_is_made_once_and_settled_once(data):
    """Marked by its person, listed until settled; neither a second time, nor one that was not marked."""
    data.insert("contact_put", person_id=b"m" * 16, message_id="m1", purpose="contact")
    assert data.run("contact_settle", message_id="m1", at=2.0, settled_by="kato") == 0
    assert [data.run("contact_mark", person_id=b"m" * 16, message_id="m1", at=1.0) for _ in range(2)] == [1, 0]
    assert [row[0] for row in data.all(sql.ContactsMarked)] == ["m1"]
    assert [data.run("contact_settle", message_id="m1", at=2.0, settled_by="kato") for _ in range(2)] == [1, 0]
    assert data.all(sql.ContactsMarked) == []
