"""A process is killed with SIGKILL while the other side has a message: nothing is lost silently, nothing goes twice."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from pathlib import Path

import pytest
from installation import Installation
from receiving import FILE, MailDesk

from kept.services.campaigns import campaigns
from kept.services.engine.clock import Clock
from kept.services.messages.outbox import send_due

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
CHILD = Path(__file__).with_name("sending_child.py")
PEOPLE = 40


class RealInstallation(Installation):
    """An installation on the machine's own clock, as its child process is."""

    def parts(self, *, create: bool = False):
        """Return the parts, with the real clock."""
        parts = super().parts(create=create)
        parts.clock = Clock()
        return parts


@pytest.mark.parametrize("after", [1, 7, 23])
async def test_sigkill_during_smtp(tmp_path, after):
    """§4.4: killed while message number *after* is with the server and unanswered; the next process goes on."""
    installation = RealInstallation(tmp_path)
    await installation.open()
    desk = await MailDesk(installation).begin()
    for number in range(PEOPLE):
        own = await installation.join()
        fields = [("mail_address", f"p{number}@example.jp"), ("interests", "landscape")]
        await installation.give(own, [*fields, ("choice", "information-for-you/mail/")])
    await desk.queued(FILE)
    await installation.close()
    reached, take = asyncio.Event(), desk.box.handler.handle_DATA

    async def hold(server, session, envelope):
        await take(server, session, envelope)
        if len(desk.box.received) == after:
            reached.set()
            await asyncio.sleep(3600)  # never answered
        return "250 taken"

    desk.box.handler.handle_DATA = hold
    child = await asyncio.create_subprocess_exec(sys.executable, str(CHILD), str(tmp_path), str(desk.box.port))
    await asyncio.wait_for(reached.wait(), 60)
    child.kill()
    await child.wait()
    desk.box.handler.handle_DATA = take
    await installation.open()
    await desk.reopen()
    await send_due(installation.engine)
    got = Counter(one.recipient for one in desk.box.received)
    assert set(got.values()) == {1}, "nobody got it twice"
    results = await campaigns.results(installation.engine, "autumn-light")
    assert results.unknown, "what was unanswered is shown"
    assert results.ended["sent", ""] + len(results.unknown) == PEOPLE, "nobody is lost"
    assert len(got) >= results.ended["sent", ""]
    assert len(results.unknown) <= 16
    await desk.end()
    await installation.close()
