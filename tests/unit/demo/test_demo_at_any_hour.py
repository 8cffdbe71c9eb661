"""The invented history can be made at any hour of the day: what closes at the end of a day has not closed before its last entry."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kept import limits, policy_files
from kept.demo.clock import MovedClock
from kept.demo.invented import DAYS, invent
from kept.guarantees import words
from kept.services.engine.clock import Clock
from kept.services.engine.engine import Engine
from kept.services.engine.installation import Settings, installation_parts, parse_address
from kept.services.forms.instance_record import standing
from kept.services.staff.activation import activate_first

pytestmark = pytest.mark.anyio
POLICY = Path(__file__).parents[3] / "policies" / "photolibrary.policy.md"


async def test_shortly_before_midnight_where_the_controller_is(tmp_path):
    """Everybody who takes part still finds the doors open, and what is to close has closed afterwards."""
    found = parse_address(f"sqlite:///{tmp_path / 'demo.db'}")
    moved = MovedClock(0.0)
    parts = installation_parts(found, words(), Settings(clock=Clock(moved, moved)), create=True)
    late = datetime.fromisoformat("2026-11-28T23:40:00+09:00").timestamp()
    moved.time = late - (DAYS + 1) * limits.DAY
    engine = await Engine.start(parts, sequence=False)
    try:
        await activate_first(engine, policy_files(POLICY), by="test")
        assert datetime.fromtimestamp(late, engine.zone).utcoffset() == timedelta(hours=9)
        await invent(engine, moved, late)
        states = {one: (await standing(engine, one)).status for one in ("season-calendar", "archive-afternoon")}
    finally:
        await engine.close()
    assert states["season-calendar"] != "open"
    assert states["archive-afternoon"] == "open"
