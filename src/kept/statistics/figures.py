"""An answer: noisy figures with the names of their cells, and what may be read off them.

Margins are sums of noisy cells, never counted anew: they give away nothing more. Whatever is shown is decided on the
noisy figures alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import product
from math import ceil, sqrt

import msgspec

from kept.statistics.data_set import MICRO
from kept.statistics.question import Question

Z95 = 1.96
"""Share of a Gaussian within so many standard deviations: 95 %."""


class Status(StrEnum):
    """How a figure is shown."""

    SHOWN = "shown"
    FEW = "few"
    UNCERTAIN = "uncertain"


class Axis(msgspec.Struct, frozen=True):
    """One dimension of an answer, with the words it was shown in.

    Args:
        dimension: Its word.
        titles: By language.
        options: Option ids, in order.
        labels: Titles of the options, by language.
        several: Whether one person may be under several options: figures along it do not add up to people.
    """

    dimension: str
    titles: dict[str, str]
    options: tuple[str, ...]
    labels: dict[str, tuple[str, ...]]
    several: bool


class Figures(msgspec.Struct, frozen=True):
    """The answer to a question.

    Args:
        axes: Its dimensions.
        noisy: Noisy figures, the last axis fastest.
        variance: Of the noise in each, as numerator and denominator.
        sampler: Which sampler drew it.
        fewer_than: Display rule; 0 for none.
        margin_over: Display rule, a share; 0 for none.
        about: `person` or `visit`: what was counted.
    """

    axes: tuple[Axis, ...]
    noisy: tuple[int, ...]
    variance: tuple[int, int]
    sampler: str
    fewer_than: int
    margin_over: float
    about: str


encode_figures = msgspec.json.Encoder().encode
decode_figures = msgspec.json.Decoder(Figures).decode


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure as it is shown.

    Args:
        place: Option of each axis it belongs to, by place; None for an axis summed over.
        value: The noisy figure, never below 0.
        margin: It is right to within so many, in 95 of 100 cases.
        status: How it is shown.
    """

    place: tuple[int | None, ...]
    value: int
    margin: int
    status: Status


def make_figures(question: Question, noisy: list[int], variance: Fraction, sampler: str) -> Figures:
    """Put an answer together.

    Args:
        question: What was asked.
        noisy: One figure for each cell.
        variance: Of the noise.
        sampler: Which sampler drew it.
    """
    languages = sorted({language for one in question.data_set.dimensions.values() for language in one.titles})
    axes = tuple(
        Axis(
            one.id,
            dict(one.titles),
            tuple(one.options),
            {
                language: tuple(titles.get(language, word) for word, titles in one.options.items())
                for language in languages
            },
            one.several,
        )
        for one in question.dimensions
    )
    show = question.data_set.show
    return Figures(
        axes,
        tuple(noisy),
        (variance.numerator, variance.denominator),
        sampler,
        show.fewer_than,
        show.margin_over,
        question.data_set.about,
    )


def cells_of(figures: Figures) -> Iterator[Cell]:
    """Yield every cell as it is shown."""
    places = product(*(range(len(axis.options)) for axis in figures.axes))
    for place, noisy in zip(places, figures.noisy, strict=True):
        yield _shown(figures, tuple(place), noisy, 1)


def margins_of(figures: Figures, axis: int) -> list[Cell]:
    """Return the sums of noisy cells by the options of one axis; none when another axis counts one person several times.

    Args:
        figures: The answer.
        axis: Place of the axis, from 0.
    """
    if any(one.several for place, one in enumerate(figures.axes) if place != axis):
        return []
    shape = [len(one.options) for one in figures.axes]
    sums = [0] * shape[axis]
    for place, noisy in zip(product(*(range(size) for size in shape)), figures.noisy, strict=True):
        sums[place[axis]] += noisy
    others = len(figures.noisy) // shape[axis]
    return [
        _shown(figures, tuple(option if at == axis else None for at in range(len(shape))), total, others)
        for option, total in enumerate(sums)
    ]


def total_of(figures: Figures) -> Cell | None:
    """Return the sum of all noisy cells; None when one person may be in several."""
    if any(one.several for one in figures.axes):
        return None
    return _shown(figures, (None,) * len(figures.axes), sum(figures.noisy), len(figures.noisy))


def _shown(figures: Figures, place: tuple[int | None, ...], noisy: int, summed: int) -> Cell:
    spread = summed * figures.variance[0] / figures.variance[1]
    margin = ceil(Z95 * sqrt(spread))
    value = max(0, noisy)
    if figures.fewer_than and noisy < figures.fewer_than:
        # "fewer than about n" bounds the figure: only a margin within n can say so, or it would be untrue
        status = Status.FEW if margin <= figures.fewer_than else Status.UNCERTAIN
    elif figures.margin_over and margin > figures.margin_over * value:
        status = Status.UNCERTAIN
    else:
        status = Status.SHOWN
    return Cell(place, value, margin, status)


def margin_before(squared_sensitivity: int, micro_rho: int) -> int:
    """Return the 95 % margin a figure would have, before anything is asked.

    Args:
        squared_sensitivity: Of the question.
        micro_rho: What it would cost.
    """
    return ceil(Z95 * sqrt(squared_sensitivity * MICRO / (2 * micro_rho)))
