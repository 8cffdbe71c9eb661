"""§4.1: use stays within the purposes presented earlier: a value answers to the notice it was given under."""

from __future__ import annotations

import pytest
from installation import CONTACT_USES, CONTACT_USES_BIRTH, PHONE, second_version

from kept.errors import DeniedError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState, Exit
from kept.services.cases import cases
from kept.services.my_data.own_data import own_data
from kept.services.staff.activation import activate, propose

pytestmark = pytest.mark.anyio


async def test_what_the_notice_bound_opens(installation):
    """§4.1 normal: contact opens the phone number, which its notice bound to contact."""
    await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    card = await cases.open_item(installation.engine, session, case.id, "phone")
    with card["phone"].open(Exit.SCREEN) as text:
        assert text == PHONE
    assert (await installation.newest()).outcome == "permitted"


async def test_a_later_wider_version_gives_no_right_over_an_older_value(installation):
    """§4.1 breach: version 2 lets contact use the date of birth; the one given under version 1 stays closed, and says why."""
    own = await installation.join()
    await installation.give(own, [("mail_address", "mori@example.jp"), ("date_of_birth", "1980-02-03")])
    officer = await installation.staff("ueda", ("privacy",))
    await propose(installation.engine, second_version((CONTACT_USES, CONTACT_USES_BIRTH)), by="test")
    await activate(installation.engine, officer, 2)
    support = await installation.staff()
    case = await installation.case(support, mail="mori@example.jp")
    with pytest.raises(DeniedError) as refused:
        await cases.open_item(installation.engine, support, case.id, "date_of_birth")
    assert refused.value.step == 5
    said = await installation.newest()
    assert (said.outcome, said.refused[0].item, said.refused[0].step) == ("refused", "date_of_birth", 5)
    lines = (await own_data(installation.engine, own)).history.lines
    assert any(line.account.refused for line in lines)


async def test_the_board_says_so(installation):
    """§4.1 page: the promise is kept, by a live check over the values held."""
    await installation.mori()
    assert (await promise_board(installation.engine)).of("4.1").state is ClauseState.KEPT
