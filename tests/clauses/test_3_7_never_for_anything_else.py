"""§3.7: cookies are never used for anything else: undeclared and unconsented ones are dropped, and a scan compares."""

from __future__ import annotations

import pytest
from asked import CONSOLE, Browser
from shop import shop
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from kept.cookies.findings import Observed, compare
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.cookies.first_scan import SERVING_SINCE, begin_serving, first_scan
from kept.services.cookies.scan import keep_scan
from kept.services.staff import sessions

pytestmark = pytest.mark.anyio
DAY = 86400.0


async def test_a_cookie_the_site_itself_invents_is_dropped_and_recorded(installation):
    """§3.7 breach and evidence: an undeclared and an unconsented Set-Cookie never leave; the ledger names the clause."""
    browser = Browser(installation)

    async def careless(request):
        answer = PlainTextResponse("hello")
        answer.set_cookie("_tracker", "7", secure=True)
        answer.set_cookie("__Host-kept_visit", "7", secure=True)
        answer.set_cookie("__Host-kept_session", "7", secure=True, max_age=999)
        return answer

    browser.app._app._apps["site"].router.routes.insert(0, Route("/en/careless", careless))
    for _ in range(2):
        answer = await browser.get("/en/careless")
        assert answer.headers.get_list("set-cookie") == []
    await browser.web.cookies.record()
    found = [one for one in await installation.ledger() if one.act == "system:cookie:drop"]
    assert {dict(one.facts)["cookie"]: dict(one.facts)["reason"] for one in found} == {
        "_tracker": "undeclared", "__Host-kept_visit": "unconsented", "__Host-kept_session": "life-longer",
    }  # fmt: skip
    assert {(one.outcome, one.clause) for one in found} == {("refused", "3.7")}
    assert len(found) == 3


async def test_refusing_is_as_easy_as_accepting_and_takes_everything_away(installation):
    """§3.7 and §2.3: one strip, two equal buttons, no script; after a no whatever was allowed is gone."""
    browser = Browser(installation, more=shop(installation.engine))
    strip = (await browser.get("/en")).text.split('<form class="ask"')[1].split("</form>")[0]
    assert strip.count('class="btn"') == 3
    assert 'value="refuse"' in strip
    await browser.post("/en/cookies", choice="accept", back="/en")
    await browser.post("/en/interests", act="follow", interest=["food"])
    await browser.get("/en/policy")
    assert len(browser.cookies) == 3
    answer = await browser.post("/en/cookies", choice="refuse", back="/en/policy")
    assert answer.headers["location"] == "/en/policy"
    assert set(browser.cookies) == {"__Host-kept_choices"}
    assert '<form class="ask"' not in (await browser.get("/en")).text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/en//evil", "/en/\\evil", "/ja/x", "/enx"])
async def test_a_choice_leads_back_to_this_site_only(installation, back):
    """§3.7 breach: where to go after a choice is a page of this site."""
    browser = Browser(installation)
    assert (await browser.post("/en/cookies", choice="refuse", back=back)).headers["location"] == "/en/cookies"


async def test_sec_gpc_is_a_no_until_a_choice_is_made_here(installation):
    """§3.7: the signal is honoured without asking or writing anything; an explicit later choice wins."""
    browser = Browser(installation, {"sec-gpc": "1"}, more=shop(installation.engine))
    assert '<form class="ask"' not in (await browser.get("/en")).text
    assert browser.cookies == {}
    assert "Global Privacy Control" in (await browser.get("/en/cookies")).text
    await browser.post("/en/cookies", choice="some", purpose=["interests-in-cookie"])
    await browser.post("/en/interests", act="follow", interest=["food"])
    assert "__Host-kept_interests" in browser.cookies


async def test_one_by_one(installation):
    """§3.7: only what was ticked is allowed; a purpose nobody asks about is not."""
    browser = Browser(installation, more=shop(installation.engine))
    await browser.post("/en/cookies", choice="some", purpose=["marketing-data", "contact"])
    await browser.post("/en/interests", act="nonsense", interest=["food"])
    await browser.get("/en")
    assert set(browser.cookies) == {"__Host-kept_choices", "__Host-kept_visit"}
    assert "contact" not in browser.cookies["__Host-kept_choices"]
    assert (await browser.post("/en/cookies", choice="perhaps")).status_code == 422


