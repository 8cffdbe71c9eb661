"""Which sampler draws the noise: OpenDP where the extra `statistics` is installed, our own exact one otherwise.

Of OpenDP one measurement is used, the discrete Gaussian over whole numbers under zCDP: no floating-point noise, no
threshold, no Polars layer, and nothing of it is ever serialised (docs/decisions/0050-statistics.md).
"""

from __future__ import annotations

import importlib
from fractions import Fraction
from functools import cache
from math import inf, nextafter, sqrt
from typing import Any

from kept.crypto.random import random_bits
from kept.statistics.noise import draw_gaussian

OWN = "kept-exact"


@cache
def library() -> Any:
    """Return OpenDP; None where it is not installed."""
    try:
        found = importlib.import_module("opendp.prelude")
    except ImportError:
        return None
    found.enable_features("contrib")
    return found


def draw(count: int, variance: Fraction) -> tuple[list[int], str]:
    """Draw independent noise from the discrete Gaussian.

    Args:
        count: How many.
        variance: Above 0.

    Returns:
        The noise, and the name of the sampler.
    """
    opendp = library()
    return draw_own(count, variance) if opendp is None else draw_library(opendp, count, variance)


def draw_own(count: int, variance: Fraction) -> tuple[list[int], str]:
    """Draw with our own sampler; see `draw`."""
    return [draw_gaussian(variance, random_bits) for _ in range(count)], OWN


def draw_library(opendp: Any, count: int, variance: Fraction) -> tuple[list[int], str]:
    """Draw with OpenDP; see `draw`. It is given zeros, so that it never sees a count."""
    measurement = opendp.m.make_gaussian(
        opendp.vector_domain(opendp.atom_domain(T="i64")), opendp.l2_distance(T="f64"), scale=scale_of(variance)
    )
    return list(measurement([0] * count)), f"opendp-{opendp.__version__}" if hasattr(
        opendp, "__version__"
    ) else "opendp"


def scale_of(variance: Fraction) -> float:
    """Return the standard deviation as OpenDP takes it, rounded up: never less noise than was paid for."""
    return nextafter(sqrt(variance), inf)
