"""§3.7: cookies are never used for anything else: undeclared and unconsented ones are dropped, and a scan compares."""

from __future__ import annotations

from pathlib import Path

import pytest
from asked import CONSOLE, Browser
from shop import shop
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from kept.cookies.asgi import CookieGate
from kept.cookies.findings import UNSEEN, Held, Observed
from kept.cookies.rules import Rules
from kept.guarantees import words
from kept.guarantees.board import promise_board
from kept.policy.read import read_policy
from kept.policy.words import ClauseState
from kept.services.cookies.first_scan import SERVING_SINCE, begin_serving, first_scan
from kept.services.cookies.rules import CookieRules
from kept.services.cookies.scan import keep_scan, result_of
from kept.services.staff import sessions

pytestmark = pytest.mark.anyio
DAY = 86400.0
ROOT = Path(__file__).parents[2]
GUARANTEES = words()


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


class Shop:
    """A program behind the gate that sets what it is told to set."""

    def __init__(self, kind="http.response.start") -> None:
        self.sets, self._kind = [], kind

    async def __call__(self, scope, receive, send):
        """Answer with cookies."""
        del scope, receive
        await send({"type": self._kind, "status": 200, "headers": [(b"set-cookie", one) for one in self.sets]})


async def ask(gate, cookie=b"", kind="http"):
    """Ask through a gate; return the `Set-Cookie` lines of the answer."""
    sent = []

    async def send(message):
        sent.extend(value for name, value in message["headers"] if name == b"set-cookie")

    await gate({"type": kind, "headers": [(b"cookie", cookie)] if cookie else []}, None, send)
    return sent


async def lasting(installation, identifier, life):
    """A gate around a shop that has one cookie of its own, and the reasons of what it dropped."""
    written = (ROOT / "tests/policies/cookie-basis-wider/shop.policy.md").read_text("utf-8")
    written = written.replace(
        "    basis: necessary\n    life: 30 days\n    up-to: 9",
        f"""    basis: consent
    life: {life}
    identifier: {identifier}""",
    )
    assert identifier in written
    rules = Rules(read_policy({"shop.policy.md": written.encode()}, GUARANTEES))
    shop, found = Shop(), []
    gate = CookieGate(
        shop, lambda: rules, now=installation.engine.clock.now, found=found.append, purposes=frozenset({"visits"})
    )
    yes = f"{rules.choices}={rules.choose(['visits'], '2027-01-15').text()}".encode()
    return shop, gate, yes, found


@pytest.mark.parametrize(("identifier", "life"), [("session", "session"), ("device", "30 days")])
async def test_an_identifier_that_comes_back_is_somebodys_number(installation, identifier, life):
    """§3.7 breach: a person's number under the name of a session, or of a device, is given once and never again."""
    shop, gate, yes, found = await lasting(installation, identifier, life)
    shop.sets = [b"__Host-visit=customer-7; Path=/; Secure"]
    assert await ask(gate, yes) == shop.sets
    assert await ask(gate, yes) == shop.sets  # a double click
    installation.wall.pass_(3600)
    assert await ask(gate, yes + b"; __Host-visit=customer-7") == shop.sets  # renewed in the browser that has it
    assert await ask(gate, yes) == []  # another sign-in of the same person, or another device of theirs
    assert {(one.name, one.reason) for one in found} == {("__Host-visit", "given-before")}
    shop.sets = [b"__Host-visit=another-value; Path=/; Secure"]
    assert await ask(gate, yes) == shop.sets


@pytest.mark.parametrize("value", ["customer-7", "8f14e45fceea167a5a36dedd4bea2543", "10", "07", "7.7", "seven"])
async def test_what_says_that_it_carries_no_identifier_carries_none(installation, value):
    """§3.7 breach: `identifier: none` and a number all the same: it passes in neither direction, and is taken away."""
    shop, gate, yes, found = await lasting(installation, "none\n    up-to: 9", "30 days")
    shop.sets = [f"__Host-visit={value}; Path=/; Secure".encode()]
    assert await ask(gate, yes) == []
    assert [one.reason for one in found] == ["identifier"]
    shop.sets = []
    (taken,) = await ask(gate, yes + f"; __Host-visit={value}".encode())
    assert taken.startswith(b"__Host-visit=; Path=/; Max-Age=0")
    shop.sets = [b"__Host-visit=7; Path=/; Secure"]
    assert await ask(gate, yes) == shop.sets


@pytest.mark.parametrize(
    "kind", ["http.response.start", "websocket.accept", "websocket.http.response.start", "http.response.trailers"]
)
async def test_no_message_carries_a_cookie_past_the_gate(installation, kind):
    """§3.7 breach: an answer, a websocket, a websocket that is refused with a page, and trailers are all looked at."""
    shop = Shop(kind)
    shop.sets = [b"_tracker=7; Path=/"]
    gate = CookieRules(installation.engine).gate(shop, frozenset())
    assert await ask(gate, kind="websocket" if kind.startswith("websocket") else "http") == []


async def test_a_life_that_is_none_breaks_nothing(installation):
    """§3.7: `Max-Age=--5` from an app is no attribute, as for a browser; the rest of its answer arrives."""
    shop, gate, yes, _ = await lasting(installation, "none\n    up-to: 9", "30 days")
    shop.sets = [b"__Host-visit=7; Path=/; Max-Age=--5", b"_x=1; Max-Age=\xb2", b"_y=1; Expires=0001"]
    assert await ask(gate, yes) == shop.sets[:1]


async def test_a_cookie_that_came_twice_and_is_not_allowed_is_taken_away(installation):
    """§3.7 breach: sent twice it is not read, and without a yes it does not stay either."""
    _, gate, _, _ = await lasting(installation, "device", "30 days")
    (taken,) = await ask(gate, b"__Host-visit=1; __Host-visit=2")
    assert taken.startswith(b"__Host-visit=; Path=/; Max-Age=0")


async def test_a_cookie_without_a_path_is_set_where_it_can_be_taken_away(installation):
    """§3.7: a browser would keep it for the folder of the page, where no later no reaches it."""
    shop, gate, yes, _ = await lasting(installation, "none\n    up-to: 9", "30 days")
    shop.sets = [b"__Host-visit=7", b"__Host-visit=8; Path=/; Path="]
    assert await ask(gate, yes) == [b"__Host-visit=7; Path=/", b"__Host-visit=8; Path=/; Path=; Path=/"]


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
    clean = [Observed("no choice", frozenset(), (Held("__Host-kept_choices", 60.0),))]
    await keep_scan(
        installation.engine, "https://shop.example", result_of(rules, clean, installation.engine.clock.now())
    )
    assert await state() is ClauseState.KEPT
    page = (await browser.get("/en/policy")).text
    assert "as declared" in page
    assert all(UNSEEN[one] in page for one in ("not-signed-in", "other-browsers", "server"))  # what it did not look at
    assert "__Host-kept_interests" in page.partition("Declared, and seen in no phase:")[2]
    installation.wall.pass_(8 * DAY)
    assert await state() is ClauseState.NOT_KEPT_YET
    dirty = [Observed("no choice", frozenset(), (Held("_ga", 60.0),))]
    await keep_scan(
        installation.engine, "https://shop.example", result_of(rules, dirty, installation.engine.clock.now())
    )
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
