"""§2.3: collection is fair: nothing ticked, nothing hidden, withdrawing as easy as giving, in the reader's language."""

from __future__ import annotations

import pytest
from cited import cited

from kept.errors import SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.words import Exit
from kept.services.my_data.choices import choose
from kept.services.my_data.own_data import own_data

pytestmark = pytest.mark.anyio


def _switch(mine, purpose):
    return next(one for one in mine.switches if one.purpose.id == purpose)


async def test_an_empty_form_ticks_nothing_for_anybody(installation):
    """§2.3 normal: sending a form without a tick grants no consent."""
    own = await installation.join()
    await installation.give(own, [("mail_address", "mori@example.jp")])
    assert not _switch(await own_data(installation.engine, own), "information-for-you").given


async def test_the_notice_is_in_the_readers_language(installation):
    """§2.3 normal: the same form in Japanese shows a Japanese notice, with an id of its own."""
    english, japanese = await installation.form("en"), await installation.form("ja")
    assert english.notice_id != japanese.notice_id
    assert any("\u3040" <= sign <= "\u30ff" for sign in japanese.notice.text)


async def test_withdrawing_is_one_act_as_giving_was(installation):
    """§2.3 normal: a yes given on the form is taken back in one call, and both stand in the ledger and on my data."""
    own = await installation.mori()
    assert _switch(await own_data(installation.engine, own), "information-for-you").given
    await choose(installation.engine, own, "information-for-you", None, allow=False)
    assert (await installation.newest()).act == "customer:choice:withdraw"
    mine = await own_data(installation.engine, own)
    assert _switch(mine, "information-for-you").withdrawn
    assert "customer:choice:withdraw" in [line.account.act for line in mine.history.lines]


async def test_a_choice_the_form_does_not_show_is_refused(installation):
    """§2.3 breach: a hidden box that a page adds is refused with the clause and recorded."""
    own = await installation.join()
    with pytest.raises(SubmissionError) as refused:
        await installation.give(own, [("choice", "market-research/mail/")])
    assert (cited(refused.value), refused.value.reason) == ("§2.3", "choice-unknown")
    assert (await installation.newest()).clause == "2.3"
    with pytest.raises(SubmissionError) as refused:
        await choose(installation.engine, own, "contact", Exit.MAIL, allow=True)
    assert cited(refused.value) == "§2.3"


async def test_lawfulness_is_attested_by_people(installation):
    """§2.3 page: the board names what people still have to attest."""
    details = [part.detail for part in (await promise_board(installation.engine)).of("2.3").parts]
    assert any("attested" in one for one in details)
