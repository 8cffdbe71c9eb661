"""The links in messages: a no without sign-in by whoever holds the message, and nothing for whoever does not."""

from __future__ import annotations

from itertools import product

import httpx2
import pytest
from asked import SITE, Browser
from installation import MAIL, NAME
from receiving import FILE

from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.messages.links import new_link, parse_link
from kept.services.messages.outbox import send_due
from kept.services.my_data import choices, erasure
from kept_verify import verify_proof

pytestmark = pytest.mark.anyio
BODY = {"List-Unsubscribe": "One-Click"}


class MailProgram:
    """Posts as a mail program does: no cookie, no origin, nothing but the body."""

    def __init__(self, installation) -> None:
        self.client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=Browser(installation).app), base_url=SITE)

    async def post(self, path: str, body=BODY, **headers):
        """One click."""
        return await self.client.post(path, data=body, headers=headers)

    async def get(self, path: str, **headers):
        """A scanner's look."""
        return await self.client.get(path, headers=headers)


@pytest.fixture
async def mailed(installation, desk):
    """The customer who got a campaign, their mail, and the program they read it in."""
    own = await installation.mori()
    await desk.sent()
    return own, desk.box.received[0], MailProgram(installation)


async def choice(installation, own):
    """The person's latest choice for the campaign's purpose by mail."""
    person = await installation.engine.people.load(own.person_id)
    return person.state.choice("information-for-you", Exit.MAIL)


async def test_one_click_is_the_person_s_own_no(installation, desk, mailed):
    """RFC 8058: 200 and a word, no redirect, no cookie set; recorded as theirs; the next campaign does not go."""
    own, mail, program = mailed
    answer = await program.post(mail.link("u"))
    assert (answer.status_code, answer.text) == (200, "done")
    assert "set-cookie" not in answer.headers
    said = await choice(installation, own)
    assert (said.allow, said.by) == (False, "self")
    entry = await installation.newest()
    assert (entry.act, entry.purpose, entry.exit) == (
        "customer:choice:withdraw-by-link", "information-for-you", "mail",
    )  # fmt: skip
    await desk.queued(FILE.replace("autumn-light", "winter-light"))
    await send_due(installation.engine)
    assert (await desk.ended("winter-light")) == {("not-chosen", "no"): 1}


async def test_said_again_it_changes_nothing(installation, mailed):
    """A replay is harmless: the same words, no further entry."""
    _, mail, program = mailed
    await program.post(mail.link("u"))
    before = len(await installation.ledger())
    assert (await program.post(mail.link("u"))).text == "done"
    assert len(await installation.ledger()) == before


async def test_a_yes_given_later_is_not_undone_by_looking(installation, mailed):
    """A scanner's GET changes nothing, whatever it follows."""
    own, mail, program = mailed
    for path in (mail.link("u"), mail.link("w"), f"{mail.link('w')}/proof"):
        await program.get(path)
    assert (await choice(installation, own)).allow
    assert "Nothing has changed yet" in (await program.get(mail.link("u"))).text
    assert "まだ何も変更されていません" in (await program.get(mail.link("u"), **{"accept-language": "ja"})).text


@pytest.mark.parametrize("kind", ["forged", "guessed", "foreign", "short", "erased"])
async def test_a_link_that_leads_nowhere_says_so_and_does_nothing(installation, mailed, kind):
    """Forged, of another installation, of an erased person: the same word for all, and nothing is written."""
    own, mail, program = mailed
    path = mail.link("u")
    if kind == "forged":
        path = path[:-1] + ("A" if path[-1] != "A" else "B")
    elif kind == "guessed":
        path = "/u/" + "A" * 32
    elif kind == "foreign":
        path = "/u/" + new_link(installation.engine)[0]  # signed, and of no message
    elif kind == "short":
        path = path[:-4]
    elif kind == "erased":
        await erasure.intend_erasure(installation.engine, own)
    before = len(await installation.ledger())
    answer = await program.post(path)
    assert (answer.status_code, answer.text) == ((404, "nowhere") if kind != "short" else (403, answer.text))
    assert len(await installation.ledger()) == before
    if kind == "erased":
        assert "leads to no message we know" in (await program.get(path.replace("/u/", "/en/w/"))).text
    else:
        assert (await choice(installation, own)).allow


FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
CLICK = b"List-Unsubscribe=One-Click"
IN_PARTS = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n%b\r\n--b--\r\n'
TYPES = (FORM, f"{FORM}; charset=utf-8", PARTS, "text/plain", "application/json", "")
BODIES = {
    "one click": CLICK, "parts": IN_PARTS % b"One-Click", "none": b"", "maybe": b"List-Unsubscribe=Maybe",
    "twice": CLICK + b"&" + CLICK, "more": CLICK + b"&x=1", "small": b"list-unsubscribe=one-click", "parts maybe": IN_PARTS % b"No",
    "json": b'{"List-Unsubscribe": "One-Click"}',
}  # fmt: skip


