"""§4.1: every act's page says why it was done, lets one stop right there what can be stopped, and says why the rest cannot."""

from __future__ import annotations

import re

import pytest
from asked import Browser
from installation import MAIL
from receiving import FILE
from writing_letters import came

from kept.errors import InputError
from kept.policy.words import Exit
from kept.services.cases import cases
from kept.services.my_data.act_reasons import WAYS, stop_act, why_of
from kept.services.my_data.own_data import own_data

pytestmark = pytest.mark.anyio


async def line_of(installation, own, act, purpose=""):
    """The entry of the newest line of an act, and for a purpose where one is named."""
    lines = (await own_data(installation.engine, own)).history.lines
    return next(
        one.entry_id for one in lines if one.account.act == act and (not purpose or one.account.purpose == purpose)
    )


@pytest.fixture
async def looked(installation):
    """A customer whose address support opened."""
    own = await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    await cases.open_item(installation.engine, session, case, "mail_address")
    return own, session


async def test_a_use_is_stopped_on_its_own_page(installation, looked):
    """§4.1 normal: the page of what support opened says for what, stops it, is gone back to, and the next opening is refused."""
    own, session = looked
    entry = await line_of(installation, own, "actor:value:read", "contact")
    browser = Browser(installation)
    await browser.sign_in(own)
    page = (await browser.get("/en/my-data")).text
    assert f'href="/en/my-data/why/{entry}"' in page
    at = f"/en/my-data/why/{entry}"
    page = (await browser.get(at)).text
    assert "It was needed for this." in page
    assert 'value="use"' in page
    answer = await browser.post(at, way="use")
    assert (answer.status_code, answer.headers["location"]) == (303, at)
    for language, said in (("en", "Stopped by you."), ("ja", "停止済みです。")):
        page = (await browser.get(f"/{language}/my-data/why/{entry}")).text
        assert said in page
        assert 'name="way"' not in page
    case = await cases.open_case(installation.engine, session, "contact")
    with pytest.raises(Exception, match="no person this case may see"):
        await cases.find_in_case(installation.engine, session, case, {"mail_address": MAIL})


async def test_what_cannot_be_stopped_says_why_and_offers_nothing(installation, looked):
    """§4.1, §0.1 breach: what answers one's own requests, and what one did oneself: no button, the reason, no form by hand."""
    own, _ = looked
    officer = await installation.staff("kato", ("privacy",))
    await came(installation, officer, "disclosure")
    entry = await line_of(installation, own, "actor:person:find", "rights-request")
    found = await why_of(installation.engine, own, entry)
    assert (found.cannot, found.stoppable) == ("answers", ())
    browser = Browser(installation)
    await browser.sign_in(own)
    page = (await browser.get(f"/en/my-data/why/{entry}")).text
    assert "This cannot be stopped" in page
    assert "Without it you could not ask" in page
    assert 'name="way"' not in page
    for way in (*WAYS, "", "everything"):
        with pytest.raises(InputError) as refused:
            await stop_act(installation.engine, own, entry, way)
        assert refused.value.reason == "act-not-stoppable"
    for act in ("customer:account:open", "customer:own-data:view"):
        assert (await why_of(installation.engine, own, await line_of(installation, own, act))).cannot == "yours"


async def test_nobody_elses_act_has_a_page(installation, looked):
    """§4.1 breach: another customer's entry, an invented one and one of nobody look the same."""
    own, _ = looked
    entry = await line_of(installation, own, "actor:value:read", "contact")
    other = await installation.join()
    for guess in (entry, "0" * 64, "x", ""):
        with pytest.raises(InputError) as refused:
            await why_of(installation.engine, other, guess)
        assert refused.value.reason == "entry-unknown"
        with pytest.raises(InputError):
            await stop_act(installation.engine, other, guess, "use")


async def test_a_message_is_stopped_on_its_page_and_the_page_says_so(installation, desk):
    """§4.4: without sign-in, by one press; back on the page it is stopped, by my data's page of the same act too."""
    own = await installation.join()
    await installation.give(
        own, [("mail_address", MAIL), ("interests", "landscape"), ("choice", "information-for-you/mail/")]
    )
    await desk.sent(FILE)
    link = desk.box.received[0].link("w")
    browser = Browser(installation)
    page = (await browser.get(link)).text
    action = re.search(r'action="(/en/w/[^"]+/stop)"', page)[1]
    answer = await browser.post(action)
    assert (answer.status_code, answer.headers["location"]) == (303, action.removesuffix("/stop"))
    assert "Stopped." in (await browser.get(answer.headers["location"])).text
    entry = await line_of(installation, own, "staff:message:send")
    found = await why_of(installation.engine, own, entry)
    assert (found.stopped, found.stoppable) == (("channel",), ("purpose", "use"))
    await stop_act(installation.engine, own, entry, "purpose")
    assert set((await why_of(installation.engine, own, entry)).stopped) >= {"channel", "purpose"}
    assert Exit.MAIL.value == found.account.exit
