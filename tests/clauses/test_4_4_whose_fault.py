"""§4.4 fault: a failing mail server is not a refusing recipient; several in a row hold the run, and staff are told."""

from __future__ import annotations

import pytest
from asked import CONSOLE, Browser
from receiving import FILE, SITE

from clauses.test_4_4_sending import people, statuses
from kept import limits
from kept.channels.mail import MailServer
from kept.errors import ConflictError, DeniedError
from kept.guarantees.board import run_checks
from kept.services.messages import holds
from kept.services.messages.mail import MailDispatcher
from kept.services.messages.outbox import send_due
from kept.services.staff import sessions
from kept.services.upkeep.sending import equip

pytestmark = pytest.mark.anyio


def refuse_everybody(desk, count, reply):
    """Let the server give everybody the same answer."""
    for number in range(count):
        desk.box.handler.rcpt[f"p{number}@example.jp"] = reply


async def held(installation):
    """Which channels are held, and what their server said."""
    return [(one.channel, one.said) for one in await holds.held_channels(installation.engine)]


@pytest.mark.parametrize(
    "reply", ["550 relay not permitted", "550 5.7.1 relaying denied", "554 5.3.2 no", "451 4.3.0 x"]
)
async def test_a_misconfigured_server_puts_nobody_on_the_stop_list(installation, desk, reply):
    """§4.4 breach: everybody is refused; nobody is listed, nothing is lost, the run is held, and the board says so."""
    await people(installation, 8)
    refuse_everybody(desk, 8, reply)
    await desk.queued()
    await send_due(installation.engine)
    assert not [one for one in await installation.ledger() if one.act == "actor:stop-list:add"]
    assert await statuses(installation) == {"waiting": 8}
    assert [one.split()[0] for _, one in await held(installation)] == [reply.split()[0]]
    (entry,) = [one for one in await installation.ledger() if one.act == "system:channel:hold"]
    assert (entry.outcome, entry.exit) == ("failed", "mail")
    found = (await run_checks(installation.engine))["consent-checked-when-sent"]
    assert not found.holds
    desk.box.handler.rcpt.clear()
    installation.wall.pass_(limits.CHANNEL_HELD_SECONDS + 1)
    await send_due(installation.engine)
    assert await statuses(installation) == {"sent": 8}
    assert await held(installation) == []
    assert (await run_checks(installation.engine))["consent-checked-when-sent"].holds


async def test_a_held_channel_is_tried_with_one_message(installation, desk):
    """§4.4: no address is opened for nothing but the one of the try; and no message gives up meanwhile."""
    await people(installation, 8)
    refuse_everybody(desk, 8, "550 relay not permitted")
    await desk.queued()
    await send_due(installation.engine)
    for _ in range(limits.SENDING_TRIES + 2):
        installation.wall.pass_(limits.CHANNEL_HELD_SECONDS + 1)
        asked = len(desk.box.handler.asked)
        await send_due(installation.engine)
        assert len(desk.box.handler.asked) == asked + 1
    assert await statuses(installation) == {"waiting": 8}


async def test_one_refused_again_and_again_holds_nobody_else(installation, desk):
    """§4.4: the others go, and it fails in the end without a word about its address."""
    await people(installation, 3)
    desk.box.handler.rcpt["p0@example.jp"] = "550 5.7.1 not you"
    await desk.queued()
    for _ in range(limits.SENDING_TRIES + 1):
        await send_due(installation.engine)
        installation.wall.pass_(5 * 3600)
    assert await statuses(installation) == {"sent": 2, "failed": 1}
    assert await held(installation) == []


async def test_recipients_who_are_none_do_not_hold_the_run(installation, desk):
    """§4.4: their own fault, one after the other, says that the server works."""
    await people(installation, 6)
    refuse_everybody(desk, 5, "550 5.1.1 no such user")
    assert (await desk.sent())["failed", "undeliverable"] == 5
    assert await held(installation) == []


async def test_a_server_that_is_away_opens_nobody_s_address(installation, desk):
    """§4.4 fault: nothing is decided without a connection; after three tries the channel is held."""
    await people(installation, 2)
    await desk.queued()
    away = MailServer("127.0.0.1", 1)
    equip(installation.engine, SITE, MailDispatcher(installation.engine, away, SITE))
    for _ in range(3):
        await send_due(installation.engine)
        installation.wall.pass_(61)
    assert await held(installation) == [("mail", "unreachable")]
    assert not [one for one in await installation.ledger() if one.act == "staff:message:send"]


async def test_staff_have_it_tried_at_once(installation, desk):
    """§4.4: by who reaches people that way, recorded; not by others, and not where nothing is held."""
    await people(installation, 4)
    refuse_everybody(desk, 4, "550 relay not permitted")
    with pytest.raises(ConflictError):
        await holds.try_now(installation.engine, desk.ume, "mail")
    await desk.sent()
    judge = await installation.staff("judge", ("privacy",))
    with pytest.raises(DeniedError):
        await holds.try_now(installation.engine, judge, "mail")
    desk.box.handler.rcpt.clear()
    await holds.try_now(installation.engine, desk.ume, "mail")
    await send_due(installation.engine)
    assert await statuses(installation) == {"sent": 4}
    assert [one.act for one in await installation.ledger()].count("staff:channel:try") == 1


async def test_a_message_refused_after_its_text_for_the_address_s_sake_is_the_recipient_s(installation, desk):
    """§4.4: some servers look at the recipient only then; a refused text is a server's."""
    await people(installation, 1)
    desk.box.handler.data.append("550 5.1.1 no such user")
    assert (await desk.sent())["failed", "undeliverable"] == 1
    await desk.queued(FILE.replace("autumn-light", "winter-light"))
    await send_due(installation.engine)
    assert (await desk.ended("winter-light"))["left-out", "stop-list"] == 1


async def test_the_console_says_it_and_has_it_tried(installation, desk):
    """§4.4 page: on the board and among the campaigns, with the codes and no address; one button tries it."""
    await people(installation, 4)
    refuse_everybody(desk, 4, "550 5.7.1 <p0@example.jp> relay denied")
    await desk.sent()
    browser = Browser(installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "ume")
    page = (await browser.get("/en/campaigns")).text
    assert "E-mail: held" in page
    assert "550 5.7.1" in page
    assert "p0@example.jp" not in page
    desk.box.handler.rcpt.clear()
    assert (await browser.post("/en/held", channel="mail")).status_code == 303
    await send_due(installation.engine)
    assert "E-mail: held" not in (await browser.get("/en/campaigns")).text
    assert await statuses(installation) == {"sent": 4}
