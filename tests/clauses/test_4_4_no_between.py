"""§4.4 attack: the other side is slow, and people say no or are erased while their message waits for its turn."""

from __future__ import annotations

import asyncio

import pytest
from asked import Browser
from receiving import FILE

from clauses.test_4_4_sending import TICK, statuses
from kept import limits
from kept.policy.words import Exit
from kept.services.messages.outbox import send_due
from kept.services.my_data import choices, erasure

pytestmark = pytest.mark.anyio
PURPOSE = "information-for-you"


async def joined(installation, count):
    """So many who agreed, and like landscapes; in the order of their addresses."""
    found = []
    for number in range(count):
        own = await installation.join()
        await installation.give(own, [("mail_address", f"p{number}@example.jp"), ("interests", "landscape"), TICK])
        found.append(own)
    return found


NO = {
    "purpose": lambda engine, own: choices.choose(engine, own, PURPOSE, None, allow=False),
    "channel": lambda engine, own: choices.choose(engine, own, PURPOSE, Exit.MAIL, allow=False),
    "stop": lambda engine, own: choices.stop_use(engine, own, PURPOSE, stop=True),
    "link": lambda engine, own: choices.say_no_by_link(engine, own.person_id, PURPOSE, Exit.MAIL),
    "erase": erasure.intend_erasure,
}


@pytest.mark.parametrize("how", NO)
async def test_a_no_while_the_sender_is_being_named_keeps_the_recipient_off_the_wire(installation, desk, how):
    """§4.4 breach: the server takes its time before the recipient; the address is never said to it."""
    (own,) = await joined(installation, 1)
    await desk.queued()
    desk.box.handler.waits["MAIL"] = asyncio.Event()
    sending = asyncio.ensure_future(send_due(installation.engine))
    await asyncio.wait_for(desk.box.handler.reached.acquire(), 5)
    await NO[how](installation.engine, own)
    desk.box.handler.waits["MAIL"].set()
    await sending
    assert desk.box.handler.asked == []
    assert await statuses(installation) in ({"left-out": 1}, {})


async def test_who_says_no_while_others_are_slow_gets_nothing(installation, desk):
    """§4.4 breach: only what was on the wire goes; a dozen who were due at the same moment are decided when it is their turn."""
    people = await joined(installation, 12)
    await desk.queued()
    desk.box.handler.waits["DATA"] = asyncio.Event()
    sending = asyncio.ensure_future(send_due(installation.engine))
    for _ in range(limits.MAIL_CONNECTIONS):
        await asyncio.wait_for(desk.box.handler.reached.acquire(), 5)
    under_way = list(desk.box.handler.asked)
    for number, own in enumerate(people):
        if f"p{number}@example.jp" not in under_way:
            await (
                choices.choose(installation.engine, own, PURPOSE, None, allow=False)
                if number % 2
                else erasure.intend_erasure(installation.engine, own)
            )
    desk.box.handler.waits["DATA"].set()
    await sending
    assert sorted(one.recipient for one in desk.box.received) == sorted(under_way)
    assert len(under_way) == limits.MAIL_CONNECTIONS
    assert sorted(desk.box.handler.asked) == sorted(under_way)


async def test_an_address_in_another_script_is_decided_once_more(installation, desk):
    """§4.4 breach: naming the sender anew for such an address takes time; a no within it still counts."""
    own = await installation.join()
    await installation.give(own, [("mail_address", "花子@example.jp"), ("interests", "landscape"), TICK])
    await desk.queued(FILE)
    handler, named = desk.box.handler, 0

    async def second_is_slow(word):
        nonlocal named
        named += word == "MAIL"
        if word == "MAIL" and named == 2:
            await choices.choose(installation.engine, own, PURPOSE, None, allow=False)

    handler.slow = second_is_slow
    await send_due(installation.engine)
    assert (named, handler.asked) == (2, [])
    assert await statuses(installation) == {"left-out": 1}


@pytest.mark.parametrize("how", ["purpose", "channel", "stop", "link"])
async def test_the_answer_to_a_no_says_what_was_already_on_its_way(installation, desk, how):
    """§4.4: the recipient was named before the no; it goes, and the person is told; said again nothing is on its way."""
    (own,) = await joined(installation, 1)
    await desk.queued()
    desk.box.handler.waits["RCPT"] = asyncio.Event()
    sending = asyncio.ensure_future(send_due(installation.engine))
    await asyncio.wait_for(desk.box.handler.reached.acquire(), 5)
    said = await NO[how](installation.engine, own)
    assert said.going.under_way == 1
    desk.box.handler.waits["RCPT"].set()
    await sending
    assert len(desk.box.received) == 1
    assert (await NO[how](installation.engine, own)).going.under_way == 0


async def test_the_receipt_of_an_erasure_names_what_was_on_its_way(installation, desk):
    """§4.4: nothing follows, and the receipt says that one may still arrive."""
    (own,) = await joined(installation, 1)
    await desk.queued()
    desk.box.handler.waits["DATA"] = asyncio.Event()
    sending = asyncio.ensure_future(send_due(installation.engine))
    await asyncio.wait_for(desk.box.handler.reached.acquire(), 5)
    receipt_id = await erasure.intend_erasure(installation.engine, own)
    desk.box.handler.waits["DATA"].set()
    await sending
    receipt = await erasure.erasure_receipt(installation.engine, receipt_id)
    assert (receipt["under_way"], receipt["faxes_held"], len(desk.box.received)) == (1, 0, 1)
    page = await Browser(installation).get(f"/en/erasure/{receipt_id}")
    assert "already on their way to you when the erasure began, which may still arrive: 1" in page.text
