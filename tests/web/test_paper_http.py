"""The pages of what is given on paper or by phone: entered and witnessed on the console, taken back on the site, in both languages."""

from __future__ import annotations

import re

import pytest
from asked import CONSOLE, Browser, session_cookie
from installation import MAIL, NAME

from kept.services.gate.witnessed_form import code_of, holder_of
from kept.services.staff import sessions

pytestmark = pytest.mark.anyio
FORM = "/{}/witnessed/new/registration/1/{}"
NEWS = "said.information-for-you/mail/"


async def staff_browser(installation, login, roles=("privacy",)):
    """A browser of a member of staff, signed in."""
    await installation.staff(login, roles)
    browser = Browser(installation, at=CONSOLE)
    browser.cookies[session_cookie(installation)] = await sessions.start_demo_session(installation.engine, login)
    return browser


async def entered(installation, language="en"):
    """A paper entered through the page; return who entered it, and the form's page."""
    browser = await staff_browser(installation, f"hana{language}")
    await browser.get(FORM.format(language, language))
    answer = await browser.post(
        FORM.format(language, language),
        **{"how": "paper", "given_on": "2027-01-15", "case": "", "name": NAME, "mail_address": MAIL, NEWS: "yes"},
    )
    assert answer.status_code == 303, answer.text
    return browser, answer.headers["location"]


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_from_the_paper_to_not_me(installation, language):
    """Entered by one, read and witnessed by another, shown to nobody before; the code takes it back without an account."""
    one, page = await entered(installation, language)
    other = await staff_browser(installation, f"ono{language}")
    assert NAME not in (await other.get(page)).text
    shown = await other.post(page, step="read")
    assert (NAME in shown.text, 'value="witness"' in shown.text) == (True, True)
    assert (await one.post(page, step="witness")).status_code == 403
    assert (await other.post(page, step="witness")).status_code == 303
    assert NAME not in (await other.get(page)).text
    site, form_id = Browser(installation), page.rsplit("/", 1)[1]
    await site.get(f"/{language}/not-me")
    assert (await site.sent(f"/{language}/not-me", code="AAAA /../")).status_code == 404
    code = code_of(installation.engine, form_id)
    seen = await site.sent(f"/{language}/not-me", code=f"{code[:4].lower()} {code[4:]}")
    assert (seen.status_code, NAME in seen.text, MAIL in seen.text) == (200, False, False)
    assert await holder_of(installation.engine, form_id)  # looking at it changes nothing
    taken_back = await site.sent(f"/{language}/not-me/{code}")
    assert (taken_back.status_code, "btn bad" in taken_back.text) == (200, False)
    assert not await holder_of(installation.engine, form_id)
    assert (await other.get(f"/{language}/witnessed")).status_code == 200


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_what_is_wrong_stands_beside_what_was_typed(installation, language):
    """An Individual Number, a day that is ahead, a field that is none: shown again, nothing kept."""
    browser = await staff_browser(installation, "hana")
    path = FORM.format(language, "en")
    await browser.get(path)
    typed = {"how": "call", "given_on": "2027-01-15", "case": ""}
    wrong = await browser.post(path, **typed, name="123456789018", occupation="teacher")
    assert (wrong.status_code, 'href="#name"' in wrong.text) == (422, True)
    assert re.search(r'value="teacher" selected', wrong.text)
    assert (await browser.post(path, **{**typed, "given_on": "2030-01-01"}, name=NAME)).status_code == 422
    assert (await browser.post(path, **typed, blood_type="A")).status_code == 422
    assert (await browser.get(FORM.format(language, "de"))).status_code == 422
    assert (await browser.get(path.replace("/1/", "/9/"))).status_code == 422
    assert installation.sql("SELECT COUNT(*) FROM witnessed") == [(0,)]


async def test_who_may_not_sees_no_page(installation):
    """Support has neither right; a stranger has no session; nobody takes back on my data what is not theirs."""
    _, page = await entered(installation)
    support = await staff_browser(installation, "abe", ("support",))
    for path in ("/en/witnessed", FORM.format("en", "en"), page):
        assert (await support.get(path)).status_code == 403
        assert (await Browser(installation, at=CONSOLE).get(path)).status_code == 303
    customer = Browser(installation)
    await customer.sign_in(await installation.join())
    assert (await customer.get("/en/my-data/given-elsewhere")).status_code == 200
    assert (await customer.post("/en/my-data/given-elsewhere", form=page.rsplit("/", 1)[1])).status_code == 422


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_origin_stands_wherever_the_value_does(installation, language):
    """My data, receipts and the list of papers say how it was given, entered and witnessed; one button takes it back."""
    own = await installation.mori()
    desk = await staff_browser(installation, "hana", ("privacy", "support"))
    await desk.get("/en")
    case = await desk.post("/en/case", purpose="contact")
    await desk.get(case.headers["location"])
    await desk.post(f"{case.headers['location']}/find", mail_address=MAIL)
    path = FORM.format("en", "en")
    assert case.headers["location"].rsplit("/", 1)[1] in (await desk.get(path)).text
    answer = await desk.post(
        path, how="call", given_on="2027-01-15", case=case.headers["location"].rsplit("/", 1)[1], occupation="teacher"
    )
    other = await staff_browser(installation, "ono")
    await other.get(answer.headers["location"])
    await other.post(answer.headers["location"], step="read")
    await other.post(answer.headers["location"], step="witness")
    browser = Browser(installation)
    await browser.sign_in(own)
    said = {
        "en": "given by phone, entered by staff, witnessed by another",
        "ja": "お電話で伺い、担当者が入力、別の担当者が確認",
    }
    assert said[language] in (await browser.get(f"/{language}/my-data")).text
    how = {"en": "given by phone, entered by staff", "ja": "担当者が入力、別の担当者が確認"}[language]
    assert how in (await browser.get(f"/{language}/my-data/receipts")).text
    listed = await browser.get(f"/{language}/my-data/given-elsewhere")
    assert listed.text.count('name="form"') == 1
    gone = await browser.post(f"/{language}/my-data/given-elsewhere", form=answer.headers["location"].rsplit("/", 1)[1])
    assert gone.status_code == 303
    assert said[language] not in (await browser.get(f"/{language}/my-data")).text
    assert 'name="form"' not in (await browser.get(f"/{language}/my-data/given-elsewhere")).text
