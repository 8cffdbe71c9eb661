"""Staff in D: members, sessions, credentials, mandates, cases, approvals, rights requests, rates."""

from __future__ import annotations

import pytest

from kept.errors import ConflictError
from kept.store import sql

MORI, SATO = b"m" * 16, b"s" * 16


def test_staff_are_found_by_login_and_listed(data):
    """A login is given once."""
    for staff_id, login in (("s2", "ogawa"), ("s1", "abe")):
        data.insert("staff_insert", staff_id=staff_id, login=login, created_at=1.0)
    with pytest.raises(ConflictError):
        data.insert("staff_insert", staff_id="s3", login="abe")
    assert data.one(sql.StaffByLogin, login="abe") == ("s1", "password_hash", b"second_factor", 0, "roles", None)
    assert data.one(sql.StaffGet, staff_id="s2") == ("ogawa", "roles", None, b"second_factor")
    assert data.all(sql.StaffAll) == [
        ("s1", "abe", "roles", 1.0, None, b"human"),
        ("s2", "ogawa", "roles", 1.0, None, b"human"),
    ]


def test_a_one_time_code_is_spent_with_all_before_it(data):
    """The same counter, or an older one, is not taken again."""
    data.insert("staff_insert", staff_id="s1", login="abe")
    assert data.run("staff_counter", staff_id="s1", counter=7) == 1
    assert data.run("staff_counter", staff_id="s1", counter=7) == 0
    assert data.run("staff_counter", staff_id="s1", counter=6) == 0
    assert data.run("staff_counter", staff_id="s1", counter=8) == 1


def test_disabled_staff_do_not_count(data):
    """Disabling happens once and says when."""
    for staff_id in ("s1", "s2"):
        data.insert("staff_insert", staff_id=staff_id, login=staff_id)
    was = data.one(sql.StaffByLogin, login="s1").password_hash
    assert [data.run("staff_password_again", staff_id="s1", was=was, hash="again") for _ in range(2)] == [1, 0]
    assert data.one(sql.StaffByLogin, login="s1").password_hash == "again"
    assert data.run("staff_disable", staff_id="s1", at=5.0) == 1
    assert data.run("staff_disable", staff_id="s1", at=6.0) == 0
    assert data.one(sql.StaffGet, staff_id="s1")[2] == 5.0
    assert data.one(sql.StaffCount) == (1,)


def test_staff_sessions_end_one_all_or_by_time(data):
    """Signing out ends one, disabling ends a member's, the sweep ends what is over."""
    for token_hash, staff_id, expires_at in (
        (b"a", "s1", 9.0),
        (b"b", "s1", 9.0),
        (b"c", "s2", 9.0),
        (b"d", "s2", 5.0),
    ):
        data.insert("staff_session_insert", token_hash=token_hash, staff_id=staff_id, expires_at=expires_at)
    assert data.run("staff_session_delete", token_hash=b"a") == 1
    assert data.run("staff_sessions_of", staff_id="s1") == 1
    assert data.run("staff_sessions_expire", at=7.0) == 1
    assert data.one(sql.StaffSessionGet, token_hash=b"c") == ("s2", 1000.5, 9.0)
    assert data.one(sql.StaffSessionGet, token_hash=b"d") is None


def test_a_credential_is_revoked_once(data):
    """The first revocation stays on record."""
    data.insert("credential_insert", credential_id="c", role="shop", purposes="contact", created_at=1.0)
    data.insert("credential_insert", credential_id="d", role="shop", purposes="", created_at=2.0)
    assert data.run("credential_revoke", credential_id="c", at=5.0) == 1
    assert data.run("credential_revoke", credential_id="c", at=6.0) == 0
    said = ("label", "shop", "contact", "rights", "system", 1.0, 5.0)
    assert data.one(sql.CredentialGet, credential_id="c") == (b"secret_hash", *said)
    assert data.all(sql.Credentials) == [("c", *said), ("d", "label", "shop", "", "rights", "system", 2.0, None)]


def mandate(data, mandate_id="m", **given):
    """Issue a mandate with 10 releases, until time 100."""
    data.insert("mandate_insert", **{"mandate_id": mandate_id, "volume_left": 10, "expires_at": 100.0, **given})


