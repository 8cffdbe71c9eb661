"""A projection: one row a person, of dictionary codes alone; no person's id, no order that means anything.

Columns are stored in segments, so that a question opens only the columns it asks about. A some-of item is one code whose
bits are its options. Visits carry how often beside their codes.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeAlias

from kept import limits
from kept.errors import MalformedError
from kept.statistics.data_set import NOT_GIVEN, Dimension, band_of

WEIGHT = "="
"""Name of the column that says how often; no dimension can be called so."""
WEEKS = 13
Codes: TypeAlias = "array[int]"


def code_of(dimension: Dimension, value: str | tuple[str, ...] | None, day: date) -> int:
    """Return the code of one person's value; what is not given, or no declared option, is *not given*.

    Args:
        dimension: Of people.
        value: In its normal form; None when it was not given, or the gate withheld it.
        day: Day on which ages count.
    """
    options = list(dimension.options)
    if dimension.several:
        chosen = value if isinstance(value, tuple) else (value,) if value else ()
        return sum(1 << place for place, one in enumerate(options) if one in chosen and one != NOT_GIVEN)
    last = len(options) - 1
    if not isinstance(value, str):
        return last
    if dimension.cut:
        return band_of(value, day, dimension.cut)
    return options.index(value) if value in options else last


def width_of(dimension: Dimension) -> str:
    """Return the array type of a dimension's codes: one byte or two."""
    if dimension.several:
        bits = len(dimension.options) - 1
        if bits > limits.COUNTED_OPTIONS:
            raise RuntimeError("a some-of dimension with too many options passed the policy's check")
        return "B" if bits <= 8 else "H"  # noqa: PLR2004 -- bits of a byte
    return "B" if len(dimension.options) <= 256 else "H"  # noqa: PLR2004 -- codes of a byte


def pack(codes: Sequence[int], width: str) -> bytes:
    """Return codes as bytes, the least byte first."""
    made = array(width, codes)
    if sys.byteorder == "big":
        made.byteswap()
    return made.tobytes()


def unpack(content: bytes, width: str) -> Codes:
    """Return the codes of a segment.

    Raises:
        MalformedError: It is no whole number of codes.
    """
    made = array(width)
    if len(content) % made.itemsize:
        raise MalformedError(
            "expected whole codes in a segment, found a part",
            reason="segment",
            rests_on="sealed-values",
        )
    made.frombytes(content)
    if sys.byteorder == "big":
        made.byteswap()
    return made


def segments(columns: Mapping[str, tuple[str, Sequence[int]]], rows: int) -> Iterator[tuple[str, int, bytes]]:
    """Yield the segments of a projection: column, number, bytes.

    Args:
        columns: Array type and codes of each column.
        rows: How many rows there are.
    """
    for name, (width, codes) in columns.items():
        for number, start in enumerate(range(0, rows, limits.PROJECTION_SEGMENT_ROWS)):
            yield name, number, pack(codes[start : start + limits.PROJECTION_SEGMENT_ROWS], width)


def weeks_before(day: date) -> tuple[str, ...]:
    """Return the calendar's weeks a build of visits covers, oldest first, the current one last: `2026-W48`."""
    return tuple(week_of(day - timedelta(weeks=back)) for back in reversed(range(WEEKS)))


def week_of(day: date) -> str:
    """Return the week of the calendar a day is in (ISO 8601)."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
