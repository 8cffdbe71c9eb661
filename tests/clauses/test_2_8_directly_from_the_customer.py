"""§2.8 at registration: information is received directly from the customer, in their own session."""

from __future__ import annotations

import pytest
from cited import cited

from kept.errors import SignInError, SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.accounts import accounts
from kept.services.my_data.corrections import correct
from kept.services.my_data.own_data import own_data

pytestmark = pytest.mark.anyio


async def test_each_value_carries_where_it_came_from(installation):
    """§2.8 normal: what the customer typed says own session and registration on my data."""
    own = await installation.mori()
    assert {(one.source, one.point) for one in (await own_data(installation.engine, own)).held} == {
        ("own-session", "registration")
    }


async def test_nobody_elses_session_gives_for_her(installation):
    """§2.8 breach: a token that is not the person's session is no session, so nothing can be given with it."""
    own = await installation.mori()
    token = await accounts.start_session(installation.engine, own.person_id)
    assert await accounts.session_of(installation.engine, token[:-4] + "AAAA") is None
    installation.wall.pass_(301)
    with pytest.raises(SignInError) as refused:
        await correct(installation.engine, own, "name", "Somebody Else", expected_version=1)
    assert cited(refused.value) == "§5.2"


async def test_filling_an_empty_slot_is_collection_and_needs_the_notice(installation):
    """§2.8 breach: a correction cannot bring in a value that was never given under a notice."""
    own = await installation.mori()
    with pytest.raises(SubmissionError) as refused:
        await correct(installation.engine, own, "fax", "03-1234-5678", expected_version=1)
    assert (cited(refused.value), refused.value.reason) == ("§2.1", "slot-empty")


async def test_the_ledger_and_the_board_say_who_gave(installation):
    """§2.8 evidence and page: the entry is the customer's own, and the board says what stands behind the clause."""
    await installation.mori()
    collected = next(one for one in await installation.ledger() if one.act == "customer:value:collect")
    assert (collected.kind, collected.actor) == ("own", "")
    assert (await promise_board(installation.engine)).of("2.8").state in {ClauseState.KEPT, ClauseState.NOT_KEPT_YET}