def test_a_mandate_is_charged_while_it_holds_and_has_that_much_left(data):
    """Over its volume, after its end, after its revocation: nothing is charged."""
    mandate(data)
    assert data.run("mandate_charge", mandate_id="m", count=8, at=100.0) == 1
    assert data.run("mandate_charge", mandate_id="m", count=3, at=100.0) == 0
    assert data.run("mandate_charge", mandate_id="m", count=1, at=100.5) == 0
    assert data.run("mandate_charge", mandate_id="m", count=2, at=1.0) == 1
    assert data.one(sql.MandateGet, mandate_id="m") == (
        "kind", "actor", "role", "purpose", "case_id", 1000.5, 100.0, None, 0,
    )  # fmt: skip


def test_mandates_end_with_their_case_and_their_actor(data):
    """Revoking by case or actor takes those alone, once, and nothing can be charged afterwards."""
    for mandate_id, case_id, actor in (("m1", "c1", "abe"), ("m2", "c2", "abe"), ("m3", "c3", "ogawa")):
        mandate(data, mandate_id, case_id=case_id, actor=actor)
    assert data.run("mandates_revoke_case", case_id="c1", at=5.0) == 1
    assert data.run("mandates_revoke_actor", actor="abe", at=6.0) == 1
    assert data.one(sql.MandateOfCase, case_id="c1") == ("m1", 1000.5, 100.0, 5.0, 10)
    assert [data.one(sql.MandateGet, mandate_id=one)[7] for one in ("m1", "m2", "m3")] == [5.0, 6.0, None]
    assert data.run("mandate_charge", mandate_id="m1", count=1, at=1.0) == 0
    assert data.run("mandate_charge", mandate_id="m3", count=1, at=1.0) == 1


def test_cases_are_numbered_in_the_transaction_that_opens_them(data):
    """Numbers begin after 1000 and follow each other; a number taken is a conflict."""

    async def open_case(tx, case_id):
        (last,) = await tx.one(sql.CaseNext)
        given = {"staff_id": "s1", "role": "support", "purpose": "contact", "opened_at": 1.0, "expires_at": 9.0}
        await tx.run("case_insert", case_id=case_id, number=last + 1, **given)

    for case_id in ("a", "b"):
        data.write(lambda tx, case_id=case_id: open_case(tx, case_id))
    with pytest.raises(ConflictError):
        data.insert("case_insert", case_id="c", number=1001)
    assert data.run("case_close", case_id="a", at=5.0) == 1
    assert data.run("case_close", case_id="a", at=6.0) == 0
    assert data.one(sql.CaseGet, case_id="a") == (1001, "s1", "support", "contact", 1.0, 9.0, 5.0)
    assert data.all(sql.CasesOfStaff, staff_id="s1", limit=9) == [
        ("b", 1002, "contact", 1.0, 9.0, None),
        ("a", 1001, "contact", 1.0, 9.0, 5.0),
    ]
    assert len(data.all(sql.CasesOfStaff, staff_id="s1", limit=1)) == 1


def test_a_case_forgets_its_person_when_they_are_erased(data):
    """The case stays, whom it held is gone."""
    data.insert("case_person_insert", person_id=MORI, case_id="a", bound_at=2.0)
    assert data.one(sql.CasePersonGet, case_id="a") == (MORI,)
    assert data.run("case_person_erase", person_id=MORI) == 1
    assert data.one(sql.CasePersonGet, case_id="a") is None


