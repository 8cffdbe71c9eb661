"""§0.1: all personal information is handled as the policy says: one gate, and nothing past it."""

from __future__ import annotations

import pytest
from asked import Browser
from cited import cited
from installation import MAIL

from kept.errors import DeniedError, SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState, Exit
from kept.services.cases import cases
from kept.services.my_data.choices import stop_use
from kept.services.my_data.own_data import own_data

pytestmark = pytest.mark.anyio


async def test_what_leaves_the_vault_leaves_through_the_gate_and_is_recorded(installation):
    """§0.1 normal: support opens an item, its entry says who, for what, by which way out, and the customer sees it."""
    own = await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    card = await cases.open_item(installation.engine, session, case.id, "mail_address")
    with card["mail_address"].open(Exit.SCREEN) as text:
        assert text == MAIL
    said = await installation.newest()
    assert (said.act, said.outcome, said.purpose, said.exit) == ("actor:value:read", "permitted", "contact", "screen")
    shown = [line.entry_id for line in (await own_data(installation.engine, own)).history.lines]
    assert card.entry_id in shown


async def test_a_released_value_opens_only_where_it_was_released_for(installation):
    """§0.1 breach: what was released for the screen is refused at another way out and at a second opening."""
    await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    card = await cases.open_item(installation.engine, session, case.id, "name")
    with pytest.raises(DeniedError) as refused, card["name"].open(Exit.MAIL):
        pass
    assert (cited(refused.value), refused.value.step) == ("§0.1", 7)
    with card["name"].open():
        pass
    with pytest.raises(DeniedError) as refused, card["name"].open():
        pass
    assert cited(refused.value) == "§0.1"


async def test_nobody_stops_what_answers_their_own_requests(installation):
    """§0.1 breach: it would leave them unable to ask; it is not offered, refused with the clause, and the page says why."""
    own = await installation.mori()
    with pytest.raises(SubmissionError) as refused:
        await stop_use(installation.engine, own, "rights-request", stop=True)
    assert (refused.value.reason, cited(refused.value)) == ("purpose-answers-you", "§0.1")
    switch = next(
        one for one in (await own_data(installation.engine, own)).switches if one.purpose.id == "rights-request"
    )
    assert (switch.stopped, switch.can_be_stopped) == (False, False)
    browser = Browser(installation)
    await browser.sign_in(own)
    page = (await browser.get("/en/my-data")).text
    assert 'name="purpose" value="rights-request"' not in page
    assert 'name="purpose" value="contact"' in page
    assert "This one is not stopped: without it you could not ask." in page


async def test_the_good_faith_itself_is_attested_by_people(installation):
    """§0.1 page: the board does not call the clause kept before a person attested to it."""
    board = await promise_board(installation.engine)
    assert board.of("0.1").state is ClauseState.NOT_KEPT_YET
    assert any("not attested yet" in part.detail for part in board.of("0.1").parts)
    assert board.of("0.1").kept_parts >= 1
