"""§4.4 faults: whatever is killed or cut, no message is lost silently and none goes twice by itself."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from house import MAIL
from kept.channels.mail import MailServer
from kept.errors import ConflictError, DeniedError, KeptError
from kept.guarantees.board import run_checks
from kept.services import campaigns, candidates
from kept.services.mailing import MailDispatcher
from kept.services.outbox import send_due
from kept.services.reaching import equip
from kept.services.unknown import find_unknown, hold_after_restore, send_again
from receiving import FILE, SITE

pytestmark = pytest.mark.anyio
TICK = ("choice", "information-for-you/mail/")
EVERYBODY = FILE.split("to:", maxsplit=1)[0]


async def people(house, count: int = 3):
    """So many who agreed, and like landscapes."""
    for number in range(count):
        own = await house.join()
        fields = [("mail_address", f"p{number}@example.jp"), ("name", "Mori"), ("interests", "landscape"), TICK]
        await house.give(own, fields)


async def statuses(house):
    """Count the rows of the outbox by status."""
    found = Counter()
    for status in ("waiting", "handing", "sent", "failed", "unknown", "left-out"):
        row = await house.engine.data.read(
            lambda tx, one=status: tx.one("outbox_count", origin="campaign", origin_id="autumn-light", status=one)
        )
        found[status] = row[0]
    return +found


async def until_killed(house, first=None):
    """Do the work of sending, and go on writing until the kill comes."""
    if first is not None:
        await first()
    await send_due(house.engine)
    for _ in range(20):
        await house.engine.put_meta("never", "reached")


@pytest.mark.parametrize("writes", range(13))
async def test_killed_after_any_write_nobody_is_lost_and_nobody_gets_it_twice(house, desk, writes):
    """§4.4 fault: approving, looking, deciding, handing over and settling, cut after each write."""
    await people(house)
    await campaigns.draft(house.engine, desk.ume, FILE)
    await campaigns.ask(house.engine, desk.ume, "autumn-light")
    house.stop_after(writes)
    with pytest.raises(KeptError):
        await until_killed(house, lambda: candidates.approve_and_queue(house.engine, desk.kato, "autumn-light"))
    await desk.reopen()
    found = await campaigns.standing(house.engine, "autumn-light")
    if found.status == "waiting":
        await candidates.approve_and_queue(house.engine, desk.kato, "autumn-light")
    await send_due(house.engine)
    got = Counter(one.recipient for one in desk.box.received)
    assert set(got.values()) <= {1}, "nobody gets it twice"
    await send_due(house.engine)
    stands = await statuses(house)
    assert sum(stands.values()) == 3, "nobody is lost"
    assert set(stands) <= {"sent", "unknown"}
    assert len(got) >= stands["sent"]
    entries = [one for one in await house.ledger() if one.act == "staff:message:send" and one.outcome == "permitted"]
    assert len(entries) == 3


@pytest.mark.parametrize("answers", [1, 0])
async def test_killed_while_the_answer_was_not_known_it_is_unknown_and_goes_again_by_hand_only(house, desk, answers):
    """§4.4 fault: the row says so, staff decide, and the second try carries the same Message-ID."""
    await people(house, 1)
    await desk.queued()
    house.stop_after(answers)  # the transaction that lets it go, and none after: the answer is never written
    with pytest.raises(KeptError):
        await until_killed(house)
    assert len(desk.box.received) == answers
    await desk.reopen()
    await send_due(house.engine)
    if not answers:
        assert await statuses(house) == {"sent": 1}
        return
    assert len(desk.box.received) == 1
    assert await statuses(house) == {"unknown": 1}
    message_id = (await campaigns.results(house.engine, "autumn-light")).unknown[0]
    support = await house.staff("sato", ("support",))
    with pytest.raises(DeniedError):
        await send_again(house.engine, support, message_id)
    ume = await house.staff("ume2", ("marketing",))
    await send_again(house.engine, ume, message_id)
    with pytest.raises(ConflictError):
        await send_again(house.engine, ume, message_id)
    with pytest.raises(ConflictError):
        await send_again(house.engine, ume, "0" * 32)
    await send_due(house.engine)
    first, second = [one.message["Message-ID"] for one in desk.box.received]
    assert first == second
    assert await desk.ended() == {("queued", ""): 1, ("sent", ""): 1, ("unknown", ""): 0}


async def test_two_workers_never_both_send_one(house, desk):
    """§4.4 fault: compare and set; the loser leaves no entry."""
    await people(house, 5)
    await desk.queued()
    await asyncio.gather(*(send_due(house.engine) for _ in range(4)))
    assert sorted(one.recipient for one in desk.box.received) == [f"p{n}@example.jp" for n in range(5)]
    entries = [one for one in await house.ledger() if one.act == "staff:message:send"]
    assert [one.outcome for one in entries] == ["permitted"] * 5


async def test_an_address_that_is_none_goes_on_the_stop_list(house, desk):
    """§4.4: 550 to the recipient is for good; recorded; the next campaign leaves it out."""
    await people(house, 2)
    desk.box.handler.rcpt["p0@example.jp"] = "550 5.1.1 no such user"
    assert await desk.sent() == {("queued", ""): 2, ("sent", ""): 1, ("failed", "undeliverable"): 1}
    assert [one.act for one in await house.ledger()].count("actor:stop-list:add") == 1
    await desk.queued(FILE.replace("autumn-light", "winter-light"))
    await send_due(house.engine)
    assert (await desk.ended("winter-light"))["left-out", "stop-list"] == 1


@pytest.mark.parametrize("reply", ["552 5.2.2 mailbox full", "550 5.7.1 policy"])
async def test_a_refusal_that_says_nothing_of_the_address_puts_it_on_no_list(house, desk, reply):
    """§4.4: not taken, and not tried again; the address stays good."""
    await people(house, 1)
    desk.box.handler.rcpt["p0@example.jp"] = reply
    assert await desk.sent() == {("queued", ""): 1, ("failed", "not-taken"): 1}
    assert not [one for one in await house.ledger() if one.act == "actor:stop-list:add"]


@pytest.mark.parametrize("where", ["rcpt", "data"])
async def test_a_temporary_refusal_is_tried_again_later_decided_anew(house, desk, where):
    """§4.4: waits longer each time; every try is decided and recorded."""
    await people(house, 1)
    if where == "rcpt":
        desk.box.handler.rcpt["p0@example.jp"] = "451 4.7.1 greylisted"
    else:
        desk.box.handler.data.append("451 4.3.0 try later")
    assert await desk.sent() == {("queued", ""): 1}
    assert await send_due(house.engine) == 0
    desk.box.handler.rcpt.clear()
    house.wall.pass_(61)
    assert await send_due(house.engine) == 1
    assert len(desk.box.received) == 1
    entries = [one for one in await house.ledger() if one.act == "staff:message:send"]
    assert [one.outcome for one in entries] == ["permitted"] * 2


async def test_it_is_not_tried_for_ever(house, desk):
    """§4.4: after eight tries it has failed, and says so."""
    await people(house, 1)
    desk.box.handler.rcpt["p0@example.jp"] = "451 not now"
    await desk.queued()
    for _ in range(10):
        await send_due(house.engine)
        house.wall.pass_(5 * 3600)
    assert await desk.ended() == {("queued", ""): 1, ("failed", "gave-up"): 1}


async def test_a_message_the_server_will_not_take_has_failed(house, desk):
    """§4.4: 554 to the message is for good."""
    await people(house, 1)
    desk.box.handler.data.append("554 5.6.0 no")
    assert await desk.sent() == {("queued", ""): 1, ("failed", "not-taken"): 1}


async def test_a_line_cut_after_the_message_is_unknown_and_the_next_goes_on(house, desk):
    """§4.4 fault: it may have been taken; never sent again by itself."""
    await people(house, 2)
    desk.box.handler.data.append("cut")
    await desk.sent()
    house.wall.pass_(86_400)
    await send_due(house.engine)
    assert await desk.ended() == {("queued", ""): 2, ("sent", ""): 1, ("unknown", ""): 1}
    assert len({one.recipient for one in desk.box.received}) == len(desk.box.received) == 2


async def test_a_server_that_is_away_is_tried_again(house, desk):
    """§4.4 fault: nothing was offered, so nothing is unknown."""
    await people(house, 1)
    await desk.queued()
    away = MailServer("127.0.0.1", 1)
    equip(house.engine, SITE, MailDispatcher(away, SITE))
    await send_due(house.engine)
    assert await statuses(house) == {"waiting": 1}
    equip(house.engine, SITE, MailDispatcher(desk.server, SITE))
    house.wall.pass_(61)
    await send_due(house.engine)
    assert await statuses(house) == {"sent": 1}


async def test_a_server_that_hung_up_between_two_messages_is_called_again(house, desk):
    """§4.4: one connection for many, opened anew when it is gone; nothing doubled."""
    await people(house, 1)
    await desk.sent()
    desk.server._client.transport.close()
    await asyncio.sleep(0.05)
    await desk.queued(FILE.replace("autumn-light", "winter-light"))
    await send_due(house.engine)
    assert len(desk.box.received) == 2


async def test_after_a_restore_nothing_that_waits_goes_by_itself(house, desk):
    """§4.4, §5.4 fault: an older D says *waiting* of what may have gone since; staff decide, message by message."""
    await people(house, 2)
    await desk.queued()
    assert await hold_after_restore(house.engine) == 2
    assert await send_due(house.engine) == 0
    assert await statuses(house) == {"unknown": 2}
    assert (await run_checks(house.engine))["consent-checked-when-sent"].holds
    for message_id in (await campaigns.results(house.engine, "autumn-light")).unknown:
        await send_again(house.engine, desk.ume, message_id)
    await send_due(house.engine)
    assert len(desk.box.received) == 2


async def test_who_is_erased_in_k_alone_is_put_off_and_not_tried_without_end(house, desk):
    """§4.4 fault: a kill in the middle of an erasure leaves a row; it waits for the erasure to be finished."""
    await people(house, 1)
    own = await house.join()
    await house.give(own, [("mail_address", MAIL), ("interests", "landscape"), TICK])
    await desk.queued()
    await house.engine.keyring.erase_person(own.person_id, "0" * 32, house.engine.clock.now())
    assert await send_due(house.engine) == 2
    assert [one.recipient for one in desk.box.received] == ["p0@example.jp"]


async def test_what_hangs_without_an_answer_is_found_and_the_board_says_so(house, desk):
    """§4.4: *handing* for too long is a breach the live check names, until it is called unknown."""
    await people(house, 1)
    await desk.queued()
    house.stop_after(1)
    with pytest.raises(KeptError):
        await send_due(house.engine)
    await house.close(integrate=False)
    await house.open()
    house.wall.pass_(3600)
    assert not (await run_checks(house.engine))["consent-checked-when-sent"].holds
    assert await find_unknown(house.engine) == 1
    assert (await run_checks(house.engine))["consent-checked-when-sent"].holds


async def test_a_sent_row_without_its_entry_is_a_breach_the_board_names(house, desk):
    """§4.4: a row moved by hand has no entry that let it go."""
    await people(house, 1)
    await desk.queued()
    if house.kind == "sqlite":
        await desk.sent(FILE.replace("autumn-light", "winter-light"))
        assert (await run_checks(house.engine))["consent-checked-when-sent"].holds
        house.sql("UPDATE outbox SET channel = 'post' WHERE status = 'sent'")
        assert not (await run_checks(house.engine))["consent-checked-when-sent"].holds
        house.sql("DELETE FROM message_link")
        assert not (await run_checks(house.engine))["says-why-you-got-it"].holds


async def test_a_name_is_only_text(house, desk):
    """§4.4 attack: what looks like a header in a name stays in the text."""
    own = await house.join()
    await house.give(
        own, [("mail_address", MAIL), ("name", "Mori Bcc: all@example.jp"), ("interests", "landscape"), TICK]
    )
    await desk.sent()
    message = desk.box.received[0].message
    assert message["Bcc"] is None
    assert "Mori Bcc: all@example.jp" in desk.box.received[0].text
    assert "Mori" not in "".join(str(value) for _, value in message.items())


async def test_an_address_in_another_script_arrives(house, desk):
    """§4.4: SMTPUTF8 and IDN."""
    own = await house.join()
    await house.give(own, [("mail_address", "花子@例え.jp"), ("interests", "landscape"), TICK])
    await desk.sent()
    assert desk.box.received[0].recipient == "花子@xn--r8jz45g.jp"
