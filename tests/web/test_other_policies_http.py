"""The whole site and console under policies that are nobody's sample: everything works, in their words and under their clauses."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from asked import CONSOLE, SITE, Browser, session_cookie
from installation import PASSWORD, POLICY, Installation
from shown import Shown

from kept.channels.mail import MailServer
from kept.crypto.second_factor import code_at
from kept.door import background
from kept.policy.duties import cookie_for, point_for, serving
from kept.policy.item_type import ItemType
from kept.policy.words import CookieDuty, PointKind, PurposeDuty
from kept.services.accounts import accounts
from kept.services.messages.confirmation_code import asking_now, code_of
from kept.services.messages.confirmations import addresses_of
from kept.services.staff import sessions
from kept.web import console, site

pytestmark = pytest.mark.anyio

OTHERS = ("bicycles", "choir", "teahouse")
GIVEN = {
    ItemType.PERSON_NAME: "森はなこ",
    ItemType.EMAIL: "mori@customer.example",
    ItemType.PHONE: "090-1234-5678",
    ItemType.ADDRESS_JP: "604-8091 京都市中京区寺町通1",
}
GIVES_WAYS = {"200", "302", "303", "400", "401", "403", "404", "405", "409", "422"}
CITED = re.compile(r"§ ?(\d+(?:\.\d+)*)|/policy#(\d+\.\d+)\b|\"kept:clause\": ?\"(\d[\d.]*)\"|clause-(\d[\d.]*)")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{3,}")
SAID_OTHERWISE = re.compile(r'<(\w+)[^>]*\blang="\w+"[^>]*>.*?</\1>', re.DOTALL)
NUMBERS = re.compile(r"\b(?=\w*\d)\w+\b|\S+@\S+|[\w.-]*[_/-][\w./-]*")
NOBODY_S = {"JST", "UTC", "JSON", "PDF", "PNG", "JPEG", "Kept", "YAML", "kept", "init", "recipient", "add"}
"""What is no word of a language: names of forms, of this program and of its commands."""


class Watching(Browser):
    """A browser that holds every page it is given against the policy in force.

    Args:
        installation: Open.
        at: `SITE` or `CONSOLE`.
    """

    def __init__(self, installation, at=SITE) -> None:
        super().__init__(installation, at=at)
        self.policy = installation.engine.policy.policy
        self.typed = {"test"}

    async def _ask(self, method, path, **more):
        answer = await super()._ask(method, path, **more)
        where = f"{method} {path} {answer.status_code}"
        assert str(answer.status_code) in GIVES_WAYS, where
        cited = {one for pair in CITED.findall(answer.text) for one in pair if one}
        assert cited <= set(self.policy.clauses), (where, cited - set(self.policy.clauses))
        if answer.headers.get("content-type", "").startswith("text/html"):
            self._in_its_language(answer, where)
        return answer

    def _in_its_language(self, answer, where):
        language = re.search(r'<html lang="(\w+)"', answer.text)
        assert language, where
        assert language[1] in self.policy.languages, where
        offered = set(re.findall(r'hreflang="(\w+)"', answer.text))
        assert offered == set(self.policy.languages) - {language[1]}, where
        text = Shown(SAID_OTHERWISE.sub(" ", answer.text.replace("<html lang", "<html"))).text
        for one in sorted({*GIVEN.values(), *self.typed}, key=len, reverse=True):
            text = text.replace(one, "")
        if language[1] == "en":
            assert not JAPANESE.search(text), (where, [one for one in text.splitlines() if JAPANESE.search(one)])
        else:
            words = set(ENGLISH.findall(NUMBERS.sub("", text)))
            assert words <= NOBODY_S | self._own_words(), (where, words - NOBODY_S - self._own_words())

    def _own_words(self):
        """Words the policy itself says in Latin letters, in its Japanese text."""
        files = [POLICY.with_name(f"{self.policy.id}.policy{more}.md") for more in (".ja", "")]
        text = next(one for one in files if one.is_file()).read_text("utf-8")
        said = [re.sub(r"```yaml kept.*?```", "", text, flags=re.DOTALL), *self.policy.controllers["ja"].values()]
        said += [one.names["ja"] for one in self.policy.recipients.values()]
        said += [
            *self.policy.items,
            *self.policy.roles,
            *self.policy.purposes,
            *(one for role in self.policy.roles.values() for one in role.may),
        ]
        return {word for one in said for word in ENGLISH.findall(one)}

    async def press(self, page, action, **fields):
        """Send the form to *action* of a page, with its hidden fields and *fields*."""
        held = Shown(page.text).form(action)
        hidden = {name: held[name][0] for name in ("notice_token", "version", "form_token") if name in held}
        return await self.post(action, **{**hidden, **fields})


@pytest.fixture(params=OTHERS)
async def other(request, tmp_path):
    """An installation of a small company, with every way out it may use."""
    one = Installation(tmp_path, POLICY.with_name(f"{request.param}.policy.md"))
    await one.open()
    background.set_up(one.engine, site=SITE, mail=MailServer("127.0.0.1", 9))
    yield one
    await one.close()


async def joined(other) -> tuple[Watching, str]:
    """Return somebody who has opened an account, and their login name."""
    browser, language = Watching(other), other.engine.policy.policy.language
    issued = await browser.sent(f"/{language}/join", password=PASSWORD)
    assert issued.status_code == 200
    return browser, re.findall(r'class="mono big">([^<]+)<', issued.text)[0]


async def registered(other) -> Watching:
    """Return somebody who gave whatever the registration asks, and ticked everything."""
    browser, _ = await joined(other)
    policy, language = browser.policy, browser.policy.language
    page = await browser.get(f"/{language}/registration")
    form = Shown(page.text).form(f"/{language}/registration")
    fields = {"choice": form.get("choice", [])}
    for name in point_for(policy, PointKind.REGISTRATION).stages[""]:
        item = policy.items[name]
        fields[name] = item.options[0] if item.options else GIVEN[item.type]
    taken = await browser.press(page, f"/{language}/registration", **fields)
    receipt = await browser.get(taken.headers["location"])
    assert receipt.status_code == 200, receipt.text
    await confirmed(other, browser)
    for link in Shown(receipt.text).links:
        if link.startswith("/"):
            await browser.get(link)
    return browser


async def confirmed(other, browser) -> None:
    """Confirm by pages whatever waits for that: call, or send, where it is asked for; the code is the message's."""
    at, engine = f"/{browser.policy.language}/my-data/addresses", other.engine
    own = await accounts.session_of(engine, browser.cookies[session_cookie(other)])
    for one in await addresses_of(engine, own.person_id):
        page = await browser.get(at)
        assert page.status_code == 200
        if one.asked_at is None:
            assert (await browser.post(at, slot=one.slot, act="send")).status_code == 303
        state = (await engine.people.load(own.person_id)).state
        code = code_of(engine, own.person_id, asking_now(state, one.slot, engine.clock.now()))
        assert (await browser.post(at, slot=one.slot, act="confirm", code="1")).status_code == 422
        assert (await browser.post(at, slot=one.slot, act="confirm", code=code)).status_code == 303


