"""Days and moments: kept in UTC, read in one zone, which stands in one place."""

from __future__ import annotations

from pathlib import Path

from kept.policy import day

SOURCE = Path(day.__file__).parents[1]
BEFORE_MIDNIGHT_IN_JAPAN = 1_795_877_999.9  # 2026-11-28 14:59:59.9 UTC


def test_a_day_is_that_of_the_world():
    """The day of a moment is the day in UTC; seconds are cut, never rounded into the next day."""
    assert day.day_of(BEFORE_MIDNIGHT_IN_JAPAN) == "2026-11-28"
    assert day.day_of(BEFORE_MIDNIGHT_IN_JAPAN + 9 * 3600) == "2026-11-28"
    assert day.day_of(BEFORE_MIDNIGHT_IN_JAPAN + 9 * 3600 + 1) == "2026-11-29"
    assert day.moment(BEFORE_MIDNIGHT_IN_JAPAN) == "2026-11-28T14:59:59Z"


def test_pages_read_it_in_their_zone():
    """The same moment is the last second of the day where the pages are read."""
    assert f"{day.local(BEFORE_MIDNIGHT_IN_JAPAN):%Y-%m-%d %H:%M:%S %Z}" == "2026-11-28 23:59:59 JST"


def test_the_zone_stands_in_one_place():
    """No other file names a zone, or writes a day in a way of its own."""
    others = [file for file in SOURCE.rglob("*.py") if file.name != "day.py"]
    assert [file.name for file in others if "ZoneInfo" in (text := file.read_text("utf-8")) or "Asia/" in text] == []
    assert [file.name for file in others if 'strftime("%Y-%m-%d")' in file.read_text("utf-8")] == []
