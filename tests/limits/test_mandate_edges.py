"""Mandates, cases, approvals, forms, messages and sweeps at both sides of their edge."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pytest
from asked import CONSOLE, SITE, Browser
from installation import MAIL, NAME, second_version
from registered import CONFIRMS, asked, clerk
from second import read_and_approve
from writing_letters import came

from clauses.test_2_9_from_another_company import Partner
from clauses.test_4_9_disclosure_the_law_requires import LegalDesk
from kept import limits
from kept.channels.handed import Handed
from kept.crypto.sealed_to import OpeningKey
from kept.errors import (
    ClosedError,
    DeniedError,
    InputError,
    KeptError,
    LimitError,
    MalformedError,
    SignInError,
    SubmissionError,
)
from kept.guarantees.board import promise_board
from kept.policy.day import begin_of
from kept.policy.words import ClauseState, Exit
from kept.services.authorities import disclosures
from kept.services.authorities.request_paper import end_papers
from kept.services.cases import cases, emergencies, witnessed_entry, witnessing
from kept.services.engine.entry import Account, build_entry
from kept.services.engine.flush import Condition, Moved
from kept.services.figures import projections
from kept.services.forms.submission import parse_submission
from kept.services.gate import gate, look_ups
from kept.services.gate.external_ids import external_form
from kept.services.messages import holds, outbox
from kept.services.messages.unknown_outcome import find_unknown
from kept.services.my_data import erasure, own_requests, rights_answers, rights_paper, rights_requests
from kept.services.my_data.own_data import own_data
from kept.services.my_data.rights_requests import Asked
from kept.services.staff import attestations, desk_mandate, parties
from kept.services.staff.activation import activate, propose
from kept.services.staff.credentials import credential_of, issue_credential, mandate_for
from kept.services.staff.mandates import staff_mandate
from kept.services.third_parties import intake
from kept.services.upkeep import retention
from kept.services.upkeep.routine import tidy

pytestmark = pytest.mark.anyio


async def program(installation):
    """A mandate of an API credential for contact."""
    credential = await issue_credential(installation.engine, "mailer", "support", ("contact",), by="test")
    return await mandate_for(installation.engine, await credential_of(installation.engine, credential))


async def read(installation, mandate, own, exit=Exit.APP):  # noqa: A002 -- the field's own word
    """Read a name."""
    return await gate.read(installation.engine, mandate, own.person_id, ("name",), exit)


# -------------------------------------------------------------------- mandates


@pytest.mark.edge("CREDENTIAL_MANDATE_SECONDS")
async def test_a_mandate_of_a_credential(installation):
    """It opens until its last second; then the program signs in again."""
    own, mandate = await installation.mori(), await program(installation)
    installation.wall.pass_(limits.CREDENTIAL_MANDATE_SECONDS - 1)
    await read(installation, mandate, own)
    installation.wall.pass_(2)
    with pytest.raises(DeniedError):
        await read(installation, mandate, own)
    longer = dataclasses.replace(mandate, expires_at=mandate.expires_at + 3600)
    with pytest.raises(DeniedError):  # what it says of itself does not count: the flush looks at the row
        await read(installation, longer, own)


@pytest.mark.edge("CREDENTIAL_RELEASES")
async def test_the_volume_of_a_credential(installation):
    """It has the volume of the table, and the last release of a mandate is its last."""
    own, mandate = await installation.mori(), await program(installation)
    assert installation.sql("SELECT volume_left FROM mandate") == [(limits.CREDENTIAL_RELEASES,)]
    installation.ours("UPDATE mandate SET volume_left = 1")
    await read(installation, mandate, own)
    with pytest.raises(DeniedError) as refused:
        await read(installation, mandate, own)
    assert refused.value.step == 9


@pytest.mark.edge("RELEASED_OPEN_SECONDS")
async def test_a_released_value(installation):
    """It opens until its last second, and not after."""
    own, mandate = await installation.mori(), await program(installation)
    early, late = [(await read(installation, mandate, own)).name for _ in range(2)]
    installation.wall.pass_(limits.RELEASED_OPEN_SECONDS - 1)
    with early.open() as text:
        assert text
    installation.wall.pass_(2)
    with pytest.raises(DeniedError) as refused, late.open():
        pass
    assert refused.value.reason == "opened-late"


@pytest.mark.edge("SLOTS_OF_A_READ")
async def test_the_slots_of_one_read(installation):
    """64 are asked for at once, and no more."""
    own, mandate = await installation.mori(), await program(installation)
    for count, reason in ((limits.SLOTS_OF_A_READ, "uses"), (limits.SLOTS_OF_A_READ + 1, "items-count")):
        slots = tuple(f"answer.q{number}" for number in range(count))
        with pytest.raises(KeptError) as refused:
            await gate.read(installation.engine, mandate, own.person_id, slots, Exit.APP)
        assert (refused.value.reason == "items-count") is (reason == "items-count")


@pytest.mark.edge("DESK_WORK_SECONDS")
async def test_a_piece_of_work_at_a_desk(installation):
    """Its mandate opens until its last second, and not after."""
    own, session = await installation.mori(), await installation.staff()
    bare = await desk_mandate.issue_mandate(installation.engine, session, "contact", people=1)
    mandate = dataclasses.replace(bare, person_id=own.person_id)
    assert mandate.expires_at - installation.engine.clock.now() == pytest.approx(limits.DESK_WORK_SECONDS, abs=1)
    installation.ours("UPDATE mandate SET volume_left = 5")
    installation.wall.pass_(limits.DESK_WORK_SECONDS - 1)
    await read(installation, mandate, own, Exit.SCREEN)
    installation.wall.pass_(2)
    with pytest.raises(DeniedError):
        await read(installation, mandate, own, Exit.SCREEN)


@pytest.mark.edge("CASE_SECONDS")
async def test_a_case(installation):
    """It opens until its last second, and not after."""
    await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    installation.wall.pass_(case.opened_at + limits.CASE_SECONDS - 1 - installation.engine.clock.now())
    await cases.open_item(installation.engine, session, case.id, "name")
    installation.wall.pass_(2)
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(installation.engine, session, case.id, "name")
    assert refused.value.reason == "case-over"


async def lend(installation, session, text="Somebody may be hurt"):
    """Open an emergency about the customer."""
    return await emergencies.open_emergency(
        installation.engine, session, purpose="contact", why="danger-to-a-person", text=text,
        criteria={"mail_address": MAIL},
    )  # fmt: skip


@pytest.mark.edge("EMERGENCY_SECONDS")
async def test_an_emergency(installation):
    """A lent role opens until its last second, and not after."""
    await installation.mori()
    opens = await installation.staff("kato", ("privacy",))
    case = await cases.case_of(installation.engine, opens, await lend(installation, opens))
    installation.wall.pass_(case.opened_at + limits.EMERGENCY_SECONDS - 1 - installation.engine.clock.now())
    await cases.open_item(installation.engine, opens, case.id, "name")
    installation.wall.pass_(2)
    with pytest.raises(DeniedError):
        await cases.open_item(installation.engine, opens, case.id, "name")


@pytest.mark.edge("EMERGENCY_RELEASES")
async def test_the_values_of_an_emergency(installation):
    """Ten in all, the one it was found by included."""
    await installation.mori()
    opens = await installation.staff("kato", ("privacy",))
    case = await lend(installation, opens)
    left = installation.sql("SELECT volume_left FROM mandate")[0][0]
    assert limits.EMERGENCY_RELEASES - 2 <= left <= limits.EMERGENCY_RELEASES
    for _ in range(left):
        await cases.open_item(installation.engine, opens, case, "name")
    with pytest.raises(DeniedError):
        await cases.open_item(installation.engine, opens, case, "name")


@pytest.mark.edge("EMERGENCY_TEXT_CHARACTERS")
async def test_the_text_of_an_emergency(installation):
    """500 characters, and no more."""
    await installation.mori()
    opens = await installation.staff("kato", ("privacy",))
    with pytest.raises(InputError):
        await lend(installation, opens, "x" * (limits.EMERGENCY_TEXT_CHARACTERS + 1))
    assert await lend(installation, opens, "x" * limits.EMERGENCY_TEXT_CHARACTERS)


@pytest.mark.edge("EMERGENCY_REVIEW_SECONDS")
async def test_the_review_of_an_emergency(installation):
    """The board is content until the last second of the three days, and not after."""
    await installation.mori()
    assert emergencies.review_seconds(installation.engine) == limits.EMERGENCY_REVIEW_SECONDS
    opens = await installation.staff("kato", ("privacy",))
    await installation.staff("ono", ("privacy",))
    await lend(installation, opens)
    (began,) = await emergencies.waiting_for_review(installation.engine)

    async def state():
        board = await promise_board(installation.engine)
        return next(one for one in board.of("5.2").parts if one.part.id == "break-glass-reviewed").state

    installation.wall.pass_(began + limits.EMERGENCY_REVIEW_SECONDS - 1 - installation.engine.clock.now())
    assert await state() is ClauseState.KEPT
    installation.wall.pass_(2)
    assert await state() is ClauseState.NOT_KEPT_YET


@pytest.mark.edge("RIGHTS_REQUEST_DUE_SECONDS", "RIGHTS_REQUEST_NOTE_CHARACTERS")
async def test_a_request_by_right(installation):
    """Due in fourteen days, with a note of a thousand characters."""
    await installation.mori()
    officer = await installation.staff("ueda", ("privacy",))

    async def request(length):
        return await came(installation, officer, "disclosure", note="x" * length)

    with pytest.raises(InputError):
        await request(limits.RIGHTS_REQUEST_NOTE_CHARACTERS + 1)
    made = await rights_requests.request_of(installation.engine, await request(limits.RIGHTS_REQUEST_NOTE_CHARACTERS))
    until = made.due_at - installation.engine.clock.now()
    assert limits.RIGHTS_REQUEST_DUE_SECONDS - 1 < until <= limits.RIGHTS_REQUEST_DUE_SECONDS


@pytest.mark.edge("WITNESSED_GIVEN_SECONDS", "WITNESSED_A_DAY", "WITNESSED_WAIT_SECONDS", "WITNESSED_SHOWN")
async def test_what_was_given_on_paper(installation, monkeypatch):
    """Entered within thirty days, thirty a day by one; it waits fourteen days for a second; a hundred are listed."""
    engine, kato = installation.engine, await installation.staff("kato", ("privacy",))
    paper = witnessed_entry.Typed(
        "paper", "registration", 1, "en", witnessed_entry.day_today(engine), fields=(("name", NAME),)
    )
    form_id = await witnessing.enter(engine, kato, paper)
    ends = begin_of(paper.given_on, engine.zone, after=1) + limits.WITNESSED_GIVEN_SECONDS
    installation.wall.pass_(limits.WITNESSED_WAIT_SECONDS - 60)
    await witnessing.finish_witnessed(engine)
    assert [one.status for one in await witnessing.lines(engine)] == ["waiting"]
    installation.wall.pass_(61)
    await witnessing.finish_witnessed(engine)
    assert [(one.id, one.status) for one in await witnessing.lines(engine)] == [(form_id, "over")]
    installation.wall.pass_(ends - engine.clock.now() - 60)
    kato = await installation.staff("kato2", ("privacy",))
    for _ in range(limits.WITNESSED_A_DAY):
        await witnessing.enter(engine, kato, paper)
    with pytest.raises(LimitError):
        await witnessing.enter(engine, kato, paper)
    monkeypatch.setattr(limits, "WITNESSED_SHOWN", limits.WITNESSED_A_DAY)
    assert len(await witnessing.lines(engine)) == limits.WITNESSED_A_DAY
    installation.wall.pass_(61)
    with pytest.raises(InputError) as refused:
        await witnessing.enter(engine, await installation.staff("kato3", ("privacy",)), paper)
    assert refused.value.reason == "witnessed-day"


@pytest.mark.edge("ATTESTATION_REFERENCE_CHARACTERS")
async def test_the_reference_of_an_attestation(installation):
    """200 characters, and no more."""
    session = await installation.staff("kato", ("privacy",))
    name = installation.engine.policy.policy.attestations[0].id
    with pytest.raises(InputError):
        await attestations.attest(
            installation.engine, session, name, "x" * (limits.ATTESTATION_REFERENCE_CHARACTERS + 1)
        )
    await attestations.attest(installation.engine, session, name, "x" * limits.ATTESTATION_REFERENCE_CHARACTERS)


@pytest.mark.edge("EXTERNAL_ID_CHARACTERS")
def test_an_id_of_another_system():
    """200 characters, and no more."""
    assert external_form("x" * limits.EXTERNAL_ID_CHARACTERS)
    with pytest.raises(InputError):
        external_form("x" * (limits.EXTERNAL_ID_CHARACTERS + 1))


# -------------------------------------------------------------------- what was decided on


async def test_what_was_decided_on_another_policy_is_decided_again(installation):
    """The flush looks at the policy in force in its own transaction: a release decided on the one before is not written."""
    engine = installation.engine
    before = engine.policy.hash

    def entry():
        return engine.seal_entry(
            build_entry(Account(act="actor:value:read", outcome="permitted", at=1.0, policy=before[:16])), None
        )

    await engine.flush.append(entry(), Condition(None, before))
    count = len(await installation.ledger())
    officer = await installation.staff("ueda", ("privacy",))
    await propose(engine, second_version(), by="test")
    await activate(engine, officer, 2)
    assert engine.policy.hash != before
    written = len(await installation.ledger())
    with pytest.raises(Moved):
        await engine.flush.append(entry(), Condition(None, before))
    assert len(await installation.ledger()) == written > count
    await engine.flush.append(entry(), Condition(None, engine.policy.hash))


# -------------------------------------------------------------------- sweeps, clock, gate


@pytest.mark.parametrize(
    ("people", "ended", "waits"),
    [
        (40, limits.SWEEP_PEOPLE, False),
        (40, limits.SWEEP_PEOPLE + 1, True),
        (1000, round(1000 * limits.SWEEP_SHARE), False),
        (1000, round(1000 * limits.SWEEP_SHARE) + 1, True),
    ],
)
@pytest.mark.edge("SWEEP_SHARE", "SWEEP_PEOPLE")
async def test_a_sweep_of_many(installation, monkeypatch, people, ended, waits):
    """More than 5 % of all people, and more than twenty, wait for an operator; then they go."""
    gone = []

    async def find(_engine):
        return [number.to_bytes(16, "big") for number in range(ended)], people

    async def end(_engine, person_id):
        gone.append(person_id)

    monkeypatch.setattr(retention, "_find_ended", find)
    monkeypatch.setattr(retention, "_end_slots", end)
    assert await retention.sweep(installation.engine) == (0 if waits else ended)
    assert len(gone) == (0 if waits else ended)
    if waits:
        assert await retention.sweep(installation.engine) == 0
        await retention.confirm_sweep(installation.engine, by="test")
        assert await retention.sweep(installation.engine) == len(gone) == ended


@pytest.mark.edge("CLOCK_BEHIND_SECONDS")
async def test_a_clock_that_is_behind(installation):
    """Five seconds are forgiven, and no more."""
    own = await installation.mori()
    installation.wall.leap(1 - limits.CLOCK_BEHIND_SECONDS)
    await own_data(installation.engine, own)
    installation.wall.leap(-2)
    with pytest.raises(ClosedError) as refused:
        await own_data(installation.engine, own)
    assert refused.value.reason == "clock-back"


@pytest.mark.edge("CLOCK_LEAP_SECONDS", "CLOCK_LEAP_BETWEEN_STARTS_SECONDS")
async def test_a_clock_that_leaps(installation):
    """An hour while running and a day between two starts are no leap; a second more is."""
    for leap in (limits.CLOCK_LEAP_SECONDS - 1, limits.CLOCK_LEAP_SECONDS + 1):
        installation.wall.leap(leap)
        installation.engine.clock.now()
        assert bool(installation.engine.clock.leapt_seconds) is (leap > limits.CLOCK_LEAP_SECONDS)
    installation.engine.clock.confirm_leap()
    clock = installation.engine.clock
    for away in (limits.CLOCK_LEAP_BETWEEN_STARTS_SECONDS - 1, limits.CLOCK_LEAP_BETWEEN_STARTS_SECONDS + 1):
        clock.load(installation.wall.wall() - away)
        assert bool(clock.leapt_seconds) is (away > limits.CLOCK_LEAP_BETWEEN_STARTS_SECONDS)


@pytest.mark.edge("ENTRY_WAITING_SECONDS")
async def test_an_entry_that_waits_for_its_place(installation):
    """Ten seconds, then the gate closes."""
    own = await installation.mori()
    engine = installation.engine
    since = await engine.sequencer.oldest_waiting_since()
    installation.wall.pass_(since + limits.ENTRY_WAITING_SECONDS - 1 - engine.clock.now())
    await engine.watch()
    await engine.reload_policy()
    engine.ready()
    installation.wall.pass_(2)
    await engine.watch()
    with pytest.raises(ClosedError) as refused:
        await own_data(engine, own)
    assert refused.value.reason == "ledger-behind-itself"


@pytest.mark.edge("PROVIDER_ASKED_SECONDS")
async def test_an_answer_of_the_key_provider(installation):
    """It counts for a minute; then a root that is gone closes the gate."""
    engine = installation.engine
    engine.ready()
    installation.wall.pass_(limits.PROVIDER_ASKED_SECONDS + 1)
    engine.ready()
    (installation.address.key_folder / "epoch-000001.key").rename(installation.folder / "away")
    installation.wall.pass_(limits.PROVIDER_ASKED_SECONDS - 1)
    engine.ready()
    installation.wall.pass_(2)
    with pytest.raises(ClosedError) as refused:
        engine.ready()
    assert refused.value.reason == "epoch-missing"
    (installation.folder / "away").rename(installation.address.key_folder / "epoch-000001.key")


# -------------------------------------------------------------------- forms


@pytest.mark.edge("NOTICE_FORM_SECONDS")
async def test_a_form_with_a_notice(installation):
    """It is taken until its last second; then it has to be opened again."""
    own = await installation.join()
    early, late = [(await installation.form(own=own)).token for _ in range(2)]
    installation.wall.pass_(limits.NOTICE_FORM_SECONDS - 1)
    await installation.give(own, [("name", "Hanako")], token=early)
    installation.wall.pass_(2)
    with pytest.raises(MalformedError) as refused:
        await installation.give(own, [("phone", "090-1234-5678")], token=late)
    assert refused.value.reason == "token-expired"


@pytest.mark.edge("PAGE_FORM_SECONDS")
async def test_a_form_of_a_page(installation):
    """It is taken until its last second; a second later the page is asked for again."""
    own = await installation.mori()
    for after, status in ((limits.PAGE_FORM_SECONDS - 1, 303), (limits.PAGE_FORM_SECONDS + 1, 400)):
        browser = Browser(installation)
        token = await session_token(installation, own)
        browser.cookies["__Host-kept_session"] = token
        await browser.get("/en/my-data")
        installation.ours("UPDATE session SET expires_at = expires_at + 100000")
        installation.wall.pass_(after)
        assert (await browser.post("/en/sign-out")).status_code == status


async def session_token(installation, own):
    """A session's token."""
    from kept.services.accounts import accounts  # noqa: PLC0415

    return await accounts.start_session(installation.engine, own.person_id)


