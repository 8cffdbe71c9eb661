"""Erasing (added from law, APPI Art. 35): what an account takes while its erasure waits, and that it can be hastened."""

from __future__ import annotations

import pytest
from asked import Browser
from writing_letters import answered, asked_second

from kept import limits
from kept.errors import ConflictError, ErasedError, KeptError, SubmissionError
from kept.policy.day import local
from kept.policy.words import Exit
from kept.services.my_data import choices, erasure
from kept.services.upkeep import approvals

pytestmark = pytest.mark.anyio
NEWS = "information-for-you"


async def waiting(installation):
    """A customer whose erasure waits its seven days."""
    own = await installation.mori()
    receipt = await erasure.intend_erasure(installation.engine, own, grace_seconds=limits.ERASURE_GRACE_SECONDS)
    return own, receipt


async def test_later_and_then_now(installation):
    """In seven days, then at once: the same receipt, and the person is gone now; the stop list asked for last is kept."""
    own, receipt = await waiting(installation)
    assert await erasure.intend_erasure(installation.engine, own, never_write=True) == receipt
    with pytest.raises(ErasedError):
        await installation.engine.people.load(own.person_id)
    assert (await erasure.erasure_receipt(installation.engine, receipt))["receipt"] == receipt
    assert installation.sql("SELECT COUNT(*) FROM stop_list")[0][0] >= 1


async def test_later_twice_is_refused_and_moves_nothing(installation):
    """A second waiting erasure does not put the day off."""
    own, _ = await waiting(installation)
    due = installation.sql("SELECT due_at FROM erasure")
    installation.wall.pass_(60)
    with pytest.raises(KeptError):
        await erasure.intend_erasure(installation.engine, own, grace_seconds=limits.ERASURE_GRACE_SECONDS)
    assert installation.sql("SELECT due_at FROM erasure") == due


async def test_an_account_being_erased_takes_every_no_and_no_yes(installation):
    """Withdrawing and stopping work as ever; a yes, a resumed use and a new value are refused in a sentence."""
    own, _ = await waiting(installation)
    engine = installation.engine
    await choices.choose(engine, own, NEWS, Exit.MAIL, allow=False)
    await choices.stop_use(engine, own, NEWS, stop=True)
    attempts = (
        choices.choose(engine, own, NEWS, Exit.MAIL, allow=True),
        choices.stop_use(engine, own, NEWS, stop=False),
        installation.give(own, [("fax", "03-1234-5678")]),
    )
    for attempt in attempts:
        with pytest.raises(SubmissionError) as refused:
            await attempt
        assert refused.value.reason == "erasing"
        assert "undo" in refused.value.hint
    await erasure.undo_erasure(engine, own)
    await choices.choose(engine, own, NEWS, Exit.MAIL, allow=True)


async def test_an_approval_about_somebody_being_erased_dies(installation):
    """A copy somebody asked for by letter is not approved once they began to erase themselves."""
    own = await installation.mori()
    engine = installation.engine
    asker, second = (
        await installation.staff("kato", ("privacy",)),
        await installation.staff("ono", ("privacy",)),
    )
    request = await asked_second(installation, asker, "disclosure")
    await erasure.intend_erasure(engine, own, grace_seconds=limits.ERASURE_GRACE_SECONDS)
    ((waits),) = await approvals.waiting(engine, second)
    with pytest.raises(ConflictError) as dead:
        await approvals.approve(engine, second, waits.id)
    assert dead.value.reason == "approval-dead"
    with pytest.raises(KeptError):
        await answered(installation, asker, request)


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_banner_names_the_day_and_offers_both(installation, language):
    """My data says on which day, and leads to undoing and to erasing now; the page then offers only now."""
    own, _ = await waiting(installation)
    browser = Browser(installation)
    await browser.sign_in(own)
    page = (await browser.get(f"/{language}/my-data")).text
    due = local(installation.sql("SELECT due_at FROM erasure")[0][0], installation.engine.zone)
    assert f"{due:%Y}" in page
    assert str(due.day) in page
    assert f'action="/{language}/my-data/erase/undo"' in page
    assert f'href="/{language}/my-data/erase"' in page
    offered = (await browser.get(f"/{language}/my-data/erase")).text
    assert 'value="now"' in offered
    assert 'value="later"' not in offered
