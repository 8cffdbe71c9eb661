"""§1.1: whatever can identify somebody is in a closed catalogue; the Individual Number is never collected."""

from __future__ import annotations

import pytest
from cited import cited

from kept.errors import DeniedError, SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.cases import cases
from kept.services.my_data.own_data import own_data

pytestmark = pytest.mark.anyio
INDIVIDUAL_NUMBER = "123456789018"  # twelve digits with a right check digit, nobody's


async def test_declared_items_are_stored_as_what_they_are(installation):
    """§1.1 normal: a declared item is stored and shown to its owner under its own name."""
    own = await installation.mori()
    held = {one.slot: one.value for one in (await own_data(installation.engine, own)).held}
    assert set(held) == {"name", "mail_address", "phone", "interests"}
    assert (await promise_board(installation.engine)).of("1.1").state is ClauseState.KEPT


@pytest.mark.parametrize("text", [INDIVIDUAL_NUMBER, "マイナンバー １２３４ ５６７８ ９０１８", "1234-5678-9018"])
async def test_an_individual_number_is_refused_in_a_free_field(installation, text):
    """§1.1 breach: an Individual Number in a name is refused with the clause, and nothing is taken."""
    own = await installation.join()
    with pytest.raises(SubmissionError) as refused:
        await installation.give(own, [("name", text)])
    assert (cited(refused.value), refused.value.reason) == ("§1.1", "individual-number")
    said = await installation.newest()
    assert (said.act, said.outcome, said.clause) == ("system:submission:refuse", "refused", "1.1")
    mine = await own_data(installation.engine, own)
    assert mine.held == ()
    assert "system:submission:refuse" in [line.account.act for line in mine.history.lines]


async def test_the_declared_individual_number_has_no_field(installation):
    """§1.1 breach: the item is declared as never collected, and a form that posts it is refused."""
    own = await installation.join()
    assert not installation.engine.policy.policy.items["individual_number"].collected
    with pytest.raises(SubmissionError) as refused:
        await installation.give(own, [("individual_number", "1")])
    assert refused.value.reason == "field-undeclared"


@pytest.mark.parametrize(
    "typed", ["Ms Mori is a fraud <b>x</b> mori@example.jp", "a" * 5000, "name#" + "x" * 500, "名前"]
)
async def test_what_is_no_item_is_recorded_as_that_and_never_as_it_was_typed(installation, typed):
    """§1.1 breach: a member of staff who asks for a text instead of an item writes nothing into anybody's record."""
    await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    with pytest.raises(DeniedError):
        await cases.open_item(installation.engine, session, case.id, typed)
    newest = await installation.newest()
    assert [one.item for one in newest.refused] == ["undeclared"]
    assert typed not in repr(newest)
