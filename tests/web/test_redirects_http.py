"""After a form that was taken the browser is sent on, so that loading again and going back do nothing twice.

`Browser.post` insists on it at every form any test sends; here it is held that every form there is, is sent by one.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from asked import CONSOLE, Browser, session_cookie
from bakery import Bakery
from installation import PASSWORD, second_version

from clauses.test_4_5_contact import ContactDesk
from kept.demo.pages import pages
from kept.services.staff import activation, sessions
from kept.web import console, site

TESTS = Path(__file__).parents[1]
ROUTES = TESTS / "golden" / "routes.txt"
LINE = re.compile(r"(?P<kind>site|console) +POST (?P<path>\S+) +(?P<needs>.+?)(?:; not sent on: (?P<why>.+))?")
SENDS = {"post", "sent", "press"}
ELSEWHERE = {
    "/{language}/my-data/statement/{statement}/refuse": "test_2_9_a_partners_word.py: test_nobody_else_answers_for_them",
    "/{language}/intake/{intake}": "test_2_9_from_another_company.py: test_the_pages_say_it",
    "/{language}/rights/{id}": "test_other_policies_http.py: answer_a_request",
    "/{language}/asked/{inquiry}": "test_4_5_contact.py: test_who_is_on_the_stop_list_gets_the_reply_they_asked_for",
    "/{language}/my-data/requests/{id}": "test_0_1_rights_desk.py: test_the_pages",
    "/{language}/w/{link}/stop": "test_4_1_why_and_stop.py: test_a_message_is_stopped_on_its_page_and_the_page_says_so",
    "/{language}/witnessed/new/{point}/{version}/{spoken}": "test_paper_http.py: entered",
    "/{language}/witnessed/{id}": "test_paper_http.py: test_from_the_paper_to_not_me",
    "/{language}/parties/{id}": "test_5_2_other_parties.py: test_the_pages",
}
"""Forms whose address a test holds in a name, and the function that sends them."""


def forms() -> list[tuple[str, str]]:
    """Every address of the reviewed table that takes a form, and why it does not send the browser on; empty where it does."""
    found = [LINE.fullmatch(line) for line in ROUTES.read_text("utf-8").splitlines() if " POST " in line]
    assert all(found)
    return [(one["path"], one["why"] or "") for one in found if one]


def literal(node: ast.expr) -> str:
    """A text of a test as the address it makes; what is filled in is `x`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(literal(one) if isinstance(one, ast.Constant) else "x" for one in node.values)
    return ""


