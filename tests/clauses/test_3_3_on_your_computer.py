"""§3.3: cookies live on the customer's computer: what this browser holds, for what, with a button to delete it."""

from __future__ import annotations

import pytest
from asked import Browser
from shop import shop

from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState

pytestmark = pytest.mark.anyio


async def test_the_page_shows_what_the_browser_holds_and_deletes_it(installation):
    """§3.3 normal and page: each cookie with its purpose, in both languages; one button deletes one, another all."""
    browser = Browser(installation, more=shop(installation.engine))
    nothing = (await browser.get("/en/cookies")).text
    assert "Nothing. This browser sent us no cookie." in nothing
    assert "180 days, holds no identifier (Interests)" in nothing  # what each may say, before it is set
    assert "until you close the browser, holds a number of this visit" in nothing
    await browser.post("/en/interests", act="follow", interest=["city"])
    shown = (await browser.get("/en/cookies")).text
    assert "Pictures that follow your interests" in shown
    assert "Cities" in shown.split('id="now"')[1]
    assert "今このブラウザーにあるもの" in (await browser.get("/ja/cookies")).text
    await browser.post("/en/cookies/delete", name="__Host-kept_interests")
    assert set(browser.cookies) == {"__Host-kept_choices"}
    await browser.post("/en/cookies/delete", name="*")
    assert browser.cookies == {}


async def test_what_is_not_ours_is_named_but_never_shown(installation):
    """§3.3 breach: a foreign cookie stands there by name; its value reaches no page."""
    browser = Browser(installation)
    browser.cookies["_other"] = "hanako-canary"
    shown = (await browser.get("/en/cookies")).text
    assert "_other" in shown
    assert "Not ours." in shown
    assert "hanako-canary" not in shown


async def test_the_board_says_kept(installation):
    """§3.3 evidence: the live check looks at every declared cookie."""
    board = await promise_board(installation.engine)
    assert {one: board.of(one).state for one in ("3.1", "3.2", "3.3", "3.4", "3.5", "3.6")} == dict.fromkeys(
        ("3.1", "3.2", "3.3", "3.4", "3.5", "3.6"), ClauseState.KEPT
    )


@pytest.mark.parametrize("name", ["*", "__Host-kept_session"])
async def test_a_deleted_sign_in_is_over_for_its_copies_too(installation, name):
    """§3.3 breach: who deletes the sign-in cookie is signed out, and so is whoever holds a copy of it."""
    own = await installation.join()
    browser, copy = Browser(installation), Browser(installation)
    await browser.sign_in(own)
    copy.cookies |= browser.cookies
    await browser.get("/en/cookies")
    await browser.post("/en/cookies/delete", name=name)
    assert "__Host-kept_session" not in browser.cookies
    assert (await copy.get("/en/my-data")).headers["location"] == "/en/sign-in"
