"""Counting over columns of codes: with numpy where it is there, in plain Python otherwise, the same answers."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import prod
from typing import Any

from kept import limits


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one segment.

    Args:
        codes: One code a row, an array of whole numbers.
        options: How many options there are, *not given* the last where people are counted.
        several: Whether a code's bits are the options; no bit is *not given*.
    """

    codes: Any
    options: int
    several: bool = False


def count(columns: Sequence[Column], rows: int, weights: Any = None) -> list[int]:
    """Return how many rows fall into each cell, the last column fastest.

    Args:
        columns: Of one segment; none counts the rows.
        rows: How many rows the segment has.
        weights: How often each row counts; None for once.
    """
    if not columns:
        return [rows if weights is None else sum(weights)]
    numpy = fast()
    return _plainly(columns, weights) if numpy is None else _fast(numpy, columns, weights)


@cache
def fast() -> Any:
    """Return numpy; None where it is not installed."""
    try:
        return importlib.import_module("numpy")
    except ImportError:
        return None


def _plainly(columns: Sequence[Column], weights: Any) -> list[int]:
    found: Counter[tuple[int, ...]] = Counter()
    rows = zip(*(one.codes for one in columns), strict=True)
    if weights is None:
        found.update(rows)
    else:
        for row, weight in zip(rows, weights, strict=True):
            found[row] += weight
    counts = [0] * prod(one.options for one in columns)
    for row, times in found.items():
        for place in product(*(tuple(_options(one, code)) for one, code in zip(columns, row, strict=True))):
            cell = 0
            for one, option in zip(columns, place, strict=True):
                cell = cell * one.options + option
            counts[cell] += times
    return counts


def _options(column: Column, code: int) -> Iterator[int]:
    if not column.several:
        yield code
    elif not code:
        yield column.options - 1
    else:
        yield from (place for place in range(column.options - 1) if code >> place & 1)


def _fast(numpy: Any, columns: Sequence[Column], weights: Any) -> list[int]:
    """Each row is in one group of codes; groups are counted at once and then taken apart into options."""
    sizes = [1 << (one.options - 1) if one.several else one.options for one in columns]
    if prod(sizes) > limits.COUNTED_GROUPS:
        return _by_option(numpy, columns, weights)
    groups = _groups(numpy, columns, sizes)
    counted = numpy.bincount(groups, weights=weights, minlength=prod(sizes)).reshape(sizes)
    for axis, one in enumerate(columns):
        if one.several:
            counted = _apart(numpy, counted, axis, one.options)
    return [round(one) for one in counted.ravel().tolist()]


def _groups(numpy: Any, columns: Sequence[Column], sizes: Sequence[int]) -> Any:
    total = prod(sizes)
    kind = next(one for bits, one in ((8, numpy.uint8), (16, numpy.uint16), (32, numpy.uint32)) if total < 1 << bits)
    groups = None
    for one, size in zip(columns, sizes, strict=True):
        codes = numpy.asarray(one.codes).astype(kind, copy=False)
        groups = codes if groups is None else groups * kind(size) + codes
    return groups


def _apart(numpy: Any, counted: Any, axis: int, options: int) -> Any:
    masks = numpy.arange(counted.shape[axis])
    parts = [numpy.take(counted, numpy.flatnonzero(masks >> place & 1), axis).sum(axis) for place in range(options - 1)]
    parts.append(numpy.take(counted, 0, axis))
    return numpy.stack(parts, axis)


def _by_option(numpy: Any, columns: Sequence[Column], weights: Any) -> list[int]:
    """Where there are too many groups: row by row for each option of the columns that have several."""
    single = [place for place, one in enumerate(columns) if not one.several]
    several = [place for place, one in enumerate(columns) if one.several]
    shape = [one.options for one in columns]
    counted = numpy.zeros(shape)
    codes = [numpy.asarray(one.codes) for one in columns]
    held = numpy.ones(len(codes[0])) if weights is None else numpy.asarray(weights, dtype=float)
    for chosen in product(*(range(columns[place].options) for place in several)):
        inside = numpy.ones(len(codes[0]), dtype=bool)
        for place, option in zip(several, chosen, strict=True):
            last = option == columns[place].options - 1
            inside &= codes[place] == 0 if last else (codes[place] >> option & 1) == 1
        group = numpy.zeros(int(inside.sum()), dtype=numpy.int64)
        for place in single:
            group = group * columns[place].options + codes[place][inside]
        size = prod(columns[place].options for place in single)
        where: list[Any] = [slice(None)] * len(columns)
        for place, option in zip(several, chosen, strict=True):
            where[place] = option
        counted[tuple(where)] = numpy.bincount(group, weights=held[inside], minlength=size).reshape(
            [columns[place].options for place in single]
        )
    return [round(one) for one in counted.ravel().tolist()]
