"""§3.6: what cookies tell is used only as far as the service needs it: each value for the code of its purpose.

Every way round is tried by a program of the company's own, beside our pages and behind the gate: its request, the headers, the scope,
a websocket, a cookie it sets itself, another purpose's jar, and whatever can be reached from the jar.
"""

from __future__ import annotations

import copy

import pytest
from asked import Browser
from cited import cited
from starlette.requests import Request

import kept
from kept.cookies.jar import Jar
from kept.errors import DeniedError, InputError, SettingError
from kept.guarantees.board import promise_board
from kept.services.accounts import accounts
from kept.services.cookies.rules import CookieRules
from kept.web.app import More

pytestmark = pytest.mark.anyio

SESSION, INTERESTS = "__Host-kept_session", "__Host-kept_interests"
SECRET = "canary-of-a-session"


async def nothing(_=None):
    """Receive nothing, and send it nowhere."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def seen_by(gate, *headers, kind="http"):
    """Send one request through a gate; return the scope its app is given, and what the app answers."""
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "method": "GET", "path": "/", "query_string": b"", "headers": [*headers, (b"host", b"x")]}
    await gate(scope, nothing, send)
    return sent


def everything(thing, depth=6):
    """Everything that can be reached from *thing* without a name that begins with an underscore, as one text."""
    if depth == 0 or callable(thing):
        return ""
    if isinstance(thing, dict):
        return " ".join(f"{everything(key, depth - 1)} {everything(one, depth - 1)}" for key, one in thing.items())
    if isinstance(thing, list | tuple | set | frozenset):
        return " ".join(everything(one, depth - 1) for one in thing)
    if isinstance(thing, str | bytes | int | float | bool | None):
        return str(thing)
    names = [one for one in dir(thing) if not one.startswith("_")]
    return repr(thing) + " ".join(everything(getattr(thing, one, None), depth - 1) for one in names)


class Nosy:
    """A program that keeps what it is given."""

    def __init__(self, *sets: bytes) -> None:
        self.scope = {}
        self._sets = sets

    async def __call__(self, scope, receive, send):
        """Take everything, and set what it was told to set."""
        del receive
        self.scope = scope
        kind = "websocket.accept" if scope["type"] == "websocket" else "http.response.start"
        await send({"type": kind, "status": 200, "headers": [(b"set-cookie", one) for one in self._sets]})
        if scope["type"] == "http":
            await send({"type": "http.response.body", "body": b""})

    @property
    def jar(self):
        """Its jar."""
        return self.scope["state"]["cookies"]


async def yes_to(rules, *purposes, day="2027-01-15"):
    """The header of a browser that holds a session and interests, and said yes to some purposes."""
    of = rules.rules()
    text = of.choose(purposes, day).text()
    return (b"cookie", f"{SESSION}={SECRET}; {INTERESTS}=food; {of.choices}={text}".encode())


async def test_code_of_the_purpose_reads_the_value(installation):
    """§3.6 normal: the app that is the code of a purpose reads its cookie, in its header and by the jar."""
    rules, app = CookieRules(installation.engine), Nosy()
    gate = rules.gate(app, frozenset({"interests-in-cookie"}))
    await seen_by(gate, await yes_to(rules, "interests-in-cookie"))
    assert app.jar.value(INTERESTS, purpose="interests-in-cookie") == "food"
    assert Request(app.scope).cookies == {INTERESTS: "food"}
    assert app.jar.names == (INTERESTS,)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("purposes", [(), ("interests-in-cookie",), ("interests-in-cookie", "other")])
async def test_no_way_leads_to_the_value_of_another_purpose(installation, kind, purposes):
    """§3.6 breach: request.cookies, headers, scope, websocket scope, and every attribute of the jar are tried."""
    rules, app = CookieRules(installation.engine), Nosy()
    await seen_by(rules.gate(app, frozenset(purposes)), await yes_to(rules, "interests-in-cookie"), kind=kind)
    if kind == "http":
        assert SESSION not in Request(app.scope).cookies
    for purpose in ("sign-in", "interests-in-cookie", "marketing-data", ""):
        with pytest.raises(DeniedError) as refused:
            app.jar.value(SESSION, purpose=purpose)
        assert (cited(refused.value), refused.value.reason) == ("§3.6", "cookie-purpose")
    assert not app.jar.has(SESSION)
    assert SECRET not in everything(app.scope)
    assert SECRET not in "".join(repr(getattr(app.jar, one, "")) for one in dir(app.jar))
    assert copy.copy(app.jar).names == Jar().names == ()


async def test_what_the_jar_says_cannot_be_written_to(installation):
    """§3.6 breach: code that makes its jar say more, or gives itself a purpose, is stopped by the language itself."""
    rules, app = CookieRules(installation.engine), Nosy()
    await seen_by(rules.gate(app, frozenset()), await yes_to(rules))
    for name, value in (("allowed", frozenset({"marketing-data"})), ("names", ()), ("granted", None), ("_passed", {})):
        with pytest.raises(AttributeError):
            setattr(app.jar, name, value)


@pytest.mark.parametrize("spelled", [b"cookie", b"Cookie", b"COOKIE"])
async def test_a_header_is_taken_away_however_it_is_spelled(installation, spelled):
    """§3.6 breach: a server that does not write names in small letters hands over no cookie either."""
    rules, app = CookieRules(installation.engine), Nosy()
    await seen_by(rules.gate(app, frozenset()), (spelled, f"{SESSION}={SECRET}".encode()))
    assert app.scope["headers"] == [(b"host", b"x")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"__Host-kept_interests=food; Path=/; Secure; Max-Age=60", "other-purpose"),
        (b"__Host-kept_session=7; Path=/; Secure", "not-ours"),
        (b"__Host-kept_device=customer-7; Path=/; Secure; Max-Age=60", "not-ours"),
        (b"__Host-kept_remember=customer-7; Path=/; Secure; Max-Age=60", "not-ours"),
        (b"__Host-kept_visit=customer-7; Path=/; Secure; Max-Age=60", "identifier"),
    ],
)
async def test_a_program_sets_no_cookie_of_another_purpose(installation, line, reason):
    """§3.6 breach: what it knows does not leave under another purpose's name, nor under one of the engine's."""
    rules, app = CookieRules(installation.engine), Nosy(line)
    asked = ("interests-in-cookie", "remember-me", "marketing-data")
    for kind in ("http", "websocket"):
        sent = await seen_by(rules.gate(app, frozenset()), await yes_to(rules, *asked), kind=kind)
        assert sent[0]["headers"] == []
    await rules.record()
    entry = await installation.newest()
    assert (entry.act, dict(entry.facts)["reason"], entry.clause) == ("system:cookie:drop", reason, "3.7")


async def test_what_this_installation_made_may_be_set(installation):
    """§3.6: a session that the door began is set by the program, as its pages do."""
    rules = CookieRules(installation.engine)
    own = await installation.join()
    token = await accounts.start_session(installation.engine, own.person_id)
    app = Nosy(f"{SESSION}={token}; Path=/; Secure".encode())
    assert len((await seen_by(rules.gate(app, frozenset())))[0]["headers"]) == 1


async def test_the_shop_beside_our_pages_reads_its_own_cookie_only(installation):
    """§3.6 breach: on a page within our frame too; nothing in its scope leads to the engine or to who is signed in."""
    app = Nosy()
    own = await installation.join()
    browser = Browser(installation, more=More(own=kept.Pages(app, purposes=("interests-in-cookie",))))
    await browser.sign_in(own)
    await browser.get("/en/cookies")
    await browser.post("/en/cookies", choice="accept")
    browser.cookies[INTERESTS] = "food"
    await browser.get("/en")
    assert app.jar.value(INTERESTS, purpose="interests-in-cookie") == "food"
    assert browser.cookies[SESSION] not in everything(app.scope)
    assert own.person_id.hex() not in everything(app.scope)
    assert {"web", "session"}.isdisjoint(app.scope["state"])
    with pytest.raises(DeniedError):
        app.jar.value(SESSION, purpose="sign-in")


async def test_nobody_is_the_code_of_what_the_engine_does(installation):
    """§3.6 breach: a program that says it signs people in, or names a purpose without cookie, is not begun."""
    k = kept.Kept(installation.engine)
    for purpose in ("sign-in", "unauthorised-use", "cookie-choices", "remember-me", "marketing-data", "contact", ""):
        for put in (k.cookies, k.cookies_wsgi):
            with pytest.raises(InputError) as refused:
                put(Nosy(), purpose)
            assert (refused.value.reason, cited(refused.value)) == ("cookie-purpose-unknown", "§3.6")
        with pytest.raises(InputError):
            k.site(own=kept.Pages(Nosy(), purposes=(purpose,)))


async def test_a_gate_within_a_gate_gives_no_more(installation):
    """§3.6: each app within another's gate reads for its own purpose; the header that was taken away stays away."""
    rules, inner = CookieRules(installation.engine), Nosy()
    outer = rules.gate(rules.gate(inner, frozenset({"interests-in-cookie"})), frozenset())
    await seen_by(outer, await yes_to(rules, "interests-in-cookie"))
    assert Request(inner.scope).cookies == {INTERESTS: "food"}
    assert SECRET not in everything(inner.scope)


