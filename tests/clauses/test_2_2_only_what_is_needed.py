"""§2.2: only what the purpose needs is collected."""

from __future__ import annotations

import pytest
from asked import Browser
from cited import cited
from installation import NAME, POLICY

from kept import policy_files
from kept.errors import DeniedError, SubmissionError
from kept.guarantees import words
from kept.policy.check import check_policy
from kept.services.accounts import accounts
from kept.services.cases import cases
from kept.services.my_data.own_data import own_data

pytestmark = pytest.mark.anyio


async def test_every_field_of_the_form_serves_a_purpose_it_shows(installation):
    """§2.2 normal: each field that is offered is used by a purpose that the same form presents."""
    form = await installation.form()
    used = {one.item for one in form.notice.terms}
    assert {hint.item.id for hint in form.hints} <= used


async def test_an_extra_field_is_refused_not_dropped(installation):
    """§2.2 breach: one field too many refuses the whole form, and the refusal is on the person's page."""
    own = await installation.join()
    with pytest.raises(SubmissionError) as refused:
        await installation.give(own, [("phone", "090-1234-5678"), ("blood_type", "A")])
    assert (cited(refused.value), refused.value.reason) == ("§2.2", "field-undeclared")
    mine = await own_data(installation.engine, own)
    assert mine.held == ()
    said = next(line.account for line in mine.history.lines if line.account.act == "system:submission:refuse")
    assert (said.clause, dict(said.facts)["reason"]) == ("2.2", "field-undeclared")


async def test_an_item_no_purpose_uses_is_a_finding():
    """§2.2 breach: a form that asks for an item none of its purposes uses is not sound."""
    files = policy_files(POLICY)
    before, form, after = files[POLICY.name].partition(b"  questionnaire:\n")
    files[POLICY.name] = before + form + after.replace(b"      - answer\n", b"      - answer\n      - entry\n", 1)
    assert "point-item-unneeded" not in [one.code for one in check_policy(policy_files(POLICY), words())]
    assert "point-item-unneeded" in [one.code for one in check_policy(files, words())]


async def test_a_purpose_opens_only_the_items_it_uses(installation):
    """§2.2 breach: contact does not use interests, and opening them is refused at step 3 with the clause."""
    await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(installation.engine, session, case.id, "interests")
    assert (refused.value.step, refused.value.reason) == (3, "uses")
    assert cited(refused.value) == "§4.5"


@pytest.mark.parametrize("fields", [{"name": "Another Name"}, {"choice": "nonsense//"}])
async def test_a_refused_form_always_says_why(installation, fields):
    """§2.2 page: an item given before (a second tab) and a choice nobody offers are refused with a message one can see."""
    own = await installation.mori()
    browser = Browser(installation)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    shown = (await browser.get("/en/registration")).text
    token = shown.split('name="notice_token" value="')[1].split('"')[0]
    answer = await browser.post("/en/registration", notice_token=token, **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


async def test_a_second_token_is_an_extra_field(installation):
    """§2.2 breach: text behind the name of a token is refused like any other extra field, not dropped."""
    own = await installation.join()
    browser = Browser(installation)
    await browser.sign_in(own)
    shown = (await browser.get("/en/registration")).text
    token = shown.split('name="notice_token" value="')[1].split('"')[0]
    answer = await browser.post("/en/registration", notice_token=[token, "blood type A"], name="Mori")
    assert answer.status_code == 422
    mine = await own_data(installation.engine, own)
    assert mine.held == ()
    said = next(line.account for line in mine.history.lines if line.account.act == "system:submission:refuse")
    assert (said.clause, dict(said.facts)["reason"]) == ("2.2", "field-undeclared")


async def test_a_correction_drops_nothing_in_silence(installation):
    """§2.2 breach: two values for one item are refused; a line break within one is no second value that goes missing."""
    own = await installation.mori()
    browser = Browser(installation)
    await browser.sign_in(own)
    await browser.get("/en/my-data")
    assert (await browser.post("/en/my-data/correct/name", version="1", value=["One", "Two"])).status_code == 422
    mine = await own_data(installation.engine, own)
    assert next(one.value for one in mine.held if one.slot == "name") == NAME
    answer = await browser.post("/en/my-data/correct/name", version="1", value="One\nTwo")
    kept = next(one.value for one in (await own_data(installation.engine, own)).held if one.slot == "name")
    assert (answer.status_code, kept) in {(422, NAME), (303, "One Two")}
