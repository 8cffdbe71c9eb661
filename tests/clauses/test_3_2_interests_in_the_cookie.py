"""§3.2: cookies may let content follow interests: kept on the customer's computer, off is off at once."""

from __future__ import annotations

import re

import pytest
from asked import Browser
from installation import second_version
from second import read_and_approve
from shop import INTERESTS, shop
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.staff import activation

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


# -------------------------------------------------------------------- by an examiner


@pytest.mark.parametrize(
    "fields",
    [
        {"act": ["off", "follow"], "interest": ["food"]},
        {"act": ["follow", "off"], "interest": ["food"]},
        {"act": "follow", "interest": ["food", "yachts"]},
        {"act": "follow", "interest": []},
        {"act": "Follow", "interest": ["food"]},
        {"interest": ["food"]},
    ],
)
async def test_what_is_unclear_is_a_no(installation, fields):
    """§3.2 breach: *off* and *follow* in one form, a kind nobody declared, nothing at all: off is off, whoever adds a word."""
    browser = Browser(installation, more=shop(installation.engine))
    before = pictures(await browser.get("/en"))
    await browser.post("/en/interests", act="follow", interest=["food"])
    await browser.post("/en/interests", **fields)
    assert INTERESTS not in browser.cookies
    assert "interests-in-cookie" not in browser.cookies["__Host-kept_choices"]
    assert pictures(await browser.get("/en")) == before


@pytest.mark.parametrize(
    "value", ["animals.food", "food.food", "food.", ".food", "FOOD", "food.yachts", "food%2Eanimals"]
)
async def test_an_order_or_a_spelling_that_could_number_people_is_not_read(installation, value):
    """§3.2 breach: 40,320 orders of eight kinds would number 40,320 people: there is one order, and no other value is read."""
    browser = Browser(installation, more=shop(installation.engine))
    before = pictures(await browser.get("/en"))
    await browser.post("/en/cookies", choice="accept")
    browser.cookies[INTERESTS] = value
    assert pictures(await browser.get("/en")) == before
    assert INTERESTS not in browser.cookies


async def test_a_page_that_hides_a_number_in_the_interests_is_found_out(installation):
    """§3.2 breach and evidence: the company's own page sets an order of its own: it never leaves, and the ledger says so."""

    async def numbering(request):
        answer = PlainTextResponse("hello")
        answer.set_cookie(INTERESTS, "animals.food", secure=True, httponly=True, max_age=86400)
        return answer

    browser = Browser(installation)
    browser.app._app._apps["site"].router.routes.insert(0, Route("/numbering", numbering))
    await browser.post("/en/cookies", choice="accept")
    await browser.get("/numbering")
    assert INTERESTS not in browser.cookies
    await browser.web.cookies.record()
    said = await installation.newest()
    assert (said.act, said.outcome) == ("system:cookie:drop", "refused")
    assert dict(said.facts) == {"cookie": INTERESTS, "reason": "identifier"}


async def test_a_yes_of_another_question_or_of_long_ago_is_none(installation):
    """§3.2 breach: both cookies put back after 180 days, or kept through a version that asks otherwise: not read, taken away."""
    browser = Browser(installation, more=shop(installation.engine))
    before = pictures(await browser.get("/en"))
    await browser.post("/en/interests", act="follow", interest=["food"])
    held = dict(browser.cookies)
    asks, approves = [await installation.staff(login, ("privacy",)) for login in ("kato", "ono")]
    files = second_version((b'"Pictures that follow your interests"', b'"Pictures chosen by what you look at"'))
    await activation.propose(installation.engine, files, by="test")
    await activation.activate(installation.engine, asks, 2)
    await read_and_approve(activation.ACTIVATION, installation.engine, approves, "2")
    assert pictures(await browser.get("/en")) == before
    assert INTERESTS not in browser.cookies
    await browser.post("/en/interests", act="follow", interest=["food"])
    assert pictures(await browser.get("/en")) != before
    held = dict(browser.cookies)
    installation.wall.pass_(182 * 86400)
    browser.cookies |= held
    assert pictures(await browser.get("/en")) == before
    assert INTERESTS not in browser.cookies


async def test_another_site_turns_nothing_on(installation):
    """§3.2 breach: a form of somebody else's page, and a link, follow nothing for whoever is led there."""
    browser = Browser(installation, {"origin": "https://elsewhere.example"}, more=shop(installation.engine))
    assert (await browser.post("/en/interests", act="follow", interest=["food"])).status_code == 403
    assert (await browser.get("/en/interests?act=follow&interest=food")).status_code in {404, 405}
    assert browser.cookies == {}


async def test_the_board_and_the_cookie_page_say_so(installation):
    """§3.2 page: a use is counted under the clause, and the cookie page says what this browser holds of it."""
    browser = Browser(installation, more=shop(installation.engine))
    await browser.post("/en/interests", act="follow", interest=["food", "animals"])
    for path in ("/en", "/ja"):
        await browser.get(path)
    await browser.web.cookies.record()
    one = (await promise_board(installation.engine)).of("3.2")
    assert (one.state, one.uses >= 2) == (ClauseState.KEPT, True)
    page = (await browser.get("/en/cookies")).text
    assert "Food" in page
    assert "Animals" in page
