"""Days and moments as text: of the world (UTC), in which everything is kept and decided, and of the zone pages are read in."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Tokyo")
"""The zone in which pages and letters say days and times, and in which a day that staff type begins and ends."""


def day_of(at: float) -> str:
    """Return the day of a moment, in UTC, such as `2026-11-01`.

    Args:
        at: Unix seconds.
    """
    return f"{datetime.fromtimestamp(at, tz=UTC):%Y-%m-%d}"


def moment(at: float) -> str:
    """Return a moment in UTC, to the second, such as `2026-11-01T09:30:00Z`.

    Args:
        at: Unix seconds.
    """
    return f"{datetime.fromtimestamp(at, tz=UTC):%Y-%m-%dT%H:%M:%SZ}"


def local(at: float) -> datetime:
    """Return a moment in the zone of the pages.

    Args:
        at: Unix seconds.
    """
    return datetime.fromtimestamp(at, tz=ZONE)