@pytest.mark.edge("FORM_FIELDS")
async def test_the_fields_of_a_form(installation):
    """200, and no more are looked at."""
    form = await installation.form()
    policy, notice = installation.engine.policy.policy, await installation.engine.notices.get(form.notice_id)
    for count, reason in ((limits.FORM_FIELDS, "field-twice"), (limits.FORM_FIELDS + 1, "fields-many")):
        with pytest.raises(SubmissionError) as refused:
            parse_submission(policy, notice, [("name", "Hanako")] * count, 1.0)
        assert (refused.value.reason == "fields-many") is (reason == "fields-many")


@pytest.mark.edge("REQUEST_BODY_BYTES")
async def test_the_body_of_a_request(installation):
    """64 KiB, said or sent, and no more."""
    browser = Browser(installation)
    fixed = len("password=")
    for size, status in ((limits.REQUEST_BODY_BYTES, 422), (limits.REQUEST_BODY_BYTES + 1, 413)):
        assert (await browser.post("/en/join", password="x" * (size - fixed))).status_code == status


@pytest.mark.edge("FILE_BODY_BYTES")
async def test_the_body_of_a_request_with_a_file(installation):
    """4.1 MB on the console, and no more; on the site a file is no reason to take more."""
    kind = {"content-type": "multipart/form-data; boundary=b"}
    for at, size, status in (
        (CONSOLE, limits.FILE_BODY_BYTES, 400),
        (CONSOLE, limits.FILE_BODY_BYTES + 1, 413),
        (SITE, limits.FILE_BODY_BYTES, 413),
    ):
        browser = Browser(installation, kind, at=at)
        answer = await browser._ask("POST", "/en/sign-in", content=b"x" * size)
        assert (answer.status_code == 413) is (status == 413), (at, size)


