"""Pages say only what the policy in force says: its titles, its channels, its promises, and no more."""

from __future__ import annotations

import re

import pytest
from asked import Browser, session_cookie
from installation import PASSWORD, POLICY, Installation

from kept.policy.duties import used_channels
from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.messages import stop_list

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shop(tmp_path):
    """The bicycle shop: two channels, no scan, no promise that an account needs nothing."""
    (tmp_path / "bicycles").mkdir()
    one = Installation(tmp_path / "bicycles", POLICY.with_name("bicycles.policy.md"))
    await one.open()
    yield one
    await one.close()


async def _signed_in(shop) -> Browser:
    browser = Browser(shop)
    issued = await accounts.join_with_password(shop.engine, PASSWORD, "en")
    browser.cookies[session_cookie(shop)] = await accounts.start_session(shop.engine, issued.person_id)
    return browser


async def test_joining_promises_nothing_the_policy_does_not(shop, installation):
    """That an account needs no name is a promise of the sample, with its clause; here nobody gave it."""
    assert "needs no name" not in (await Browser(shop).get("/en/join")).text
    said = (await Browser(installation).get("/en/join")).text
    assert "needs no name" in said
    assert "/en/policy#2.7" in said


async def test_a_form_and_its_way_there_are_called_what_the_policy_calls_them(shop):
    """Title, heading and menu are the point's."""
    text = (await (await _signed_in(shop)).get("/en/registration")).text
    assert re.search(r"<h1>The counter&#39;s page</h1>", text)
    assert re.search(r'<a href="/en/registration"[^>]*>The counter&#39;s page</a>', text)
    assert ">Registration<" not in text


async def test_what_was_never_allowed_cannot_be_stopped(shop):
    """A reminder nobody agreed to does not happen; what does happen can be stopped, and resumed."""
    browser = await _signed_in(shop)
    asked = set(
        re.findall(
            r'/my-data/stop"><[^>]*><input type="hidden" name="purpose" value="([a-z-]+)"',
            (await browser.get("/en/my-data")).text,
        )
    )
    assert asked == {"repair"}  # what answers one’s own questions is stopped by nobody
    await browser.post("/en/my-data/stop", purpose="repair", stop="yes")
    assert "Resume this use" in (await browser.get("/en/my-data")).text


async def test_no_scan_is_due_where_none_is_promised(shop, installation):
    """The sample promises to look from outside; this shop does not."""
    assert "Looked at from outside" not in (await Browser(shop).get("/en/cookies")).text
    assert "Looked at from outside" in (await Browser(installation).get("/en/cookies")).text


async def test_only_the_policys_channels_are_offered(shop):
    """Neither letters nor faxes are any way of this shop's."""
    assert used_channels(shop.engine.policy.policy) == {Exit.MAIL, Exit.PHONE}
    assert set(await stop_list.counts(shop.engine)) == {Exit.MAIL, Exit.PHONE}
