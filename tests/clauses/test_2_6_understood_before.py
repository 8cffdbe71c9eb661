"""§2.6: the customer understands the purpose before giving; what was shown is recorded by hash, version, language."""

from __future__ import annotations

import pytest
from cited import cited

from kept.errors import SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.my_data.own_data import own_data

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
