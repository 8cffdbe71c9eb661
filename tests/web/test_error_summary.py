"""After a field error the page begins with a summary that says what is wrong and links to the field, which has the focus."""

from __future__ import annotations

import pytest
from asked import Browser
from installation import Installation
from taking import SURVEY, opened

from kept.services.accounts import accounts

pytestmark = pytest.mark.anyio


@pytest.fixture
async def installation(tmp_path, anyio_backend):
    """An installation with somebody signed in."""
    one = Installation(tmp_path)
    await one.open()
    yield one
    await one.close()


async def signed_in(installation, own):
    """A browser of theirs."""
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    return browser


def summary(text):
    """The part of the page that says what is wrong."""
    assert text.count('role="alert"') == 1
    return text.split('role="alert"')[1].split("</div>")[0]


@pytest.mark.parametrize(
    ("language", "says"), [("en", "This is not a phone number."), ("ja", "電話番号として読めません。")]
)
async def test_the_registration_form(installation, language, says):
    """Focus without script, a link to the field, the field itself marked and described, in the reader's language."""
    browser = await signed_in(installation, await installation.join())
    token = (await browser.get(f"/{language}/registration")).text.split('name="notice_token" value="')[1].split('"')[0]
    answer = await browser.post(f"/{language}/registration", notice_token=token, phone="nonsense", name="Mori")
    assert answer.status_code == 422
    said = summary(answer.text)
    assert 'href="#phone"' in said
    assert says in said
    field = answer.text.split('<input id="phone"')[1].split(">")[0]
    assert 'aria-invalid="true"' in field
    assert "autofocus" in field
    assert "phone-say" in field
    assert 'id="phone-say"' in answer.text
    assert 'value="Mori"' in answer.text


async def test_a_choice_of_several_has_a_place_to_link_to(installation):
    """An option nobody offers: the group is named, linked to and described."""
    browser = await signed_in(installation, await installation.join())
    token = (await browser.get("/en/registration")).text.split('name="notice_token" value="')[1].split('"')[0]
    answer = await browser.post("/en/registration", notice_token=token, interests="submarines")
    assert 'href="#interests"' in summary(answer.text)
    assert (
        '<fieldset class="field wrong" id="interests" tabindex="-1" aria-describedby="interests-say" autofocus>'
        in answer.text
    )


async def test_a_questionnaire_and_a_correction(installation):
    """The same on the other forms a person fills in."""
    await opened(installation, SURVEY, "research")
    own = await installation.mori()
    browser = await signed_in(installation, own)
    page = (await browser.get("/en/take-part/survey")).text
    token = page.split('name="notice_token" value="')[1].split('"')[0]
    answer = await browser.post("/en/take-part/survey", notice_token=token, **{"answer.how": "submarines"})
    assert answer.status_code == 422
    assert 'href="#answer.how"' in summary(answer.text)
    assert 'id="answer.how"' in answer.text
    page = (await browser.get("/en/my-data/correct/phone")).text
    version = page.split('name="version" value="')[1].split('"')[0]
    answer = await browser.post("/en/my-data/correct/phone", version=version, value="nonsense")
    assert 'href="#phone"' in summary(answer.text)
    assert 'value="nonsense"' in answer.text


async def test_my_data_begins_with_its_contents(installation):
    """Each link of the contents leads to a part that is there."""
    browser = await signed_in(installation, await installation.mori())
    page = (await browser.get("/en/my-data")).text
    links = page.split('aria-label="On this page"')[1].split("</nav>")[0].split('href="#')[1:]
    ids = [one.split('"')[0] for one in links]
    assert {"held", "choices", "uses", "everything"} <= set(ids)
    assert [one for one in ids if page.count(f'id="{one}"') != 1] == []
