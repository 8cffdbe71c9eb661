"""Days and moments as text: moments are the world's (UTC), days are those of the zone the policy's controller lives in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

UNDECLARED = "UTC"
"""The zone of a policy that declares none."""


def zone_named(name: str) -> tzinfo | None:
    """Return a time zone by its IANA name, such as `Asia/Tokyo`; None when this machine knows none of that name.

    Args:
        name: `UTC`, or region and place as the policy language has them.
    """
    if name == UNDECLARED:
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):  # no such name; a folder of names is an OSError
        return None


def day_of(at: float, zone: tzinfo) -> str:
    """Return the day of a moment, such as `2026-11-01`.

    Args:
        at: Unix seconds.
        zone: Whose day; the policy's (`Policy.zone`) wherever a policy is in force.
    """
    return f"{local(at, zone):%Y-%m-%d}"


def begin_of(day: str, zone: tzinfo, *, after: int = 0) -> float:
    """Return when a day begins, unix seconds.

    Args:
        day: Such as `2026-11-01`.
        zone: Whose day.
        after: This many days later, by the calendar: a day may have 23 hours.

    Raises:
        ValueError: It is no day of the calendar.
    """
    begins = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=zone)
    return (begins + timedelta(days=after)).timestamp()


def moment(at: float) -> str:
    """Return a moment in UTC, to the second, such as `2026-11-01T09:30:00Z`.

    Args:
        at: Unix seconds.
    """
    return f"{datetime.fromtimestamp(at, tz=UTC):%Y-%m-%dT%H:%M:%SZ}"


def local(at: float, zone: tzinfo) -> datetime:
    """Return a moment in a zone.

    Args:
        at: Unix seconds.
        zone: The policy's, in which pages and letters say days and times.
    """
    return datetime.fromtimestamp(at, tz=zone)