@pytest.mark.parametrize("said", [limits.REQUEST_BODY_BYTES + 1, None])
async def test_a_body_that_is_too_large_is_not_waited_for(installation, said):
    """What says so is refused before a byte of it is asked for; what does not is refused when it has sent too much."""
    asked, sent = [], []

    async def receive():
        asked.append(1)
        return {"type": "http.request", "body": b"x" * 1024, "more_body": True}

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"shop.example"), (b"origin", b"https://shop.example")]
    headers += [(b"content-type", b"application/x-www-form-urlencoded")]
    headers += [(b"content-length", str(said).encode())] if said else []
    scope = {
        "type": "http", "method": "POST", "path": "/en/join", "raw_path": b"/en/join", "root_path": "", "scheme": "https",
        "query_string": b"", "http_version": "1.1", "headers": headers, "client": ("127.0.0.1", 1),
        "server": ("shop.example", 443),
    }  # fmt: skip
    await Browser(installation).app(scope, receive, send)
    assert sent[0]["status"] == 413
    assert len(asked) == (0 if said else limits.REQUEST_BODY_BYTES // 1024 + 1)


@pytest.mark.edge("ERASURE_GRACE_SECONDS")
async def test_the_time_to_think_it_over(installation):
    """An erasure can be undone until its last second; then it is done."""
    for after in (limits.ERASURE_GRACE_SECONDS - 1, limits.ERASURE_GRACE_SECONDS + 1):
        own = await installation.join()
        await erasure.intend_erasure(installation.engine, own, grace_seconds=limits.ERASURE_GRACE_SECONDS)
        installation.wall.pass_(after)
        await erasure.finish_unfinished(installation.engine)
        if after < limits.ERASURE_GRACE_SECONDS:
            await erasure.undo_erasure(installation.engine, await installation.session(own.person_id))
        else:
            with pytest.raises(SignInError):
                await installation.session(own.person_id)


async def test_a_partner_gives_nothing_to_an_account_that_is_being_erased(installation):
    """What another company sends about somebody who asked to be erased waits apart, and is taken after an undo."""
    partner = await Partner(installation).begin()
    own = await installation.join()
    record = partner.record(await partner.login(own))
    await erasure.intend_erasure(installation.engine, own, grace_seconds=limits.ERASURE_GRACE_SECONDS)
    made = await partner.give(record)
    assert made.reasons == {"erasing": 1}
    assert (await own_data(installation.engine, own)).held == ()
    await erasure.undo_erasure(installation.engine, own)
    assert (await intake.try_again(installation.engine, made.id)).reasons == {"taken": 1}


@pytest.mark.edge("QUARANTINE_SECONDS")
async def test_what_nobody_took_in(installation):
    """It waits until its last second, and is destroyed after."""
    partner = await Partner(installation).begin()
    await partner.give(partner.record("nobody"))
    installation.wall.pass_(limits.QUARANTINE_SECONDS - 1)
    assert await intake.end_quarantine(installation.engine) == 0
    installation.wall.pass_(2)
    assert await intake.end_quarantine(installation.engine) == 1


# -------------------------------------------------------------------- messages


@pytest.mark.edge("SENDING_TRIES", "SENDING_FIRST_WAIT_SECONDS", "SENDING_LONGEST_WAIT_SECONDS")
def test_the_tries_to_hand_a_message_over():
    """Eight; a minute after the first, four times as long after each further one, never more than four hours."""
    ends = [
        outbox._ending(SimpleNamespace(attempts=made), Handed.LATER, 0.0, held=False)
        for made in range(limits.SENDING_TRIES)
    ]
    assert [status for status, _, _ in ends] == ["waiting"] * (limits.SENDING_TRIES - 1) + ["failed"]
    waits = [wait for _, _, wait in ends[:-1]]
    assert waits[0] == limits.SENDING_FIRST_WAIT_SECONDS
    assert waits[3] == 64 * limits.SENDING_FIRST_WAIT_SECONDS < limits.SENDING_LONGEST_WAIT_SECONDS
    assert waits[4] == limits.SENDING_LONGEST_WAIT_SECONDS < 256 * limits.SENDING_FIRST_WAIT_SECONDS


@pytest.mark.edge("FAULTS_IN_A_ROW", "CHANNEL_HELD_SECONDS")
async def test_a_channel_whose_server_fails(installation):
    """Held from the third message in a row on, and tried again after a quarter of an hour."""
    engine = installation.engine
    for number in range(limits.FAULTS_IN_A_ROW - 1):
        assert not await holds.note_fault(engine, Exit.MAIL, "550", f"m{number}")
    assert await holds.wait_until(engine, Exit.MAIL) == 0
    assert await holds.note_fault(engine, Exit.MAIL, "550", "one more")
    installation.wall.pass_(limits.CHANNEL_HELD_SECONDS - 1)
    assert await holds.wait_until(engine, Exit.MAIL) > engine.clock.now()
    installation.wall.pass_(2)
    assert await holds.wait_until(engine, Exit.MAIL) == 0
    assert await holds.wait_until(engine, Exit.MAIL) > 0


@pytest.mark.edge("HANDING_SECONDS")
async def test_a_message_that_is_being_handed_over(installation, desk):
    """After ten minutes without an answer its outcome is unknown, and not before."""
    await installation.mori()
    await desk.queued()
    at = installation.engine.clock.now()
    installation.ours("UPDATE outbox SET status = 'handing', entry_id = '00', moved_at = ?", at)
    installation.wall.pass_(limits.HANDING_SECONDS - 1)
    assert await find_unknown(installation.engine) == 0
    installation.wall.pass_(2)
    assert await find_unknown(installation.engine) == 1


# -------------------------------------------------------------------- authorities, figures


@pytest.mark.edge("DISCLOSURE_DUE_SECONDS", "AUTHORITY_REFERENCE_CHARACTERS")
async def test_the_terms_of_a_request_of_an_authority(installation):
    """Due within 60 days, and referred to in 500 characters."""
    desk, engine = await LegalDesk(installation).begin(), installation.engine
    for field, good, bad in (
        ("due_at", limits.DISCLOSURE_DUE_SECONDS - 1, limits.DISCLOSURE_DUE_SECONDS + 1),
        ("reference", limits.AUTHORITY_REFERENCE_CHARACTERS, limits.AUTHORITY_REFERENCE_CHARACTERS + 1),
    ):

        def given(value, field=field):
            return desk.terms(**{field: "x" * value if field == "reference" else engine.clock.now() + value})

        with pytest.raises(InputError):
            await disclosures.record(engine, desk.legal, given(bad))
        assert await disclosures.record(engine, desk.legal, given(good))


@pytest.mark.edge("AUTHORITY_PAPER_BYTES", "AUTHORITY_PAPER_SECONDS")
async def test_the_paper_of_a_request_of_an_authority(installation):
    """Four megabytes and no byte more; it is there for three years, and then gone."""
    desk, engine = await LegalDesk(installation).begin(), installation.engine
    request = await disclosures.record(engine, desk.legal, desk.terms())
    largest = b"%PDF-".ljust(limits.AUTHORITY_PAPER_BYTES, b"x")
    with pytest.raises(InputError) as refused:
        await disclosures.attach_paper(engine, desk.legal, request, largest + b"x")
    assert refused.value.reason == "paper-size"
    await disclosures.attach_paper(engine, desk.legal, request, largest)
    until = installation.sql("SELECT until FROM disclosure_paper")[0][0]
    for seconds, left in ((until - engine.clock.now() - 1, 1), (2, 0)):
        installation.wall.pass_(seconds)
        await end_papers(engine)
        assert installation.sql("SELECT COUNT(*) FROM disclosure_paper") == [(left,)]


@pytest.mark.edge("PARTY_WAIT_SECONDS", "PARTY_CHARACTERS", "PARTIES_TOLD_SECONDS")
async def test_the_register_of_other_parties(installation):
    """A key counts a day after its confirmation; a text has 200 characters; the board tells of the change for 30 days."""
    engine, key = installation.engine, OpeningKey.new().public
    with pytest.raises(InputError):
        await asked(installation, "recipient", "picture-club", key, address="x" * (limits.PARTY_CHARACTERS + 1))
    party = await asked(installation, "recipient", "picture-club", key, address="x" * limits.PARTY_CHARACTERS)
    done = await read_and_approve(parties.CONFIRMING, engine, await clerk(installation, CONFIRMS), party.id)
    installation.wall.pass_(done.from_at - engine.clock.now() - 1)
    assert await parties.party_of(engine, parties.PartyKind.RECIPIENT, "picture-club") is None
    installation.wall.pass_(2)
    assert await parties.party_of(engine, parties.PartyKind.RECIPIENT, "picture-club")
    installation.wall.pass_(done.asked_at + limits.PARTIES_TOLD_SECONDS - engine.clock.now() - 1)
    assert await parties.told_parties(engine)
    installation.wall.pass_(2)
    assert await parties.told_parties(engine) == []


@pytest.mark.edge("PROJECTION_SECONDS")
async def test_a_data_set(installation):
    """It is removed when its week is over, and not before."""
    researcher = await installation.staff("ono", ("research",))
    await projections.build(installation.engine, researcher, "customers")
    built = installation.sql("SELECT built_at FROM projection")[0][0]
    installation.wall.pass_(built + limits.PROJECTION_SECONDS - 1 - installation.engine.clock.now())
    await projections.end_builds(installation.engine)
    assert installation.sql("SELECT COUNT(*) FROM projection") == [(1,)]
    installation.wall.pass_(2)
    await projections.end_builds(installation.engine)
    assert installation.sql("SELECT COUNT(*) FROM projection") == [(0,)]


@pytest.mark.edge("LOOK_UPS_A_DAY")
async def test_the_look_ups_of_a_day(installation):
    """As many as the table says where the role declares none, and not one more."""
    session = await installation.staff("kato", ("legal",))
    mandate = staff_mandate(session, "legal", "legal-disclosure", expires_at=1e12, volume=1)
    for _ in range(limits.LOOK_UPS_A_DAY):
        await look_ups.charge(installation.engine, mandate)
    with pytest.raises(DeniedError) as refused:
        await look_ups.charge(installation.engine, mandate)
    assert refused.value.reason == "look-ups"


@pytest.mark.edge("LOOK_UPS_SHOWN_SECONDS")
async def test_how_long_the_limit_is_shown(installation):
    """Until the day before its time is over the board shows it; after that it is deleted."""
    session = await installation.staff("kato", ("legal",))
    mandate = staff_mandate(session, "legal", "legal-disclosure", expires_at=1e12, volume=1)
    for _ in range(limits.LOOK_UPS_A_DAY):
        await look_ups.charge(installation.engine, mandate)
    with pytest.raises(DeniedError):
        await look_ups.charge(installation.engine, mandate)
    installation.wall.pass_(limits.LOOK_UPS_SHOWN_SECONDS - limits.DAY)
    await tidy(installation.engine)
    assert len(await look_ups.at_the_limit(installation.engine)) == 1
    installation.wall.pass_(2 * limits.DAY)
    assert await look_ups.at_the_limit(installation.engine) == []
    await tidy(installation.engine)
    assert installation.sql("SELECT COUNT(*) FROM look_ups") == [(0,)]


@pytest.mark.edge(
    "RIGHTS_REQUEST_PARTS",
    "RIGHTS_REQUESTS_OPEN",
    "RIGHTS_PAPER_BYTES",
    "RIGHTS_PAPER_SECONDS",
    "RIGHTS_REQUESTS_SHOWN",
)
async def test_what_a_request_by_right_may_be(installation, monkeypatch):
    """Twenty things, five open requests, a paper of 4 MB kept for a year, and a hundred answers on the list."""
    own, engine = await installation.mori(), installation.engine
    officer = await installation.staff("ueda", ("privacy",))
    with pytest.raises(InputError):
        await came(installation, officer, *["purposes"] * (limits.RIGHTS_REQUEST_PARTS + 1))
    request = await came(installation, officer, *["purposes"] * limits.RIGHTS_REQUEST_PARTS)
    paper = b"%PDF-" + bytes(limits.RIGHTS_PAPER_BYTES - 5)
    with pytest.raises(InputError):
        await rights_paper.attach_paper(engine, officer, request, paper + b"x")
    await rights_paper.attach_paper(engine, officer, request, paper)
    for _ in range(limits.RIGHTS_REQUESTS_OPEN - 1):
        await own_requests.ask(engine, own, [Asked("purposes")])
    with pytest.raises(InputError) as refused:
        await own_requests.ask(engine, own, [Asked("purposes")])
    assert refused.value.reason == "rights-many"
    monkeypatch.setattr(limits, "RIGHTS_REQUESTS_SHOWN", 1)
    for _ in range(2):
        await rights_answers.answer_unshown(engine, officer, await came(installation, officer, "purposes"))
    assert len((await rights_requests.requests(engine)).answered) == limits.RIGHTS_REQUESTS_SHOWN
    began = engine.clock.now()
    installation.wall.pass_(limits.RIGHTS_PAPER_SECONDS - 1 - (engine.clock.now() - began) - 1)
    assert await rights_paper.end_papers(engine) == 0
    installation.wall.pass_(3)
    assert await rights_paper.end_papers(engine) == 1
