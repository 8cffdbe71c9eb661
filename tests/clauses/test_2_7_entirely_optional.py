"""§2.7: giving information is entirely optional."""

from __future__ import annotations

import pytest
from installation import PASSWORD

from kept.errors import SignInError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.accounts import accounts
from kept.services.my_data.own_data import own_data

pytestmark = pytest.mark.anyio


async def test_an_account_exists_without_one_personal_item(installation):
    """§2.7 normal: an issued login name opens an account that holds nothing, and its page still answers."""
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "ja")
    person_id = await accounts.sign_in_with_password(installation.engine, issued.login_name.upper(), PASSWORD)
    own = await installation.session(person_id)
    assert (await own_data(installation.engine, own)).held == ()
    opened = [one for one in await installation.ledger() if one.act == "customer:account:open"]
    assert [(one.clause, one.items) for one in opened] == [("2.7", ())]


async def test_every_field_can_be_left_empty(installation):
    """§2.7 normal: a form sent with every field empty is taken, grants nothing and holds nothing."""
    own = await installation.join()
    form = await installation.form(own=own)
    receipt = await installation.give(own, [(hint.item.id, "  ") for hint in form.hints], token=form.token)
    assert receipt.id
    assert (await own_data(installation.engine, own)).held == ()


async def test_a_wrong_password_says_the_same_for_a_known_and_an_unknown_name(installation):
    """§2.7 breach: whether an account exists is not told by trying to sign in."""
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "en")
    answers = []
    for name in (issued.login_name, "heron-nobody22"):
        with pytest.raises(SignInError) as refused:
            await accounts.sign_in_with_password(installation.engine, name, "not the right one at all")
        answers.append((str(refused.value), refused.value.reason, refused.value.hint))
    assert answers[0] == answers[1]


async def test_the_board_says_so(installation):
    """§2.7 page: the promise is kept, by a live check."""
    assert (await promise_board(installation.engine)).of("2.7").state is ClauseState.KEPT
