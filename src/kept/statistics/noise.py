"""The discrete Gaussian, drawn exactly: whole numbers and fractions only, never a floating-point number.

After C. Canonne, G. Kamath and T. Steinke, "The Discrete Gaussian for Differential Privacy" (2020), algorithms 1 to 3.
Floating-point noise identifies inputs by its last bits; this has none.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import isqrt

Bits = Callable[[int], int]
"""Answers a whole number of so many random bits; in an installation, from the operating system."""


def draw_below(limit: int, bits: Bits) -> int:
    """Draw a whole number from 0 to *limit* - 1, each equally likely; *limit* is at least 1."""
    width = (limit - 1).bit_length()
    while True:
        drawn = bits(width) if width else 0
        if drawn < limit:
            return drawn


def _bernoulli(numerator: int, denominator: int, bits: Bits) -> bool:
    return draw_below(denominator, bits) < numerator


def _bernoulli_exp_small(numerator: int, denominator: int, bits: Bits) -> bool:
    """Return true with probability exp(-x), for x = numerator / denominator from 0 to 1."""
    k = 1
    while _bernoulli(numerator, denominator * k, bits):
        k += 1
    return k % 2 == 1


def draw_exp(numerator: int, denominator: int, bits: Bits) -> bool:
    """Return true with probability exp(-x), for x = numerator / denominator from 0 on."""
    while numerator > denominator:
        if not _bernoulli_exp_small(1, 1, bits):
            return False
        numerator -= denominator
    return _bernoulli_exp_small(numerator, denominator, bits)


def draw_laplace(scale: int, bits: Bits) -> int:
    """Draw from the discrete Laplace of a whole scale: each n with probability in proportion to exp(-|n| / scale)."""
    while True:
        part = draw_below(scale, bits)
        if not draw_exp(part, scale, bits):
            continue
        whole = 0
        while _bernoulli_exp_small(1, 1, bits):
            whole += 1
        size = part + scale * whole
        negative = bits(1) == 1
        if negative and size == 0:
            continue
        return -size if negative else size


def draw_gaussian(variance: Fraction, bits: Bits) -> int:
    """Draw from the discrete Gaussian: each n with probability in proportion to exp(-n² / 2·variance).

    Args:
        variance: Above 0.
        bits: Source of randomness.
    """
    scale = isqrt(int(variance)) + 1
    top, bottom = variance.numerator, variance.denominator
    while True:
        drawn = draw_laplace(scale, bits)
        # exp(-(|drawn| - variance/scale)² / (2·variance)), over one denominator
        distance = abs(drawn) * scale * bottom - top
        if draw_exp(distance * distance, 2 * top * bottom * scale * scale, bits):
            return drawn
