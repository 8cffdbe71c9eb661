"""§2.3: collection is fair: nothing ticked, nothing hidden, withdrawing as easy as giving, in the reader's language."""

from __future__ import annotations

import pytest
from asked import Browser
from cited import cited

from kept.errors import SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.words import Exit
from kept.services.my_data.choices import choose, stop_use
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


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("choice", {"purpose": "information-for-you", "exit": "telepathy", "allow": "yes"}),
        ("choice", {"purpose": "information-for-you", "exit": "telepathy", "allow": "no"}),
        ("choice", {"purpose": "information-for-you", "allow": ""}),
        ("choice", {"purpose": "information-for-you", "allow": "Yes "}),
        ("stop", {"purpose": "announcements"}),
        ("stop", {"purpose": "announcements", "stop": "perhaps"}),
        ("erase", {}),
        ("erase", {"when": "soon"}),
    ],
)
async def test_what_is_neither_yes_nor_no_changes_nothing(installation, path, fields):
    """§2.3 breach: a choice that is half sent widens no yes to a whole purpose, lifts no stop and begins no erasure."""
    own = await installation.mori()
    await stop_use(installation.engine, own, "announcements", stop=True)
    before = (await installation.engine.people.load(own.person_id)).state
    browser = Browser(installation)
    await browser.sign_in(own)
    await browser.get("/en/my-data")
    answer = await browser.post(f"/en/my-data/{path}", **fields)
    assert answer.status_code == 422
    assert "This choice is not offered here." in answer.text
    assert (await installation.engine.people.load(own.person_id)).state == before


async def test_a_consent_begins_on_a_form_after_its_notice(installation):
    """§2.3 breach: a yes on my data to what was never said yes to on a form is refused, and nothing says that they agreed."""
    own = await installation.join()
    await installation.give(own, [("mail_address", "mori@example.jp")])
    for purpose, way_out in (("picture-club", None), ("picture-club", Exit.PROVISION), ("announcements", Exit.MAIL)):
        with pytest.raises(SubmissionError) as refused:
            await choose(installation.engine, own, purpose, way_out, allow=True)
        assert (refused.value.reason, cited(refused.value)) == ("choice-before-notice", "§2.6")
        await choose(installation.engine, own, purpose, way_out, allow=False)  # a no needs no notice
    assert "customer:choice:allow" not in {
        line.account.act for line in (await own_data(installation.engine, own)).history.lines
    }