async def test_an_attempt_stands_in_the_ledger_and_uses_on_the_board(installation):
    """§3.6 evidence: who asked for another purpose's value is recorded, once; readings count under the cookie's clause."""
    rules, app = CookieRules(installation.engine), Nosy()
    await seen_by(rules.gate(app, frozenset({"interests-in-cookie"})), await yes_to(rules, "interests-in-cookie"))
    before = (await promise_board(installation.engine)).of("3.2")
    app.jar.value(INTERESTS, purpose="interests-in-cookie")
    for _ in range(2):
        with pytest.raises(DeniedError):
            app.jar.value(SESSION, purpose="interests-in-cookie")
    await rules.record()
    found = [one for one in await installation.ledger() if one.act == "system:cookie:misuse"]
    assert [(one.outcome, one.clause, dict(one.facts)["cookie"]) for one in found] == [("refused", "3.6", SESSION)]
    board = await promise_board(installation.engine)
    assert (board.of("3.6").refused, board.of("3.2").uses - before.uses) == (1, 2)  # by the header, and by the jar


async def test_every_page_view_of_somebody_signed_in_is_a_use_of_the_cookie(installation):
    """§3.6 and §3.1 page: the board counts what the session's cookie was read for; no entry says who looked at what."""
    browser, own = Browser(installation), await installation.join()
    await browser.sign_in(own)
    entries = len(await installation.ledger())
    for _ in range(3):
        await browser.get("/en/policy")
    await browser.web.cookies.record()
    assert (await promise_board(installation.engine)).of("3.1").uses >= 3
    assert len(await installation.ledger()) == entries


async def test_without_a_policy_nothing_passes(installation):
    """§3.6 breach: no rules in force, no cookies, in or out."""
    rules = CookieRules(installation.engine)
    rules.rules = lambda: None
    app = Nosy(b"__Host-kept_session=a")
    sent = await seen_by(rules.gate(app, frozenset()), (b"cookie", b"__Host-kept_session=a"))
    assert (sent[0]["headers"], app.jar.names, repr(app.jar)) == ([], (), "<cookies: none>")


async def test_a_page_elsewhere_is_told_where_it_belongs(installation):
    """A program that asks for our look outside our frame is told so, and gets nothing."""
    k = kept.Kept(installation.engine)
    with pytest.raises(SettingError) as refused:
        await k.page({"type": "http", "headers": [], "path": "/en", "state": {}}, "x", "")
    assert refused.value.reason == "page-elsewhere"
