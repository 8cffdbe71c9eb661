"""§2.6: the customer understands the purpose before giving; what was shown is recorded by hash, version, language."""

from __future__ import annotations

import pytest
from asked import CONSOLE, Browser
from cited import cited
from counted import StatisticsDesk

from kept.errors import SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.my_data import erasure
from kept.services.my_data.own_data import own_data
from kept.services.staff import sessions

pytestmark = pytest.mark.anyio


async def test_the_notice_says_purpose_recipients_end_and_how_to_undo(installation):
    """§2.6 normal: the text shown names every purpose, the recipient and how long, and its id is its hash."""
    form = await installation.form()
    policy = installation.engine.policy.policy
    for purpose in policy.points["registration"].purposes:
        assert policy.purposes[purpose].titles["en"] in form.notice.text
    assert "Picture Club" in form.notice.text
    assert form.notice_id == form.notice.id
    assert (await installation.engine.notices.get(form.notice_id)).text == form.notice.text


async def test_a_notice_that_is_not_what_was_shown_takes_nothing(installation):
    """§2.6 breach: when the stored notice is gone the form is refused with the clause, and the refusal is recorded."""
    own = await installation.join()
    form = await installation.form(own=own)
    installation.engine.notices._known.clear()
    installation.sql("DELETE FROM notice")
    with pytest.raises(SubmissionError) as refused:
        await installation.give(own, [("phone", "090-1234-5678")], token=form.token)
    assert (cited(refused.value), refused.value.reason) == ("§2.6", "notice-missing")
    assert (await installation.newest()).clause == "2.6"


async def test_my_data_shows_which_notice_each_value_answers_to(installation):
    """§2.6 evidence and page: the collection's entry cites the clause, and my data shows the notice of each value."""
    own = await installation.mori()
    assert any(one.act == "customer:value:collect" and one.clause == "2.6" for one in await installation.ledger())
    form = await installation.form()
    assert {one.notice_id for one in (await own_data(installation.engine, own)).held} == {form.notice_id}
    assert (await promise_board(installation.engine)).of("2.6").state is ClauseState.KEPT


async def test_a_yes_without_any_item_stands_on_the_receipt(installation):
    """§2.6: a box ticked beside empty fields is a yes, and the receipt says so; it never says that nothing was given."""
    own = await installation.join()
    receipt = await installation.give(own, [("choice", "information-for-you/mail/")])
    process = receipt.record["dpv:hasProcess"]
    assert [one["dpv:hasPurpose"]["@id"] for one in process] == ["#purpose-information-for-you"]
    assert (process[0]["given"], process[0]["channels"], process[0]["dpv:hasPersonalData"]) == (True, ["mail"], [])


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_no_page_says_in_codes_what_people_should_understand(installation, language):
    """§2.6: safeguards, attestations, the levels of an erasure and what a statistic costs are words of the reader's language."""
    browser = Browser(installation)
    policy = (await browser.get(f"/{language}/policy")).text
    assert ("contract under APPI Article 25" in policy) is (language == "en")
    assert ("個人情報保護法第25条に基づく委託契約" in policy) is (language == "ja")
    own = await installation.mori()
    receipt = await erasure.intend_erasure(installation.engine, own)
    page = (await browser.get(f"/{language}/erasure/{receipt}")).text
    codes = ("epoch", "scrubbed", "tombstone", "wrapped", "hash", "database K", "墓標", "ハッシュ")
    assert not [one for one in codes if one in page]
    desk = await StatisticsDesk.of(installation)
    await desk.build()
    await desk.ask("prefecture")
    console = Browser(installation, at=CONSOLE)
    console.cookies["__Host-kept_session"] = await sessions.start_demo_session(
        installation.engine, desk.researcher.login
    )
    figures = (await console.get(f"/{language}/statistics")).text
    assert not [one for one in ("ρ", ">customers<") if one in figures]
    assert {"en": "of a period’s budget", "ja": "1期分の予算の"}[language] in figures
    console.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, desk.approver.login)
    board = (await console.get(f"/{language}/board")).text
    assert not [one for one in ("review-note", "</h3>good-faith", " good-faith</h3>") if one in board]
    assert {"en": "Good faith", "ja": "誠実な取り扱い"}[language] in board
