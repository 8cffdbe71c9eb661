"""The clock leaps, both ways: what acts on time alone stands still, across a restart too, until an operator says the time is right."""

from __future__ import annotations

import pytest

from clauses.test_4_5_contact import ContactDesk
from kept import limits
from kept.errors import ClosedError, ErasedError
from kept.services.backups.recovery import confirm_clock
from kept.services.messages.calls import end_sheets
from kept.services.my_data.erasure import intend_erasure, undo_erasure
from kept.services.my_data.own_data import own_data
from kept.services.upkeep.retention import confirm_sweep, sweep
from kept.services.upkeep.routine import finish_all, tidy

pytestmark = pytest.mark.anyio
MONTH = 30 * limits.DAY


async def everything(engine):
    """All that goes on by itself."""
    await finish_all(engine)
    await tidy(engine)
    await sweep(engine)


async def test_nobody_in_their_grace_period_is_erased(installation):
    """A month forward, and a restart: the erasure still waits and is undone; confirmed, the next one is finished on its day."""
    own = await installation.mori()
    await intend_erasure(installation.engine, own, grace_seconds=limits.ERASURE_GRACE_SECONDS)
    installation.wall.leap(MONTH)
    await everything(installation.engine)
    await installation.engine.sequencer.integrate()
    await installation.close()
    engine = await installation.open()
    await everything(engine)
    own = await installation.session(own.person_id)
    await undo_erasure(engine, own)
    assert (await engine.people.load(own.person_id)).state.status == "active"
    await intend_erasure(engine, own, grace_seconds=limits.ERASURE_GRACE_SECONDS)
    installation.wall.pass_(limits.ERASURE_GRACE_SECONDS + 1)
    await everything(engine)
    await engine.people.load(own.person_id)
    await confirm_sweep(engine, by="test")
    await everything(engine)
    with pytest.raises(ErasedError):
        await engine.people.load(own.person_id)


async def test_what_is_asked_for_now_is_done_now(installation):
    """An erasure at once does not wait for anybody to look at the clock."""
    own = await installation.mori()
    installation.wall.leap(MONTH)
    await tidy(installation.engine)
    own = await installation.session(own.person_id)
    await intend_erasure(installation.engine, own)
    with pytest.raises(ErasedError):
        await installation.engine.people.load(own.person_id)


async def test_nothing_else_ends(installation):
    """Sessions, sheets and tokens stay as they are, though the gate goes by the time it has."""
    desk = await ContactDesk(installation).begin()
    await desk.begun()
    before = installation.sql("SELECT COUNT(*) FROM session"), installation.sql("SELECT * FROM call_sheet")
    assert before[1]
    installation.wall.leap(MONTH)
    await everything(installation.engine)
    assert await end_sheets(installation.engine) == 0
    assert (installation.sql("SELECT COUNT(*) FROM session"), installation.sql("SELECT * FROM call_sheet")) == before


async def test_back_again_closes_the_gate_until_somebody_says_so(installation):
    """Forward by a month and back: closed; the operator confirms the clock, and everything goes on as if nothing had been."""
    own = await installation.mori()
    engine = installation.engine
    installation.wall.leap(MONTH)
    await everything(engine)
    installation.wall.leap(-MONTH)
    with pytest.raises(ClosedError) as refused:
        await own_data(engine, own)
    assert refused.value.reason == "clock-back"
    await installation.close(integrate=False)
    engine = await installation.open(verify=False)
    await confirm_clock(engine)
    await installation.close(integrate=False)
    engine = await installation.open()
    await everything(engine)
    assert not engine.clock.leapt_seconds
    await own_data(engine, await installation.session(own.person_id))
