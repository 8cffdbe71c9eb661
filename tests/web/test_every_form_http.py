"""Every form of more than one field says everything that is wrong at once, in sentences of the reader's language.

No code, no English on a Japanese page; what was typed stays, secrets do not; the first wrong field has the focus; a slip of the pen
is no refusal in anybody's history.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from asked import CONSOLE, Browser
from reaching import MailOut
from taking import SURVEY, opened

from kept.policy.words import Exit
from kept.services.cases import cases
from kept.services.gate.history import history_of
from kept.services.staff import sessions
from kept.web.sentences import SAID

pytestmark = pytest.mark.anyio

CODE = re.compile(r"(?<!We )expected |, found |<code>|value-[a-z]|[a-z]+Error\b|step \d: ")
ENGLISH = re.compile(r"\b[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}\b")


@dataclass(frozen=True)
class Form:
    """One form: where it is shown and sent, what is typed, which fields are wrong with it, which are never shown again."""

    shown: str
    sent: str
    typed: dict
    wrong: tuple[str, ...]
    kept: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    prefix: str = ""
    hidden: tuple[str, ...] = field(default=())


SITE = (
    Form(
        "/registration", "/registration",
        {"name": "Mori", "mail_address": "mori@@", "phone": "nonsense", "date_of_birth": "tomorrow"},
        ("mail_address", "phone", "date_of_birth"), ("Mori", "mori@@", "nonsense", "tomorrow"), hidden=("notice_token",),
    ),
    Form(
        "/take-part/survey", "/take-part/survey",
        {"answer.how": "submarines", "answer.wish": "my number is 123456789018"}, ("answer.how", "answer.wish"),
        ("my number is 123456789018",), hidden=("notice_token",),
    ),
    Form("/sign-in", "/sign-in", {"login_name": "", "password": ""}, ("login_name", "password")),
    Form(
        "/sign-in", "/sign-in/recovery", {"login_name": "blue-river", "code": "", "password": "short-secret"[:7]},
        ("code", "password"), ("blue-river",), ("short-s",), prefix="recovery-",
    ),
    Form("/join", "/join", {"password": "shorty"}, ("password",), secrets=("shorty",)),
)  # fmt: skip
STAFF = (
    Form("/sign-in", "/sign-in", {"login": "sato", "password": "", "code": ""}, ("password", "code"), ("sato",)),
    Form(
        "/rights", "/rights",
        {"kind": "export", "channel": "pigeon", "mail_address": "mori@@", "phone": "nonsense", "note": "x", "format": "tape"},
        ("mail_address", "phone", "channel", "kind", "format"), ("mori@@", "nonsense"),
    ),
    Form(
        "/emergencies", "/emergencies",
        {"purpose": "contact", "reason": "because", "text": "", "mail_address": "mori@@", "phone": "nonsense"},
        ("reason", "text", "mail_address", "phone"), ("mori@@", "nonsense"),
    ),
    Form(
        "/legal", "/legal",
        {"authority": "nobody", "reference": "R 1", "ground": "rumour", "from": "", "to": "", "received": "2020-01-01", "due": ""},
        ("authority", "ground", "items", "period", "due", "told"), ("R 1",),
    ),
    Form(
        "/parties", "/parties",
        {"kind": "recipient", "name": "Picture Club", "title": "", "address": "", "representative": "", "key": "nonsense"},
        ("name", "title", "address", "representative", "key"), ("Picture Club", "nonsense"),
    ),
)  # fmt: skip


async def signed_in(browser, installation, login: str):
    """Give a browser the session of a member of staff, and return it."""
    token = await sessions.start_demo_session(installation.engine, login)
    browser.cookies["__Host-kept_session"] = token
    return await sessions.session_of(installation.engine, token)


def problem_of(text: str) -> str:
    """The summary at the top of a page."""
    assert text.count('role="alert"') == 1, text[:2000]
    return text.split('role="alert"')[1].split("</div>", maxsplit=1)[0]


def looked_at(form: Form, text: str, language: str) -> None:
    """Hold the answer to a form with several wrong fields against what people need."""
    summary = problem_of(text)
    linked = re.findall(r'href="#([^"]+)"', summary)
    assert {one.removeprefix(form.prefix) for one in linked} == set(form.wrong)
    for place in linked:
        assert text.count(f'id="{place}"') == 1, place
        assert f'id="{place}-say"' in text
        tag = re.search(rf'<[a-z]+ [^>]*id="{re.escape(place)}"[^>]*>', text)[0]
        assert f"{place}-say" in tag, tag
        assert tag.startswith("<fieldset") or 'aria-invalid="true"' in tag, tag
    (focus,) = re.findall(r"<[^>]* autofocus[^>]*>", text)
    assert f'id="{linked[0]}"' in focus
    for said in (summary, *re.findall(r'class="say" id="[^"]*">(.*?)</span>', text, re.DOTALL)):
        words = re.sub(r"<[^>]+>", " ", said)
        assert not CODE.search(words), words
        if language == "ja":
            rest = re.sub(r"kept (?:recipient|partner) new-key|name@example\.jp|Short name", "", words)
            assert not ENGLISH.search(rest), words
    for one in form.kept:
        assert one in text, one
    for one in form.secrets:
        assert one not in text, one


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("form", SITE, ids=lambda one: one.sent)
async def test_each_form_of_the_site(installation, form, language):
    """A customer, or somebody on the way to become one."""
    await opened(installation, SURVEY, "research")
    own = await installation.join()
    browser = Browser(installation)
    if form.shown not in {"/sign-in", "/join"}:
        await browser.sign_in(own)
    page = (await browser.get(f"/{language}{form.shown}")).text
    hidden = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in form.hidden}
    answer = await browser.post(f"/{language}{form.sent}", **hidden, **form.typed)
    assert answer.status_code == 422
    looked_at(form, answer.text, language)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("form", STAFF, ids=lambda one: one.sent)
async def test_each_form_of_the_console(installation, form, language):
    """A member of staff who mistypes."""
    browser = Browser(installation, at=CONSOLE)
    if form.shown != "/sign-in":
        await installation.mori()
        await installation.staff("kato", ("privacy", "legal", "partners"))
        await signed_in(browser, installation, "kato")
    await browser.get(f"/{language}{form.shown}")
    answer = await browser.post(f"/{language}{form.sent}", **form.typed)
    assert answer.status_code == 422
    looked_at(form, answer.text, language)


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_case(installation, language):
    """Finding and writing: a slip is shown as one, and not as refused."""
    await installation.mori()
    await installation.staff()
    browser = Browser(installation, at=CONSOLE)
    session = await signed_in(browser, installation, "sato")
    case = await cases.open_case(installation.engine, session, "contact")
    await browser.get(f"/{language}/case/{case.id}")
    form = Form(
        "", "", {"mail_address": "mori@@", "phone": "nonsense"}, ("mail_address", "phone"), ("mori@@", "nonsense")
    )
    answer = await browser.post(f"/{language}/case/{case.id}/find", **form.typed)
    looked_at(form, answer.text, language)
    assert "Refused" not in answer.text
    installation.engine.dispatchers[Exit.MAIL] = MailOut()
    held = await installation.case(session)
    await browser.get(f"/{language}/case/{held.id}")
    typed = {"channel": "", "kind": "other", "title": "x" * 201, "text": " ", "why": ""}
    form = Form("", "", typed, ("channel", "title", "text", "why"), ("x" * 201,))
    answer = await browser.post(f"/{language}/case/{held.id}/contact", **form.typed)
    looked_at(form, answer.text, language)


async def test_a_slip_is_no_refusal_in_the_history(installation):
    """Three wrong fields leave no line; a field the form does not have does, and says which rule."""
    own = await installation.join()
    browser = Browser(installation)
    await browser.sign_in(own)
    before = (await history_of(installation.engine, own.person_id)).total
    for more in ({}, {"shoe_size": "43"}):
        page = (await browser.get("/en/registration")).text
        token = page.split('name="notice_token" value="')[1].split('"')[0]
        await browser.post("/en/registration", notice_token=token, phone="nonsense", mail_address="mori@@", **more)
        assert (await history_of(installation.engine, own.person_id)).total == before + len(more)
    assert dict((await installation.newest()).facts)["reason"] == "field-undeclared"


def test_sentences_are_sentences():
    """Each begins with a capital or a name, ends with a full stop, and shows no word of the machinery."""
    for reason, said in SAID.items():
        for one in said:
            assert one.endswith("."), reason
            assert one[0].isupper(), reason
            assert not CODE.search(one), reason


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("path", ["/campaigns", "/instances"])
async def test_a_file_says_everything_that_does_not_fit(installation, path, language):
    """A draft with several mistakes names the line of each, in the reader's language."""
    await installation.staff("ito", ("marketing", "contests"))
    browser = Browser(installation, at=CONSOLE)
    await signed_in(browser, installation, "ito")
    await browser.get(f"/{language}{path}")
    file = 'id: X\ntitle: 3\nfoo: 1\ncloses: "soon"\n'
    answer = await browser.post(f"/{language}{path}", file=file)
    assert answer.status_code == 422
    said = re.findall(r"<li>(.*?)</li>", problem_of(answer.text), re.DOTALL)
    assert len(said) > 3
    assert "foo: 1" in answer.text
    for one in said:
        words = re.sub(r"<[^>]+>|`[^`]*`", " ", one)
        assert re.search({"en": r"line \d", "ja": r"\d 行目"}[language], words), words
        assert not CODE.search(words), words
        assert language == "en" or not ENGLISH.search(re.sub("：.*", "", words)), words
