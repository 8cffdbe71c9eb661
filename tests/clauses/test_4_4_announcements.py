"""§4.4: announcements to a segment, approved by two, decided again for each when sent, and every one says why it came."""

from __future__ import annotations

import pytest
from asked import CONSOLE, Browser
from installation import MAIL, NAME
from receiving import FILE
from second import read_and_approve

from kept.errors import ConflictError, DeniedError, InputError, PolicyError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState, Exit
from kept.services.accounts import accounts
from kept.services.campaigns import campaigns, candidates
from kept.services.cases.do_not_contact import note_in_case
from kept.services.messages.outbox import send_due
from kept.services.my_data import choices, corrections, erasure
from kept.services.staff import sessions

pytestmark = pytest.mark.anyio
TICK = ("choice", "information-for-you/mail/")
EVERYBODY = FILE.split("to:")[0]


async def person(installation, mail: str = MAIL, *fields):
    """Somebody who agreed to mail and likes landscapes."""
    own = await installation.join()
    await installation.give(own, [("mail_address", mail), ("interests", "landscape"), TICK, *fields])
    return own


async def test_who_agreed_and_matches_gets_it_and_nobody_else(installation, desk):
    """§4.4 normal: over real SMTP, in the person's language, with their name, from the company."""
    await installation.mori()
    other = await installation.join()
    await installation.give(other, [("mail_address", "other@example.jp"), ("interests", "landscape")])
    assert await desk.sent() == {("queued", ""): 1, ("sent", ""): 1, ("not-chosen", "consent"): 1}
    assert [one.recipient for one in desk.box.received] == [MAIL]
    message = desk.box.received[0].message
    assert message["Subject"] == "Autumn light"
    assert f"Dear {NAME}," in desk.box.received[0].text
    assert message["From"].addresses[0].addr_spec == "privacy@photolibrary.example"
    entry = next(one for one in await installation.ledger() if one.act == "staff:message:send")
    assert (entry.exit, entry.clause, entry.purpose, entry.outcome) == (
        "mail",
        "2.1",
        "information-for-you",
        "permitted",
    )


async def test_a_mail_s_headers_are_those_of_the_standards(installation, desk):
    """§4.4: one-click on one line, a list's name, a number of ours; no pixel, no link but ours."""
    await person(installation)
    await desk.sent()
    raw, message = desk.box.received[0].raw, desk.box.received[0].message
    line = next(one for one in raw.split(b"\r\n") if one.startswith(b"List-Unsubscribe:"))
    assert line.startswith(b"List-Unsubscribe: <https://shop.example/u/")
    assert line.endswith(b">")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "<information-for-you.photolibrary.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert [
        word for word in desk.box.received[0].text.split() if "://" in word and "shop.example/en/w/" not in word
    ] == []


async def test_who_reads_japanese_gets_it_in_japanese_and_without_a_name_the_line_is_left_out(installation, desk):
    """§4.4: the person's own language; nobody is called by a name they did not give."""
    own = await installation.session(
        (await accounts.join_with_password(installation.engine, "four unrelated words", "ja")).person_id
    )
    await installation.give(own, [("mail_address", MAIL), ("interests", "landscape"), TICK], language="ja")
    await desk.sent()
    assert desk.box.received[0].message["Subject"] == "秋の光"
    assert "様" not in desk.box.received[0].text
    assert "このご案内が届いた理由" in desk.box.received[0].text


@pytest.mark.parametrize(
    ("act", "reason"), [("withdrawn", "no"), ("channel", "no"), ("stopped", "stopped"), ("removed", "value")]
)
async def test_a_no_between_queueing_and_sending_is_a_no(installation, desk, act, reason):
    """§4.4 breach: decided again in the transaction that sends; recorded, with the clause."""
    own = await installation.mori()
    await desk.queued()
    engine = installation.engine
    if act == "stopped":
        await choices.stop_use(engine, own, "information-for-you", stop=True)
    elif act == "removed":
        await corrections.remove_value(engine, own, "mail_address")
    else:
        await choices.choose(engine, own, "information-for-you", Exit.MAIL if act == "channel" else None, allow=False)
    await send_due(engine)
    assert desk.box.received == []
    assert await desk.ended() == {("queued", ""): 1, ("left-out", reason): 1}
    entry = next(one for one in await installation.ledger() if one.act == "staff:message:send")
    assert (entry.outcome, entry.refused[0].reason, entry.refused[0].clause) == (
        "refused",
        reason,
        "4.1" if reason == "value" else "2.1",
    )


