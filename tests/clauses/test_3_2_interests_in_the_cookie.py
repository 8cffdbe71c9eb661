"""§3.2: cookies may let content follow interests: kept on the customer's computer, off is off at once."""

from __future__ import annotations

import re

import pytest
from asked import Browser
from shop import INTERESTS, shop

pytestmark = pytest.mark.anyio


def pictures(page) -> list[str]:
    """The pictures of a page, in order."""
    return re.findall(r"/pictures/([a-z-]+)\.svg", page.text)


async def test_the_catalogue_follows_and_nothing_is_stored_here(installation):
    """§3.2 normal: the chosen kinds come first; the installation holds no word of it, the ledger neither."""
    browser = Browser(installation, more=shop(installation.engine))
    before = pictures(await browser.get("/en"))
    entries = len(await installation.ledger())
    await browser.post("/en/interests", act="follow", interest=["food", "animals"])
    assert browser.cookies[INTERESTS] == "food.animals"
    after = pictures(await browser.get("/en"))
    assert after != before
    assert sorted(after) == sorted(before)
    assert len(await installation.ledger()) == entries


async def test_off_is_off_at_once(installation):
    """§3.2: the button takes the cookie and the yes away, and the order is the plain one again."""
    browser = Browser(installation, more=shop(installation.engine))
    before = pictures(await browser.get("/en"))
    await browser.post("/en/interests", act="follow", interest=["food"])
    await browser.post("/en/interests", act="off")
    assert INTERESTS not in browser.cookies
    assert pictures(await browser.get("/en")) == before


async def test_an_interest_without_a_yes_is_not_read_and_is_taken_away(installation):
    """§3.2 breach: a cookie left in the browser after a no changes nothing and is removed with the next answer."""
    browser = Browser(installation, more=shop(installation.engine))
    before = pictures(await browser.get("/en"))
    browser.cookies[INTERESTS] = "food"
    assert pictures(await browser.get("/en")) == before
    assert INTERESTS not in browser.cookies


async def test_a_forged_interest_reaches_no_page(installation):
    """§3.2 breach: what is not a declared kind is left out; nothing typed into a cookie is shown."""
    browser = Browser(installation, more=shop(installation.engine))
    await browser.post("/en/cookies", choice="accept")
    browser.cookies[INTERESTS] = "food.<script>alert(1)</script>"
    page = await browser.get("/en")
    assert "<script>alert" not in page.text
    assert (await browser.get("/en/cookies")).text.count("alert(1)") == 0