def sent_by_tests() -> set[str]:
    """Every address a test sends a form to, and every text beside it: some tests send to what a table names."""
    found = set()
    for path in TESTS.rglob("test_*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call)]
        if any(getattr(one.func, "attr", "") in SENDS for one in calls):
            found |= {literal(one) for one in ast.walk(tree) if isinstance(one, ast.Constant | ast.JoinedStr)}
    return {one for one in found if "{" not in one}


def leads(sent: list[str], route: list[str]) -> bool:
    """Whether the parts of an address a test makes are those of a route; a first part that is filled in may be several."""
    begun = sent[0] == "x" and {*sent[1:]} - {"x"}
    if begun:
        sent = ["*"] * (len(route) - len(sent) + 1) + sent[1:]
    return len(sent) == len(route) and all(
        one in {part, "*"} or (part[:1] == "{" and one != "" and (one == "x" or not begun))
        for one, part in zip(sent, route, strict=True)
    )


def test_every_form_is_sent_by_a_test():
    """A new form no test sends is red here; so is one that says why it shows something, and the reason is empty words."""
    sent = [one.partition("?")[0].split("/") for one in sent_by_tests()]
    missing = {path for path, _ in forms() if not any(leads(one, path.split("/")) for one in sent)}
    assert missing == {*ELSEWHERE}
    for place in ELSEWHERE.values():
        file, _, function = place.partition(": ")
        assert f"def {function}(" in next(TESTS.rglob(file)).read_text("utf-8"), place


@pytest.mark.parametrize("why", sorted({why for _, why in forms() if why}))
def test_a_reason_is_a_sentence(why):
    """Why a form is not answered by sending the browser on can be read."""
    assert len(why.split()) > 5


def test_the_table_holds_every_form():
    """Nothing takes a form that the reviewed table does not hold."""
    demo = pages()
    ours = [one for part in (site.PAGES, console.PAGES, demo.site, demo.console) for one in part if one.post]
    assert len(forms()) == len(ours)


@pytest.mark.anyio
async def test_the_insisting_can_fail(installation):
    """A page that shows something without a reason is found by the browser of the tests."""
    browser = Browser(installation)
    browser._stays("/en/join/passkey", "")
    with pytest.raises(AssertionError):
        browser._stays("/en/join", "")


async def staff(installation, login: str, role: str) -> Browser:
    """A member of staff's browser, signed in."""
    await installation.staff(login, (role,))
    browser = Browser(installation, at=CONSOLE)
    browser.cookies[session_cookie(installation)] = await sessions.start_demo_session(installation.engine, login)
    await browser.get("/en")
    return browser


@pytest.mark.anyio
async def test_what_a_customer_sends(installation):
    """A value taken away, a message marked as advertising, and that mark settled by staff: each leads on."""
    desk = await ContactDesk(installation).begin()
    message = await desk.write("mail")
    browser = Browser(installation)
    await browser.sign_in(desk.own)
    await browser.get("/en/my-data")
    assert (await browser.post("/en/my-data/advertising", message=message)).status_code == 303
    assert (await browser.post("/en/my-data/remove/phone")).status_code == 303
    second = await staff(installation, "kato", "privacy")
    assert (await second.post(f"/en/approvals/marked/{message}")).status_code == 303


@pytest.mark.anyio
async def test_what_staff_send(installation):
    """More look-ups asked for, a message sent again, a promise attested, a version activated: each leads on."""
    desk = await ContactDesk(installation).begin()
    case = f"/en/case/{desk.case.id}"
    support = Browser(installation, at=CONSOLE)
    support.cookies[session_cookie(installation)] = await sessions.start_demo_session(installation.engine, "sato")
    await support.get(case)
    assert (await support.post(f"{case}/more-look-ups")).status_code == 303
    message = await desk.write("mail")
    installation.ours("UPDATE outbox SET status = 'unknown' WHERE message_id = ?", message)
    assert (await support.post(f"{case}/contact/again", message=message)).status_code == 303
    privacy = await staff(installation, "kato", "privacy")
    promise = installation.engine.policy.policy.attestations[0]
    assert (await privacy.post("/en/attest", name=promise.id, reference="review 2026-11")).status_code == 303
    await activation.propose(installation.engine, second_version(), by="test")
    assert (await privacy.post("/en/policy/activate", version="2")).status_code == 303


@pytest.mark.anyio
async def test_what_links_an_account(tmp_path):
    """The code to link is shown on a page one is led to; closing it, and unlinking, lead on."""
    bakery = Bakery(tmp_path)
    async with bakery.open() as k:
        credential = await bakery.program(k)
        browser = Browser(SimpleNamespace(engine=k._engine))
        await browser.get("/en/join")
        await browser.sent("/en/join", password=PASSWORD)
        page = await browser.sent("/en/account/link", system="till")
        code = re.search(r'id="plain">([^<]+)<', page.text)[1]
        assert code in (await browser.get("/en/account/link-code")).text
        await k.link(credential, external="C-1", code=code)
        assert code not in (await browser.sent("/en/account/link-code")).text
        assert code not in (await browser.get("/en/account/link-code")).text
        assert "C-1" in (await browser.get("/en/account")).text
        assert "C-1" not in (await browser.sent("/en/account/unlink", system="till")).text