async def test_what_ended_meanwhile_is_not_used(installation, desk):
    """§4.4 breach: a value's time is looked at when the message goes."""
    await installation.mori()
    installation.wall.pass_(3 * 365 * 86400.0 - 86400.0)
    await desk.queued()
    installation.wall.pass_(2 * 86400.0)
    await send_due(installation.engine)
    assert desk.box.received == []
    assert await desk.ended() == {("queued", ""): 1, ("left-out", "ended"): 1}


async def test_who_is_erased_meanwhile_gets_nothing_and_leaves_no_row(installation, desk):
    """§4.4, §0.1: what waited for them goes with them."""
    own = await installation.mori()
    await desk.queued()
    await erasure.intend_erasure(installation.engine, own)
    assert await send_due(installation.engine) == 0
    assert desk.box.received == []


async def test_a_channel_needs_a_yes_of_its_own(installation, desk):
    """§4.4 breach: a yes to letters is none to mail."""
    own = await installation.join()
    await installation.give(
        own, [("mail_address", MAIL), ("interests", "landscape"), ("choice", "information-for-you/post/")]
    )
    assert await desk.sent() == {("not-chosen", "consent"): 1}


async def test_two_are_needed_and_the_right_ones(installation, desk):
    """§5.2: whoever asked does not approve; without the right nothing is drafted or stopped."""
    engine = installation.engine
    both = await installation.staff("nomura", ("marketing", "privacy"))
    support = await installation.staff("sato", ("support",))
    await campaigns.draft(engine, both, FILE)
    await candidates.ask(engine, both, "autumn-light")
    for act in (
        lambda: read_and_approve(candidates.SENDING, engine, both, "autumn-light"),
        lambda: read_and_approve(candidates.SENDING, engine, desk.ume, "autumn-light"),
        lambda: campaigns.draft(engine, support, FILE.replace("autumn", "other")),
        lambda: campaigns.stop(engine, support, "autumn-light"),
        lambda: candidates.preview(engine, desk.kato, "autumn-light"),
    ):
        with pytest.raises(DeniedError):
            await act()
    with pytest.raises(ConflictError):
        await candidates.ask(engine, both, "autumn-light")


async def test_a_campaign_is_stopped_midway(installation, desk):
    """§4.4: what was not sent is not sent; counted as stopped."""
    for number in range(3):
        await person(installation, f"p{number}@example.jp")
    await desk.queued()
    await campaigns.stop(installation.engine, desk.kato, "autumn-light")
    assert await send_due(installation.engine) == 0
    assert desk.box.received == []
    assert (await desk.ended())["stopped", ""] == 3
    with pytest.raises(ConflictError):
        await campaigns.stop(installation.engine, desk.kato, "autumn-light")


async def test_signing_out_stops_no_campaign_of_theirs(installation, desk):
    """§4.4: it was approved by two, and outlives the session of who asked."""
    await installation.mori()
    await desk.queued()
    await sessions.sign_out(installation.engine, desk.ume)
    await send_due(installation.engine)
    assert len(desk.box.received) == 1


async def test_without_a_mail_server_a_campaign_by_mail_is_refused(installation):
    """§4.4: the hint says what to set."""
    ume = await installation.staff("ume", ("marketing",))
    with pytest.raises(InputError) as refused:
        await campaigns.draft(installation.engine, ume, FILE)
    assert (refused.value.reason, "--smtp" in refused.value.hint) == ("channel-missing", True)


async def test_never_write_again_outlives_the_erasure(installation, desk):
    """§4.4: the address is on a list that names nobody; another account with it gets nothing until its owner says yes."""
    own = await installation.mori()
    await erasure.intend_erasure(installation.engine, own, never_write=True)
    again = await installation.join()
    await installation.give(again, [("mail_address", MAIL), ("interests", "landscape"), TICK])
    assert ("sent", "") not in await desk.sent(EVERYBODY)
    assert MAIL.encode() not in b"".join(bytes(row[0]) for row in installation.sql("SELECT token FROM stop_list"))


async def test_a_stop_list_is_looked_at_when_the_message_goes(installation, desk):
    """§4.4 breach: left out, recorded for the person, whatever they ticked before."""
    await installation.mori()
    await desk.queued()
    support = await installation.staff("sato", ("support",))
    case = await installation.case(support)
    await note_in_case(installation.engine, support, case.id, Exit.MAIL)
    await send_due(installation.engine)
    assert desk.box.received == []
    assert await desk.ended() == {("queued", ""): 1, ("left-out", "stop-list"): 1}
    entry = next(one for one in await installation.ledger() if one.act == "system:message:leave-out")
    assert (entry.outcome, dict(entry.facts)["reason"]) == ("refused", "stop-list")
    assert not [one for one in await installation.ledger() if one.act == "staff:message:send"]