def test_a_second_approver_decides_once(data):
    """A decided act no longer waits, and nobody decides it again."""
    for approval_id, requested_at in (("b", 2.0), ("a", 1.0)):
        data.insert("approval_insert", approval_id=approval_id, requested_at=requested_at, act="erase", subject="R-1")
    assert [row.approval_id for row in data.all(sql.ApprovalsWaiting, at=1000.5)] == ["a", "b"]
    assert data.all(sql.ApprovalsWaiting, at=1000.6) == []
    decision = {"approval_id": "a", "expected": "waiting", "outcome": "approved"}
    assert data.run("approval_decide", **decision, decided_by="ogawa", at=1000.6) == 0
    assert (data.all(sql.ApprovalsOver, at=1000.5), data.run("approval_end", approval_id="a", at=1000.5)) == ([], 0)
    data.insert("approval_insert", approval_id="c", requested_at=3.0, expires_at=4.0, act="erase", subject="R-1")
    assert data.all(sql.ApprovalsOver, at=4.5) == [("c", "erase", "R-1")]
    assert data.run("approval_end", approval_id="c", at=4.5) == 1
    assert data.all(sql.ApprovalsOver, at=4.5) == []
    assert data.run("approval_decide", **decision, decided_by="requested_by", at=5.0) == 0
    assert data.run("approval_decide", **decision, decided_by="ogawa", at=5.0) == 1
    assert data.run("approval_decide", **decision, decided_by="abe", at=5.0) == 0
    assert data.one(sql.ApprovalGiven, act="erase", subject="R-1") == ("ogawa",)
    assert data.one(sql.ApprovalGiven, act="erase", subject="R-2") is None
    assert data.one(sql.ApprovalGet, approval_id="a") == (
        "erase", "R-1", "requested_by", 1.0, 1000.5, "ogawa", "approved",
    )  # fmt: skip
    assert data.all(sql.ApprovalsWaiting, at=5.0) == [("b", "erase", "R-1", "requested_by", 2.0, 1000.5)]
    assert [data.run("approval_use", approval_id="a", at=at) for at in (1000.6, 1000.5, 5.0)] == [0, 1, 0]
    assert data.run("approval_use", approval_id="b", at=5.0) == 0


def test_a_rights_request_goes_its_way_step_by_step(data):
    """Each step is taken once, from where it was looked at; what is overdue is counted; a number is never taken twice."""
    assert data.one(sql.RightsNext) == (0,)
    data.insert("rights_insert", request_id="r", number=1, channel="post", received_at=1.0, due_at=9.0, status="open")
    move = {"request_id": "r", "approval_id": "a", "finished_at": None, "outcome": "", "sealed": None}
    assert data.run("rights_move", **move, step=1, was="open", status="checked") == 0
    assert data.run("rights_move", **move, step=0, was="checked", status="approved") == 0
    assert data.run("rights_move", **move, step=0, was="open", status="awaiting approval") == 1
    assert data.run("rights_move", **move, step=0, was="open", status="awaiting approval") == 0
    assert data.run("rights_back", request_id="r") == 1
    assert data.run("rights_back", request_id="r") == 0
    assert (data.one(sql.RightsOverdue, at=9.0)[0], data.one(sql.RightsOverdue, at=9.1)[0]) == (0, 1)
    assert data.one(sql.RightsWaiting)[0] == 1
    end = {**move, "finished_at": 5.0, "outcome": "answered", "sealed": b"said"}
    assert data.run("rights_move", **end, step=2, was="checked", status="finished") == 1
    assert data.one(sql.RightsGet, request_id="r") == (
        1, "post", "case_id", "opened_by", 1.0, 9.0, 3, "finished", "a", 5.0, "answered", b"said",
    )  # fmt: skip
    assert (
        data.one(sql.RightsOverdue, at=99.0)[0] == data.run("rights_end", request_id="r", at=6.0, outcome="gone") == 0
    )
    data.insert("rights_insert", request_id="s", number=2, status="open", due_at=7.0)
    data.insert("rights_insert", request_id="t", number=3, status="open", due_at=6.0)
    assert data.one(sql.RightsNext) == (3,)
    assert [row.request_id for row in data.all(sql.RightsOpen)] == ["t", "s"]
    assert data.run("rights_end", request_id="s", at=6.0, outcome="erased meanwhile") == 1
    assert [row.request_id for row in data.all(sql.RightsAnswered, limit=5)] == ["s", "r"]
    assert [row.request_id for row in data.all(sql.RightsAnswered, limit=1)] == ["s"]


def test_a_rights_request_forgets_its_person_when_they_are_erased(data):
    """The request stays; whom it was about, what it said and its paper are gone."""
    data.insert("rights_person_insert", person_id=MORI, request_id="r", sealed=b"note")
    assert data.run("rights_person_set", person_id=MORI, request_id="r", key_id="k", sealed=b"more") == 1
    assert data.one(sql.RightsPersonGet, request_id="r") == (MORI, "k", b"more")
    assert data.all(sql.RightsOfPerson, person_id=MORI) == [("r",)]
    assert data.run("rights_request_person_erase", person_id=SATO) == 0
    assert data.run("rights_request_person_erase", person_id=MORI) == 1
    assert data.one(sql.RightsPersonGet, request_id="r") is None
    for content in (b"letter", b"better scan"):
        data.insert("rights_paper_put", person_id=MORI, request_id="r", sealed=content, until=9.0)
    assert data.one(sql.RightsPaperGet, request_id="r") == ("key_id", b"better scan")
    assert (data.run("rights_papers_end", at=9.0), data.run("rights_papers_end", at=9.1)) == (0, 1)
    data.insert("rights_paper_put", person_id=MORI, request_id="s")
    assert data.run("rights_request_paper_erase", person_id=MORI) == 1