async def test_the_board_believes_a_fresh_clean_scan_only(installation):
    """§3.7 evidence: a week without a scan, or one that found something, and the promise is not kept."""
    browser = Browser(installation)
    rules = browser.web.cookies.rules()

    async def state():
        return (await promise_board(installation.engine)).of("3.7").state

    await begin_serving(installation.engine)
    installation.wall.pass_(7 * DAY + 60)
    assert await state() is ClauseState.NOT_KEPT_YET
    clean = [Observed("no choice", frozenset(), (("__Host-kept_choices", 60.0),), (), ())]
    await keep_scan(installation.engine, "https://shop.example", clean, compare(rules, clean))
    assert await state() is ClauseState.KEPT
    assert "as declared" in (await browser.get("/en/policy")).text
    installation.wall.pass_(8 * DAY)
    assert await state() is ClauseState.NOT_KEPT_YET
    dirty = [Observed("no choice", frozenset(), (("_ga", 60.0),), (), ())]
    await keep_scan(installation.engine, "https://shop.example", dirty, compare(rules, dirty))
    assert await state() is ClauseState.NOT_KEPT_YET
    assert "_ga" in (await browser.get("/en/cookies")).text


async def scan_part(installation):
    """The board's part of scans."""
    board = await promise_board(installation.engine)
    return next(one for one in board.of("3.7").parts if one.part.id == "browser-scan")


async def test_the_first_scan_is_due_a_week_after_the_first_page(installation):
    """§3.7: never served, nothing to scan; served, due by a date; past it, not kept. Never *nothing found*."""
    part = await scan_part(installation)
    assert (part.state, "served no pages" in part.detail) == (ClauseState.KEPT, True)
    await begin_serving(installation.engine)
    entries = [one for one in await installation.ledger() if one.act == "operator:installation:serve-first"]
    assert [one.clause for one in entries] == ["3.7"]
    due = (await first_scan(installation.engine)).due_at
    installation.wall.pass_(6 * DAY)
    await begin_serving(installation.engine)  # started again: the moment does not move
    assert (await first_scan(installation.engine)).due_at == due
    part = await scan_part(installation)
    assert (part.state, "due by" in part.detail) == (ClauseState.KEPT, True)
    installation.wall.pass_(1 * DAY)
    part = await scan_part(installation)
    assert (part.state, "was due by" in part.detail) == (ClauseState.NOT_KEPT_YET, True)
    assert len([one for one in await installation.ledger() if one.act == "operator:installation:serve-first"]) == 1


@pytest.mark.parametrize("said", ["1e30", "-5", "soon", "nan"])
async def test_a_moment_put_there_by_hand_buys_no_time(installation, said):
    """§3.7 breach: a first serving in the future, or one that is none, is overdue."""
    await installation.engine.put_meta(SERVING_SINCE, said)
    assert (await scan_part(installation)).state is ClauseState.NOT_KEPT_YET


@pytest.mark.parametrize("days", [0, 8])
async def test_the_pages_say_that_nothing_was_scanned_yet(installation, days):
    """§3.7 page: policy, cookie centre and board say the same, in both languages."""
    await begin_serving(installation.engine)
    installation.wall.pass_(days * DAY)
    await installation.staff("kato", ("privacy",))
    site, console = Browser(installation), Browser(installation, at=CONSOLE)
    console.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "kato")
    for browser, path in ((site, "policy"), (site, "cookies"), (console, "board")):
        english, japanese = (await browser.get(f"/en/{path}")).text, (await browser.get(f"/ja/{path}")).text
        assert f"Not scanned yet; the first scan in a real browser {'was' if days else 'is'} due by" in english, path
        assert "まだ検査していません" in japanese, path
        assert "as declared</span>" not in english
