"""§2.8 at registration: information is received directly from the customer, in their own session."""

from __future__ import annotations

import re

import pytest
from asked import Browser
from cited import cited

from kept.errors import SignInError, SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.accounts import accounts
from kept.services.forms import collection
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


async def test_a_notice_read_by_one_is_not_sent_by_another(installation):
    """§2.8 breach: what A was shown says nothing of what B read; nothing of B is taken, and the refusal is recorded."""
    one, other = await installation.join(), await installation.join()
    token = (await installation.form(own=one)).token
    with pytest.raises(SubmissionError) as refused:
        await installation.give(other, [("name", "Hanako Mori")], token=token)
    assert (cited(refused.value), refused.value.reason) == ("§2.1", "token-other-person")
    mine = await own_data(installation.engine, other)
    assert mine.held == ()
    said = next(line.account for line in mine.history.lines if line.account.act == "system:submission:refuse")
    assert dict(said.facts)["reason"] == "token-other-person"
    await installation.give(one, [("name", "Hanako Mori")], token=token)  # and it was not used up by the attempt


async def test_signing_in_again_does_not_lose_a_form(installation):
    """§2.8 normal: a form belongs to who read it, so that a session that ended meanwhile costs nothing typed."""
    own = await installation.join()
    token = (await installation.form(own=own)).token
    again = await installation.session(own.person_id)
    assert (await installation.give(again, [("name", "Hanako Mori")], token=token)).id


async def test_a_form_names_nobody(installation):
    """§1.1: neither the number of a person nor anything that is the same twice stands in a form's token."""
    own = await installation.join()
    tokens = [collection.claims_of(installation.engine, (await installation.form(own=own)).token) for _ in range(2)]
    assert tokens[0]["shown-to"] != tokens[1]["shown-to"]
    assert all(own.person_id.hex() not in str(one) for one in tokens)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "This form was shown to somebody else."), ("ja", "別の方に表示された")],
)
async def test_a_page_says_why_a_borrowed_notice_is_refused(installation, language, sentence):
    """§2.8 page: the form comes back with a sentence and a notice of one's own."""
    pages = [Browser(installation), Browser(installation)]
    tokens = []
    for page in pages:
        await page.sign_in(await installation.join())
        shown = (await page.get(f"/{language}/registration")).text
        tokens.append(re.search(r'name="notice_token" value="([^"]+)"', shown)[1])
    answer = await pages[1].post(f"/{language}/registration", notice_token=tokens[0], name="Hanako")
    assert answer.status_code == 422
    assert sentence in answer.text
    assert tokens[0] not in answer.text


async def test_the_ledger_and_the_board_say_who_gave(installation):
    """§2.8 evidence and page: the entry is the customer's own, and the board says what stands behind the clause."""
    await installation.mori()
    collected = next(one for one in await installation.ledger() if one.act == "customer:value:collect")
    assert (collected.kind, collected.actor) == ("own", "")
    assert (await promise_board(installation.engine)).of("2.8").state in {ClauseState.KEPT, ClauseState.NOT_KEPT_YET}