def test_tries_are_counted_and_forgotten(data):
    """A bucket holds its last count until it is old."""
    assert data.one(sql.RateGet, bucket="b") is None
    data.run("rate_put", bucket="b", started_at=1.0, count=1)
    assert data.run("rate_put", bucket="b", started_at=1.0, count=2) == 1
    data.run("rate_put", bucket="c", started_at=9.0, count=1)
    assert data.one(sql.RateGet, bucket="b") == (1.0, 2)
    assert data.run("rates_expire", at=5.0) == 1
    assert data.one(sql.RateGet, bucket="b") is None
    assert data.one(sql.RateGet, bucket="c") == (9.0, 1)


def test_look_ups_of_a_day_are_counted_and_end(data):
    """Tries up to the limit and what a second granted; each day and purpose has its own count; old days go."""
    mine = {"actor": "staff:a", "purpose": "contact", "day": "2026-11-01"}
    assert [data.run("look_up_try", **mine, most=2) for _ in range(3)] == [1, 1, 0]
    data.run("look_up_refuse", **mine)
    assert data.run("look_up_grant", **mine, more=1) == 1
    assert data.run("look_up_grant", **mine, more=5) == 0, "once a day"
    assert [data.run("look_up_try", **mine, most=2) for _ in range(2)] == [1, 0]
    assert data.run("look_up_try", **(mine | {"purpose": "event"}), most=1) == 1
    assert data.all(sql.LookUpsRefused, since="2026-11-01") == [("staff:a", "contact", "2026-11-01", 3, 1, 1)]
    assert data.all(sql.LookUpsRefused, since="2026-11-02") == []
    assert data.run("look_ups_expire", before="2026-11-02") == 2
    for note in (b"s", b"t"):
        data.run("looked_into_put", alarm_id="a", day="2026-11-01", sealed=note)
    assert data.one(sql.LookedIntoGet, alarm_id="a") == (b"t",)
    assert data.run("looked_into_expire", before="2026-11-02") == 1
    data.run("look_up_grant", **mine, more=1)
    assert data.all(sql.LookUpsRefused, since="2026-11-01") == []


def test_what_the_sign_in_saw_is_counted_by_the_day_told_and_forgotten(data):
    """Each kind has its count; told again when there is twice as much; gone with its person, or when its day is old."""
    mine = {"person_id": MORI, "day": "2026-11-01", "kind": "guess"}
    for at in (1.0, 2.0, 3.0):
        data.run("sign_add", **mine, at=at)
    assert data.all(sql.SignsNew, since="2026-11-01") == [(MORI, "2026-11-01", "guess", 3, 0)]
    assert data.run("sign_tell", **mine, count=2, told=2) == 0
    assert data.run("sign_tell", **mine, count=3, told=3) == 1
    assert data.all(sql.SignsNew, since="2026-11-01") == []
    for at in (4.0, 5.0, 6.0):
        data.run("sign_add", **mine, at=at)
    assert data.all(sql.SignsNew, since="2026-11-01") == [(MORI, "2026-11-01", "guess", 6, 3)]
    assert data.all(sql.SignsNew, since="2026-11-02") == []
    written = mine | {"kind": "written", "at": 7.0}
    assert [data.run("sign_once", **written) for _ in range(2)] == [1, 0]
    data.run("sign_add", person_id=SATO, day="2026-11-02", kind="guess", at=8.0)
    assert data.all(sql.SignsOf, person_id=MORI) == [("2026-11-01", "guess", 6, 6.0), ("2026-11-01", "written", 1, 7.0)]
    assert data.run("signs_expire", before="2026-11-02") == 2
    assert data.run("sign_erase", person_id=SATO) == 1