@pytest.mark.parametrize("method", ["POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_answer_and_state_agree_for_every_method_type_and_body(installation, mailed, method):
    """RFC 8058: a POST of the one field, in either type of form, is the no; everything else is none, and says so."""
    own, mail, program = mailed
    for kind, (body, content) in product(TYPES, BODIES.items()):
        headers = {"content-type": kind} if kind else {}
        answer = await program.client.request(method, mail.link("u"), content=content, headers=headers)
        one_field = (kind.startswith(FORM) and body == "one click") or (kind == PARTS and body == "parts")
        taken = method == "POST" and one_field
        assert (await choice(installation, own)).allow is not taken, (kind, body)
        if method == "POST":
            assert (answer.status_code, answer.text) == ((200, "done") if taken else (400, "unchanged")), (kind, body)
        else:
            assert answer.status_code == (200 if method in {"GET", "HEAD"} else 405)
        if taken:
            await choices.choose(installation.engine, own, "information-for-you", Exit.MAIL, allow=True)


async def test_what_is_needed_is_not_stopped_by_a_link_and_the_answer_says_so(installation, mailed):
    """The page of a message of a case, or of a purpose that needs no yes, never claims a no that does not stand."""
    own, mail, program = mailed
    installation.ours("UPDATE outbox SET purpose = 'contact'")
    before = len(await installation.ledger())
    answer = await program.post(mail.link("u"))
    assert (answer.status_code, answer.text) == (409, "needed")
    page = await program.post(mail.link("u"), accept="text/html")
    assert "Nothing has changed" in page.text
    assert len(await installation.ledger()) == before
    assert (await choice(installation, own)).allow


async def test_a_person_is_told_in_words_what_is_so(installation, mailed):
    """A page for a browser: what was not a no says that nothing changed; what was one says it stands."""
    _, mail, program = mailed
    page = await program.post(mail.link("u"), {}, accept="text/html")
    assert (page.status_code, "Nothing has changed yet" in page.text) == (400, True)
    page = await program.post(mail.link("u"), accept="text/html")
    assert (page.status_code, "No more messages of that kind" in page.text) == (200, True)


async def test_no_other_address_is_opened_by_it(installation, mailed):
    """The frame lets a POST without origin through to this one address, on the customers' host alone."""
    _, mail, program = mailed
    path = mail.link("u")
    for other in ("/en" + path, path + "/", path + "/x", "/u/", "//u" + path[2:], "/en/my-data/choice", "/en/sign-in",
                  mail.link("w"), path.replace("/u/", "/U/"), path + "%0a", "/u/../en/sign-out"):  # fmt: skip
        assert (await program.post(other)).status_code in {403, 404, 405}, other
    console = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=Browser(installation).app), base_url="https://staff.example"
    )
    assert (await console.post(path, data=BODY)).status_code == 403


async def test_a_cookie_that_comes_along_means_nothing(installation, mailed):
    """Whoever is signed in: the link decides for whom the no is, and the session stays as it was."""
    own, mail, program = mailed
    other = await installation.join()
    token = await accounts.start_session(installation.engine, other.person_id)
    await program.post(mail.link("u"), cookie=f"__Host-kept_session={token}", origin="https://evil.example")
    assert not (await choice(installation, own)).allow
    assert await choice(installation, other) is None


async def test_why_shows_reasons_and_no_name_and_no_value(installation, mailed):
    """Consent, form, rule, clause, channel, entry; and a proof that holds without us."""
    _, mail, program = mailed
    await installation.engine.sequencer.integrate()
    page = await program.get(mail.link("w"))
    for words in ("Sending you information chosen for you", "You agreed on", "Registration", "Landscapes or The seasons",
                  "§2.1", "e-mail", "Photolibrary", "No more of these"):  # fmt: skip
        assert words in page.text, words
    for secret in (NAME, MAIL, "090-1234"):
        assert secret not in page.text
    proof = await program.get(f"{mail.link('w')}/proof")
    assert verify_proof(proof.text, str(installation.engine.sequencer.verifier))
    for secret in (NAME, MAIL):
        assert secret not in proof.text


async def test_a_no_by_link_is_lifted_by_the_person_alone(installation, mailed):
    """As strong as one made on my data: a box ticked later is no yes to that channel; my data is."""
    own, mail, program = mailed
    await program.post(mail.link("u"))
    with pytest.raises(Exception, match="given before"):
        await installation.give(own, [("mail_address", MAIL), ("choice", "information-for-you/mail/")])
    await choices.choose(installation.engine, own, "information-for-you", Exit.MAIL, allow=True)
    assert (await choice(installation, own)).allow


async def test_a_link_s_token_is_nowhere_in_the_installation(installation, mailed):
    """Only its keyed hash is kept: who reads D cannot say a no in anybody's name."""
    _, mail, _ = mailed
    token = mail.link("u")[3:]
    assert parse_link(installation.engine, token)
    for table in ("message_link", "outbox"):
        for row in installation.sql(f"SELECT * FROM {table}"):  # noqa: S608 -- our own words
            assert not any(token.encode() in (one if isinstance(one, bytes) else str(one).encode()) for one in row)
