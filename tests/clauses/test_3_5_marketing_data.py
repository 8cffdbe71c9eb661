"""§3.5: cookies may collect marketing data: visits counted with consent, without anybody's number."""

from __future__ import annotations

from collections import Counter

import pytest
from asked import Browser
from shop import shop

from kept.store import sql

pytestmark = pytest.mark.anyio

COOKIE = "__Host-kept_visit"


async def counted(installation, browser):
    """What the installation has counted."""
    await browser.web.visits.keep()
    found: Counter[tuple[str, str]] = Counter()
    for _, page, feature, count in await installation.engine.data.all(sql.VisitsSince, day=""):
        found[page, feature] += count
    return found


async def test_who_agreed_is_counted_once_a_day_and_page(installation):
    """§3.5 normal: looking twice counts once; the cookie says a day and pages, no number."""
    browser = Browser(installation, more=shop(installation.engine))
    await browser.post("/en/cookies", choice="accept")
    for path in ("/en", "/ja", "/en?of=food", "/en/picture/cat", "/pictures/cat.svg", "/en/policy", "/en/policy"):
        await browser.get(path)
    assert await counted(installation, browser) == {
        ("home", "look"): 1, ("home", "filter"): 1, ("own", "look"): 1, ("policy", "look"): 1,
    }  # fmt: skip
    assert browser.cookies[COOKIE] == "2027-01-15!home-filter.home-look.own-look.policy-look"
    installation.wall.pass_(86400)
    await browser.get("/en")
    assert (await counted(installation, browser))["home", "look"] == 2


async def test_nobody_else_is_counted(installation):
    """§3.5 breach: no choice, a no, and Sec-GPC count nothing and set nothing."""
    for browser in (Browser(installation), Browser(installation), Browser(installation, {"sec-gpc": "1"})):
        if browser.cookies == {}:
            await browser.get("/en")
        await browser.post("/en/cookies", choice="refuse")
        await browser.get("/en")
        assert COOKIE not in browser.cookies
        assert await counted(installation, browser) == {}


async def test_nothing_typed_becomes_a_count(installation):
    """§3.5 breach: only declared pages and features are counted; a forged cookie is no cookie."""
    browser = Browser(installation)
    await browser.post("/en/cookies", choice="accept")
    browser.cookies[COOKIE] = "2027-01-15!hanako.home-look"
    await browser.get("/en")
    await browser.get("/en/policy")
    assert "hanako" not in browser.cookies[COOKIE]
    assert await counted(installation, browser) == {("home", "look"): 1, ("policy", "look"): 1}
    assert browser.web.visits.count("mori@example.jp", "look", "") == ""
