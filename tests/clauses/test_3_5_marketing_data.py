"""§3.5: cookies may collect marketing data: visits counted with consent, without anybody's number."""

from __future__ import annotations

from collections import Counter

import pytest

from asked import Browser
from kept.services.visits import COOKIE

pytestmark = pytest.mark.anyio


async def counted(house, browser):
    """What the house has counted."""
    await browser.web.visits.keep()
    found: Counter[tuple[str, str]] = Counter()
    for _, page, feature, count in await house.engine.data.read(lambda tx: tx.all("visits_since", day="")):
        found[page, feature] += count
    return found


async def test_who_agreed_is_counted_once_a_day_and_page(house):
    """§3.5 normal: looking twice counts once; the cookie says a day and pages, no number."""
    browser = Browser(house)
    await browser.post("/en/cookies", choice="accept")
    for path in ("/en", "/ja", "/en?of=food", "/en/policy", "/en/policy"):
        await browser.get(path)
    assert await counted(house, browser) == {("home", "look"): 1, ("home", "filter"): 1, ("policy", "look"): 1}
    assert browser.cookies[COOKIE] == "2027-01-15!home-filter.home-look.policy-look"
    house.wall.pass_(86400)
    await browser.get("/en")
    assert (await counted(house, browser))["home", "look"] == 2


async def test_nobody_else_is_counted(house):
    """§3.5 breach: no choice, a no, and Sec-GPC count nothing and set nothing."""
    for browser in (Browser(house), Browser(house), Browser(house, {"sec-gpc": "1"})):
        if browser.cookies == {}:
            await browser.get("/en")
        await browser.post("/en/cookies", choice="refuse")
        await browser.get("/en")
        assert COOKIE not in browser.cookies
        assert await counted(house, browser) == {}


async def test_nothing_typed_becomes_a_count(house):
    """§3.5 breach: only declared pages and features are counted; a forged cookie adds no word."""
    browser = Browser(house)
    await browser.post("/en/cookies", choice="accept")
    browser.cookies[COOKIE] = "2027-01-15!hanako.home-look"
    await browser.get("/en")
    await browser.get("/en/policy")
    assert "hanako" not in browser.cookies[COOKIE]
    assert await counted(house, browser) == {("policy", "look"): 1}
    assert browser.web.visits.count("mori@example.jp", "look", "") == ""