async def worker(other, role: str, number: int = 0) -> Watching:
    """Return a member of staff with one role, signed in with both factors over HTTP."""
    browser, engine = Watching(other, CONSOLE), other.engine
    login = f"{role.replace('-', '')}{number}"
    browser.typed.add(login)
    enrolled = await sessions.add_staff(engine, login, PASSWORD, (role,), by="test", who=login)
    page = f"/{browser.policy.language}/sign-in"
    await browser.get(page)
    code = code_at(enrolled.secret, int(engine.clock.now()) // 30)
    assert (await browser.post(page, login=login, password=PASSWORD, code=code)).status_code == 303
    return browser


async def test_a_customer_s_whole_visit(other):
    """Join, sign out and in, register, see, choose, correct, take along, erase and undo; cookies, the policy, taking part."""
    browser = await registered(other)
    policy, language = browser.policy, browser.policy.language
    at = f"/{language}"
    mine = await browser.get(f"{at}/my-data")
    assert all(one in mine.text for one in ("森はなこ", "mori@customer.example"))
    shown = Shown(mine.text)
    for action in sorted({one for one in shown.actions if one.endswith(("/choice", "/stop"))}):
        held = shown.form(action)
        said = {name: values[0] for name, values in held.items() if name != "form_token"}
        assert (await browser.post(action, **said)).status_code == 303
    for link in sorted({one for one in shown.links if "/correct/" in one}):
        page = await browser.get(link)
        assert (await browser.press(page, link, value=Shown(page.text).form(link)["value"][0])).status_code == 303
    assert (await browser.post(f"{at}/my-data/take-along")).headers["content-type"] == "application/zip"
    await browser.get(f"{at}/my-data/erase")
    assert (await browser.post(f"{at}/my-data/erase", when="later")).status_code == 303
    assert (await browser.get(f"{at}/my-data")).status_code == 200
    assert (await browser.post(f"{at}/my-data/erase/undo")).status_code == 303
    for link in sorted({one for one in Shown((await browser.get(f"{at}/my-data")).text).links if one.startswith("/")}):
        assert (await browser.get(link)).status_code == 200, link
    linked = json.loads((await browser.get(f"{at}/policy.jsonld")).text)
    assert linked
    for one in policy.languages:
        for path in ("", "/policy", "/cookies", "/join", "/sign-in", "/my-data", "/registration"):
            assert (await browser.get(f"/{one}{path}")).status_code == 200
    assert (await browser.post(f"{at}/cookies", choice="accept", back=f"{at}/cookies")).status_code == 303
    await browser.get(f"{at}/cookies")


async def test_only_what_is_declared_is_offered(other):
    """No page, link, box or language of what this policy does not have."""
    browser, _ = await joined(other)
    policy, at = browser.policy, f"/{browser.policy.language}"
    front = Shown((await browser.get(at)).text)
    events = any(one.kind is PointKind.EVENT for one in policy.points.values())
    assert (f"{at}/take-part" in front.links) is events
    assert (await browser.get(f"{at}/take-part")).status_code == (200 if events else 404)
    assert f"{at}/statistics" not in front.links
    assert (await browser.get(f"{at}/statistics")).status_code == 404
    assert (await browser.get("/draw/verify.py")).status_code == 404
    asked = bool(browser.web.cookies.rules().asked)
    assert (f"{at}/cookies" in Shown((await Watching(other).get(at)).text).actions) is asked
    assert ('name="choice" value="accept"' in (await browser.get(f"{at}/cookies")).text) is asked
    remember = cookie_for(policy, CookieDuty.REMEMBER)
    assert ('name="remember"' in (await Watching(other).get(f"{at}/sign-in")).text) is (remember is not None)
    strange = Watching(other)
    strange._client.headers["accept-language"] = "fr, ja;q=0.9, en;q=0.8"
    first = "ja" if "ja" in policy.languages else "en"
    assert (await strange.get("/")).headers["location"] == f"/{first}"
    for other_one in {"en", "ja"} - set(policy.languages):
        assert (await strange.get(f"/{other_one}")).status_code == 404


async def test_staff_do_their_whole_work(other):
    """Every role: the pages of its menu; a case for each purpose, in which it finds, opens and reaches whatever it may."""
    await registered(other)
    policy, at = other.engine.policy.policy, f"/{other.engine.policy.policy.language}"
    opened: list[str] = []
    written: list[str] = []
    for role in policy.roles.values():
        browser = await worker(other, role.id)
        for link in sorted({one for one in Shown((await browser.get(at)).text).links if one.startswith(f"{at}/")}):
            assert (await browser.get(link)).status_code == 200, link
        asks = serving(policy, PurposeDuty.RIGHTS_REQUEST)
        for purpose in role.purposes if role.look_up else ():
            if purpose in asks:  # opened by a request alone
                assert (await browser.post(f"{at}/case", purpose=purpose)).status_code == 403
                continue
            await work_in_a_case(browser, at, purpose, opened, written)
        for page in ("/letters", "/calls"):
            for link in Shown((await browser.get(at + page)).text).links:
                if link.startswith(f"{at}{page}/"):
                    await browser.get(link)
                    await browser.post(link)
            await browser.post(at + page)
    assert set(opened) >= set(point_for(policy, PointKind.REGISTRATION).stages[""]) - {"taste"}
    assert "mail" in written
    for one in await other.ledger():
        assert {one.clause, *(refused.clause for refused in one.refused)} <= {*policy.clauses, ""}, one.act


async def work_in_a_case(browser, at, purpose, opened, written):
    """Open a case, find the customer, open each item it may, reach them by each way; and try the ways it may not use."""
    begun = await browser.post(f"{at}/case", purpose=purpose)
    assert begun.status_code == 303
    case = begun.headers["location"]
    await browser.get(case)
    await browser.post(f"{case}/find", **_found_by(browser.policy))
    page = Shown((await browser.get(case)).text)
    for item in page.every(f"{case}/open", "item"):
        if (await browser.post(f"{case}/open", item=item)).status_code == 200:
            opened.append(item)
    ways = page.every(f"{case}/contact", "channel")
    if ways:
        assert (await browser.post(f"{case}/asked", way="call")).status_code == 303
        page = Shown((await browser.get(case)).text)
    kind = next(
        iter(page.every(f"{case}/contact", "kind")), ""
    )  # a reply where the policy declares one, else other words
    said = {"kind": kind, "title": "...", "text": "...", "why": "..."}
    for way in ways:
        sent = await browser.post(f"{case}/contact", channel=way, **said)
        assert sent.status_code == 303, (way, sent.text)
        written.append(way)
    for way in {"mail", "phone", "fax", "post"} - set(written):
        assert (await browser.post(f"{case}/contact", channel=way, **said)).status_code in {403, 422}
    await browser.get(case)
    await browser.post(f"{case}/not-again", channel="mail")
    assert (await browser.post(f"{case}/close")).status_code == 303


def _found_by(policy) -> dict[str, str]:
    return {one.id: GIVEN[one.type] for one in policy.items.values() if one.findable}


async def test_requests_emergencies_and_drafts(other):
    """Each desk from its first form to its end, with a second person wherever one is needed; drafts begin from our example."""
    await registered(other)
    policy, at = other.engine.policy.policy, f"/{other.engine.policy.policy.language}"
    approver = await worker(other, next(one.id for one in policy.roles.values() if "approve" in one.may), 1)
    tried: set[str] = set()
    for role in policy.roles.values():
        browser = await worker(other, role.id)
        if (await browser.get(f"{at}/rights")).status_code == 200:
            tried |= {await answer_a_request(browser, approver, at, kind) for kind in ("disclosure", "erasure")}
        emergencies = Shown((await browser.get(f"{at}/emergencies")).text)
        for purpose in emergencies.every(f"{at}/emergencies", "purpose"):
            await have_an_emergency(browser, approver, at, purpose)
        for drafts in ("/instances", "/campaigns"):
            page = await browser.get(at + drafts)
            if f"{at}{drafts}" in Shown(page.text).actions:
                await draft(browser, approver, at + drafts, page)
                tried.add(drafts)
    assert tried >= {"disclosure", "erasure"}
    assert ("/instances" in tried) is any(one.kind is PointKind.EVENT for one in policy.points.values())
    assert ("/campaigns" in tried) is any("campaigns" in one.may for one in policy.roles.values())
    for one in await other.ledger():
        assert one.clause in {*policy.clauses, ""}, one.act


async def answer_a_request(browser, approver, at, kind):
    """Take a request about one's own information from its opening to its answer; return its kind."""
    opened = await browser.post(
        f"{at}/rights", kind=kind, channel="post", format="electronic", note="...", **_found_by(browser.policy)
    )
    assert opened.status_code == 303, opened.text
    request = opened.headers["location"]
    for step in (
        {"step": "check", "check": "in person"},
        {"step": "decide", "part": "0", "outcome": "granted"},
        {"step": "ask"},
    ):
        await browser.get(request)
        assert (await browser.post(request, **step)).status_code == 303
    await approver.get(request)
    assert (await approver.post(request, step="read")).status_code == 200
    assert (await approver.post(request, step="approve")).status_code == 303
    await browser.get(request)
    if kind == "disclosure":
        assert (await browser.post(request, step="answer")).status_code == 200
        await browser.get(request)
    return kind


async def have_an_emergency(browser, approver, at, purpose):
    """Be lent a role, and have it reviewed."""
    lent = await browser.post(
        f"{at}/emergencies", purpose=purpose, reason="danger-to-a-person", text="...", **_found_by(browser.policy)
    )
    assert lent.status_code == 303, lent.text
    case = lent.headers["location"]
    await browser.get(case)
    await approver.get(f"{at}/emergencies")
    reviewed = await approver.post(f"{at}/emergencies/{case.rpartition('/')[2]}", outcome="justified")
    assert reviewed.status_code == 303
    await browser.get(f"{at}/emergencies")


async def draft(browser, approver, path, page):
    """Draft from the file the page begins with, and take it on."""
    text = re.search(r'<textarea[^>]*name="file"[^>]*>(.*?)</textarea>', page.text, re.DOTALL)[1]
    made = await browser.post(path, file=unescape(text))
    assert made.status_code == 303, made.text
    one = made.headers["location"]
    for step in ("open", "count", "ask"):
        await browser.post(one, step=step)
    await approver.post(one, step="approve")
    assert (await browser.get(one)).status_code == 200
    assert (await browser.get(path)).status_code == 200


async def test_every_address_answers(other):
    """Asked by nobody, a customer and every role, with no form and with nonsense: an answer, never a breakdown."""
    policy = other.engine.policy.policy
    customer = await registered(other)
    people = {SITE: [Watching(other), customer], CONSOLE: [Watching(other, CONSOLE)]}
    for role in policy.roles:
        people[CONSOLE].append(await worker(other, role))
    for at, pages in ((SITE, site.PAGES), (CONSOLE, console.PAGES)):
        for browser in people[at]:
            for page in sorted(pages, key=lambda one: "sign-out" in one.path):
                for language in policy.languages if page.spoken else ("",):
                    path = (f"/{language}" if language else "") + re.sub(r"\{[a-z]+\}", "0", page.path)
                    for method, _ in page.doors():
                        answer = await (browser.get(path) if method == "GET" else browser.post(path, step="x"))
                        assert answer.status_code < 500