async def test_staff_cannot_note_what_the_case_does_not_hold(installation, desk):
    """§4.4 breach: no person, no address, a case that is over."""
    await installation.mori()
    support = await installation.staff("sato", ("support",))
    case = await installation.case(support)
    with pytest.raises(DeniedError):
        await note_in_case(installation.engine, support, case.id, Exit.FAX)
    with pytest.raises(InputError):
        await note_in_case(installation.engine, support, case.id, Exit.SCREEN)
    installation.wall.pass_(3600)
    with pytest.raises(DeniedError):
        await note_in_case(installation.engine, support, case.id, Exit.MAIL)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("purpose: information-for-you", "purpose: contact", "value-unfit"),
        ("purpose: information-for-you", "purpose: world-domination", "value-unfit"),
        ("  - mail\n", "  - pigeon\n", "word-unknown"),
        ("  interests:", "  postal_address:", "rule-unfit"),
        ("  interests:", "  date_of_birth:", "rule-unfit"),
        ("    - landscape", "    - everything", "rule-unfit"),
        ("Autumn light", "Autumn {name}", "campaign-braces"),
        ("{name} 様", "{phone} 様", "campaign-braces"),
        ('  ja: "秋の光"\n', "", "value-unfit"),
        ("to:", "pixel: yes\nto:", "word-unknown"),
        ("autumn-light", "Autumn Light", "value-unfit"),
        ("New landscapes", "New\\nBcc landscapes", "value-unfit"),
    ],
)
async def test_a_file_that_does_not_fit_is_refused(installation, desk, before, after, reason):
    """§4.4 breach: unknown words, foreign items, other braces, a missing language; nothing is kept."""
    assert before in FILE
    with pytest.raises(PolicyError) as refused:
        await campaigns.draft(installation.engine, desk.ume, FILE.replace(before, after, 1))
    assert refused.value.reason == reason
    assert await campaigns.all_campaigns(installation.engine) == []


async def test_ten_megabytes_are_refused_before_they_are_read(installation, desk):
    """§4.4 breach: the size is looked at first."""
    with pytest.raises(PolicyError) as refused:
        await campaigns.draft(installation.engine, desk.ume, FILE + "x" * 10_000_000)
    assert refused.value.reason == "campaign-size"


async def test_a_text_put_into_the_database_by_hand_is_not_sent(installation, desk):
    """§5.3: the file is bound to what was drafted."""
    await installation.mori()
    await desk.queued()
    installation.sql("UPDATE campaign SET file = replace(file, 'New landscapes', 'Buy landscapes')")
    await send_due(installation.engine)
    assert desk.box.received == []
    assert (await desk.ended())["left-out", "withdrawn"] == 1


async def test_my_data_shows_what_was_sent_and_why(installation, desk):
    """§4.4 page: the person's own page lists the message with its reasons; the board says kept."""
    own = await installation.mori()
    await desk.sent()
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    text = (await browser.get("/en/my-data")).text
    assert "Messages, letters, faxes and calls: what became of them, and why" in text
    assert "Autumn light" in text
    assert "Interests: Landscapes or The seasons" in text
    board = await promise_board(installation.engine)
    assert board.of("4.4").state is ClauseState.KEPT


async def test_the_console_drafts_counts_asks_approves(installation, desk):
    """§4.4 page: counts and no name; nobody's address on any of its pages."""
    await installation.mori()
    browser = Browser(installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "ume")
    await browser.get("/en/campaigns")
    assert (await browser.post("/en/campaigns", file=FILE)).headers["location"] == "/en/campaigns/autumn-light"
    shown = (await browser.get("/en/campaigns/autumn-light")).text
    assert "Landscapes or The seasons" in shown
    assert (await browser.post("/en/campaigns/autumn-light", step="count")).status_code == 303
    counted = (await browser.get("/en/campaigns/autumn-light")).text
    assert "Figures are noised on purpose" in counted
    await browser.post("/en/campaigns/autumn-light", step="ask")
    other = Browser(installation, at=CONSOLE)
    other.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "kato")
    await other.get("/ja/campaigns/autumn-light")
    await other.post("/ja/campaigns/autumn-light", step="approve")
    await send_due(installation.engine)
    await browser.post("/en/campaigns/autumn-light", step="outcome")
    done = (await other.get("/en/campaigns/autumn-light")).text
    assert "Counted on" in done
    for page in (shown, counted, done, (await other.get("/en/campaigns")).text):
        assert NAME not in page
        assert MAIL not in page
    assert (await browser.post("/en/campaigns/autumn-light", step="dance")).status_code == 422
    assert (await browser.post("/en/campaigns", file="id: [")).status_code == 422
