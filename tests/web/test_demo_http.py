"""The demo's start page: absent in production, and with a way on when its customer has erased herself."""

from __future__ import annotations

import pytest
from asked import Browser
from installation import NAME, Installation
from receiving import SITE, MailDesk

from kept.channels.mail import MailServer
from kept.channels.mailbox import Mailbox
from kept.demo.invented import CUSTOMER
from kept.services.messages.mail import MailDispatcher
from kept.services.my_data import erasure
from kept.services.upkeep.sending import equip

pytestmark = pytest.mark.anyio


@pytest.fixture
async def installation(tmp_path):
    """An installation."""
    found = Installation(tmp_path)
    await found.open()
    yield found
    await found.close()


async def test_there_is_no_start_page_in_production(installation):
    """Nobody becomes anybody with a click."""
    browser = Browser(installation)
    assert (await browser.get("/en/demo")).status_code == 404
    assert (await browser.post("/en/demo/customer")).status_code in {404, 405}


async def test_a_customer_who_erased_herself_cannot_be_become(installation):
    """The page says what to do to begin anew."""
    own = await installation.mori()
    await installation.engine.put_meta(f"demo:{CUSTOMER}", own.person_id.hex())
    browser = Browser(installation, demo=True)
    assert (await browser.post("/en/demo/customer")).headers["location"] == "/en/my-data"
    await erasure.intend_erasure(installation.engine, own)
    browser = Browser(installation, demo=True)
    gone = await browser.post("/en/demo/customer")
    assert gone.status_code == 422
    assert "Remove the folder .demo" in gone.text


async def test_the_mailbox_shows_what_came_and_is_the_demo_s_alone(installation):
    """Headers and links as they came over SMTP; 404 where there is no demo."""
    desk = await MailDesk(installation).begin()
    box = await Mailbox().open()
    server = MailServer("127.0.0.1", box.port)
    equip(installation.engine, SITE, MailDispatcher(installation.engine, server, SITE))
    await installation.mori()
    await desk.sent()
    await server.close()
    await box.close()
    await desk.end()
    assert (await Browser(installation).get("/en/demo/mailbox")).status_code == 404
    nothing = await Browser(installation, demo=True).get("/en/demo/mailbox")
    assert "Nothing has come" in nothing.text
    browser = Browser(installation, demo=True, mailbox=box)
    text = (await browser.get("/en/demo/mailbox")).text
    assert "List-Unsubscribe: &lt;https://shop.example/u/" in text
    assert '<a href="https://shop.example/en/w/' in text
    assert 'action="/u/' in text
    assert NAME in text
