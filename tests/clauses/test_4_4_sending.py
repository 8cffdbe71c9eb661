"""§4.4 faults: whatever is killed or cut, no message is lost silently and none goes twice by itself."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from installation import MAIL
from receiving import FILE, SITE
from second import read_and_approve

from kept.channels.mail import MailServer
from kept.errors import ConflictError, DeniedError, KeptError
from kept.guarantees.board import run_checks
from kept.services.campaigns import campaigns, candidates
from kept.services.messages.mail import MailDispatcher
from kept.services.messages.outbox import send_due
from kept.services.messages.unknown_outcome import find_unknown, hold_after_restore, send_again
from kept.services.upkeep.sending import equip
from kept.store import sql

pytestmark = pytest.mark.anyio
TICK = ("choice", "information-for-you/mail/")
EVERYBODY = FILE.split("to:", maxsplit=1)[0]


async def people(installation, count: int = 3):
    """So many who agreed, and like landscapes."""
    for number in range(count):
        own = await installation.join()
        fields = [("mail_address", f"p{number}@example.jp"), ("name", "Mori"), ("interests", "landscape"), TICK]
        await installation.give(own, fields)


async def statuses(installation):
    """Count the rows of the outbox by status."""
    found = Counter()
    for status in ("waiting", "handing", "sent", "failed", "unknown", "left-out"):
        row = await installation.engine.data.one(
            sql.OutboxCount, origin="campaign", origin_id="autumn-light", status=status
        )
        found[status] = row[0]
    return +found


async def until_killed(installation, first=None):
    """Do the work of sending, and go on writing until the kill comes."""
    if first is not None:
        await first()
    await send_due(installation.engine)
    for _ in range(20):
        await installation.engine.put_meta("never", "reached")


@pytest.mark.parametrize("writes", range(13))
async def test_killed_after_any_write_nobody_is_lost_and_nobody_gets_it_twice(installation, desk, writes):
    """§4.4 fault: approving, looking, deciding, handing over and settling, cut after each write."""
    await people(installation)
    await campaigns.draft(installation.engine, desk.ume, FILE)
    await candidates.ask(installation.engine, desk.ume, "autumn-light")
    installation.stop_after(writes)
    with pytest.raises(KeptError):
        await until_killed(
            installation, lambda: read_and_approve(candidates.SENDING, installation.engine, desk.kato, "autumn-light")
        )
    await desk.reopen()
    found = await campaigns.standing(installation.engine, "autumn-light")
    if found.status == "waiting":
        await read_and_approve(candidates.SENDING, installation.engine, desk.kato, "autumn-light")
    await send_due(installation.engine)
    got = Counter(one.recipient for one in desk.box.received)
    assert set(got.values()) <= {1}, "nobody gets it twice"
    await send_due(installation.engine)
    stands = await statuses(installation)
    assert sum(stands.values()) == 3, "nobody is lost"
    assert set(stands) <= {"sent", "unknown"}
    assert len(got) >= stands["sent"]
    entries = [
        one for one in await installation.ledger() if one.act == "staff:message:send" and one.outcome == "permitted"
    ]
    assert len(entries) == 3


@pytest.mark.parametrize("answers", [1, 0])
async def test_killed_while_the_answer_was_not_known_it_is_unknown_and_goes_again_by_hand_only(
    installation, desk, answers
):
    """§4.4 fault: the row says so, staff decide, and the second try carries the same Message-ID."""
    await people(installation, 1)
    await desk.queued()
    installation.stop_after(answers)  # the transaction that lets it go, and none after: the answer is never written
    with pytest.raises(KeptError):
        await until_killed(installation)
    assert len(desk.box.received) == answers
    await desk.reopen()
    await send_due(installation.engine)
    if not answers:
        assert await statuses(installation) == {"sent": 1}
        return
    assert len(desk.box.received) == 1
    assert await statuses(installation) == {"unknown": 1}
    message_id = (await campaigns.results(installation.engine, "autumn-light")).unknown[0]
    support = await installation.staff("sato", ("support",))
    with pytest.raises(DeniedError):
        await send_again(installation.engine, support, message_id)
    ume = await installation.staff("ume2", ("marketing",))
    await send_again(installation.engine, ume, message_id)
    with pytest.raises(ConflictError):
        await send_again(installation.engine, ume, message_id)
    with pytest.raises(ConflictError):
        await send_again(installation.engine, ume, "0" * 32)
    await send_due(installation.engine)
    first, second = [one.message["Message-ID"] for one in desk.box.received]
    assert first == second
    assert await desk.ended() == {("queued", ""): 1, ("sent", ""): 1, ("unknown", ""): 0}


async def test_two_workers_never_both_send_one(installation, desk):
    """§4.4 fault: compare and set; the loser leaves no entry."""
    await people(installation, 5)
    await desk.queued()
    await asyncio.gather(*(send_due(installation.engine) for _ in range(4)))
    assert sorted(one.recipient for one in desk.box.received) == [f"p{n}@example.jp" for n in range(5)]
    entries = [one for one in await installation.ledger() if one.act == "staff:message:send"]
    assert [one.outcome for one in entries] == ["permitted"] * 5


async def test_an_address_that_is_none_goes_on_the_stop_list(installation, desk):
    """§4.4: 550 to the recipient is for good; recorded; the next campaign leaves it out."""
    await people(installation, 2)
    desk.box.handler.rcpt["p0@example.jp"] = "550 5.1.1 no such user"
    assert await desk.sent() == {("queued", ""): 2, ("sent", ""): 1, ("failed", "undeliverable"): 1}
    assert [one.act for one in await installation.ledger()].count("actor:stop-list:add") == 1
    await desk.queued(FILE.replace("autumn-light", "winter-light"))
    await send_due(installation.engine)
    assert (await desk.ended("winter-light"))["left-out", "stop-list"] == 1


@pytest.mark.parametrize("reply", ["552 5.2.2 mailbox full", "550 5.6.1 content", "550 5.1.4 ambiguous"])
async def test_a_refusal_that_says_nothing_of_the_address_puts_it_on_no_list(installation, desk, reply):
    """§4.4: not taken, and not tried again; the address stays good."""
    await people(installation, 1)
    desk.box.handler.rcpt["p0@example.jp"] = reply
    assert await desk.sent() == {("queued", ""): 1, ("failed", "not-taken"): 1}
    assert not [one for one in await installation.ledger() if one.act == "actor:stop-list:add"]


@pytest.mark.parametrize("where", ["rcpt", "data"])
async def test_a_temporary_refusal_is_tried_again_later_decided_anew(installation, desk, where):
    """§4.4: waits longer each time; every try is decided and recorded."""
    await people(installation, 1)
    if where == "rcpt":
        desk.box.handler.rcpt["p0@example.jp"] = "451 4.7.1 greylisted"
    else:
        desk.box.handler.data.append("451 4.3.0 try later")
    assert await desk.sent() == {("queued", ""): 1}
    assert await send_due(installation.engine) == 0
    desk.box.handler.rcpt.clear()
    installation.wall.pass_(61)
    assert await send_due(installation.engine) == 1
    assert len(desk.box.received) == 1
    entries = [one for one in await installation.ledger() if one.act == "staff:message:send"]
    assert [one.outcome for one in entries] == ["permitted"] * 2


async def test_it_is_not_tried_for_ever(installation, desk):
    """§4.4: after eight tries it has failed, and says so."""
    await people(installation, 1)
    desk.box.handler.rcpt["p0@example.jp"] = "450 4.2.1 not now"
    await desk.queued()
    for _ in range(10):
        await send_due(installation.engine)
        installation.wall.pass_(5 * 3600)
    assert await desk.ended() == {("queued", ""): 1, ("failed", "gave-up"): 1}


async def test_a_message_the_server_will_not_take_has_failed(installation, desk):
    """§4.4: 554 to the message is for good."""
    await people(installation, 1)
    desk.box.handler.data.append("554 5.6.0 no")
    assert await desk.sent() == {("queued", ""): 1, ("failed", "not-taken"): 1}


async def test_a_line_cut_after_the_message_is_unknown_and_the_next_goes_on(installation, desk):
    """§4.4 fault: it may have been taken; never sent again by itself."""
    await people(installation, 2)
    desk.box.handler.data.append("cut")
    await desk.sent()
    installation.wall.pass_(86_400)
    await send_due(installation.engine)
    assert await desk.ended() == {("queued", ""): 2, ("sent", ""): 1, ("unknown", ""): 1}
    assert len({one.recipient for one in desk.box.received}) == len(desk.box.received) == 2


async def test_a_server_that_is_away_is_tried_again(installation, desk):
    """§4.4 fault: nothing was offered, so nothing is unknown."""
    await people(installation, 1)
    await desk.queued()
    away = MailServer("127.0.0.1", 1)
    equip(installation.engine, SITE, MailDispatcher(installation.engine, away, SITE))
    await send_due(installation.engine)
    assert await statuses(installation) == {"waiting": 1}
    equip(installation.engine, SITE, MailDispatcher(installation.engine, desk.server, SITE))
    installation.wall.pass_(61)
    await send_due(installation.engine)
    assert await statuses(installation) == {"sent": 1}


async def test_a_server_that_hung_up_between_two_messages_is_called_again(installation, desk):
    """§4.4: one connection for many, opened anew when it is gone; nothing doubled."""
    await people(installation, 1)
    await desk.sent()
    desk.server._idle[0]._client.transport.close()
    await asyncio.sleep(0.05)
    await desk.queued(FILE.replace("autumn-light", "winter-light"))
    await send_due(installation.engine)
    assert len(desk.box.received) == 2


async def test_after_a_restore_nothing_that_waits_goes_by_itself(installation, desk):
    """§4.4, §5.4 fault: an older D says *waiting* of what may have gone since; staff decide, message by message."""
    await people(installation, 2)
    await desk.queued()
    assert await hold_after_restore(installation.engine) == 2
    assert await send_due(installation.engine) == 0
    assert await statuses(installation) == {"unknown": 2}
    assert (await run_checks(installation.engine))["consent-checked-when-sent"].holds
    for message_id in (await campaigns.results(installation.engine, "autumn-light")).unknown:
        await send_again(installation.engine, desk.ume, message_id)
    await send_due(installation.engine)
    assert len(desk.box.received) == 2


async def test_who_is_erased_in_k_alone_is_put_off_and_not_tried_without_end(installation, desk):
    """§4.4 fault: a kill in the middle of an erasure leaves a row; it waits for the erasure to be finished."""
    await people(installation, 1)
    own = await installation.join()
    await installation.give(own, [("mail_address", MAIL), ("interests", "landscape"), TICK])
    await desk.queued()
    await installation.engine.keyring.erase_person(own.person_id, "0" * 32, installation.engine.clock.now())
    assert await send_due(installation.engine) == 2
    assert [one.recipient for one in desk.box.received] == ["p0@example.jp"]


async def test_what_hangs_without_an_answer_is_found_and_the_board_says_so(installation, desk):
    """§4.4: *handing* for too long is a breach the live check names, until it is called unknown."""
    await people(installation, 1)
    await desk.queued()
    installation.stop_after(1)
    with pytest.raises(KeptError):
        await send_due(installation.engine)
    await installation.close(integrate=False)
    await installation.open()
    installation.wall.pass_(3600)
    assert not (await run_checks(installation.engine))["consent-checked-when-sent"].holds
    assert await find_unknown(installation.engine) == 1
    assert (await run_checks(installation.engine))["consent-checked-when-sent"].holds


async def test_a_sent_row_without_its_entry_is_a_breach_the_board_names(installation, desk):
    """§4.4: a row moved by hand has no entry that let it go."""
    await people(installation, 1)
    await desk.queued()
    await desk.sent(FILE.replace("autumn-light", "winter-light"))
    assert (await run_checks(installation.engine))["consent-checked-when-sent"].holds
    installation.sql("UPDATE outbox SET channel = 'post' WHERE status = 'sent'")
    assert not (await run_checks(installation.engine))["consent-checked-when-sent"].holds
    installation.sql("DELETE FROM message_link")
    assert not (await run_checks(installation.engine))["says-why-you-got-it"].holds


async def test_a_name_is_only_text(installation, desk):
    """§4.4 attack: what looks like a header in a name stays in the text."""
    own = await installation.join()
    await installation.give(
        own, [("mail_address", MAIL), ("name", "Mori Bcc: all@example.jp"), ("interests", "landscape"), TICK]
    )
    await desk.sent()
    message = desk.box.received[0].message
    assert message["Bcc"] is None
    assert "Mori Bcc: all@example.jp" in desk.box.received[0].text
    assert "Mori" not in "".join(str(value) for _, value in message.items())


async def test_an_address_in_another_script_arrives(installation, desk):
    """§4.4: SMTPUTF8 and IDN."""
    own = await installation.join()
    await installation.give(own, [("mail_address", "花子@例え.jp"), ("interests", "landscape"), TICK])
    await desk.sent()
    assert desk.box.received[0].recipient == "花子@xn--r8jz45g.jp"
