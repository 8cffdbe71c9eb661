"""The samplers against the exact distribution, and against each other; thresholds are crossed once in millions of runs."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from math import exp, log, sqrt

import pytest

from kept.crypto.random import random_bits
from kept.services.figures import sampler
from kept.statistics.noise import draw_below, draw_exp, draw_gaussian, draw_laplace

DRAWS = 40_000
FAR = 6.0
"""Standard deviations beyond which a sampler is called wrong: two in a thousand million."""


def gaussian(variance):
    """The exact discrete Gaussian, by value."""
    spread = float(variance)
    reach = int(12 * sqrt(spread)) + 3
    weights = {n: exp(-n * n / (2 * spread)) for n in range(-reach, reach + 1)}
    total = sum(weights.values())
    return {n: weight / total for n, weight in weights.items()}


def distance(drawn, expected):
    """How many standard deviations a chi-square over *drawn* lies from what it should be (Wilson and Hilferty)."""
    counts, square, bins, rest, rest_expected = Counter(drawn), 0.0, 0, len(drawn), float(len(drawn))
    for value, share in expected.items():
        times = share * len(drawn)
        if times >= 20:
            square += (counts[value] - times) ** 2 / times
            bins, rest, rest_expected = bins + 1, rest - counts[value], rest_expected - times
    if rest_expected >= 1:
        square, bins = square + (rest - rest_expected) ** 2 / rest_expected, bins + 1
    free = bins - 1
    return ((square / free) ** (1 / 3) - (1 - 2 / (9 * free))) / sqrt(2 / (9 * free))


def ours(variance, count=DRAWS):
    return sampler.draw_own(count, variance)[0]


def theirs(variance, count=DRAWS):
    return sampler.draw_library(sampler.library(), count, variance)[0]


SAMPLERS = [
    ours,
    pytest.param(
        theirs, marks=pytest.mark.skipif(sampler.library() is None, reason="the extra `statistics` is missing")
    ),
]


@pytest.mark.parametrize("draw", SAMPLERS)
@pytest.mark.parametrize("variance", [Fraction(1, 3), Fraction(20), Fraction(1000)])
def test_each_sampler_is_the_exact_discrete_gaussian(draw, variance):
    """Both are drawn from the same distribution, which is written down here a third time."""
    assert distance(draw(variance), gaussian(variance)) < FAR


@pytest.mark.parametrize("draw", SAMPLERS)
def test_the_check_itself_sees_a_wrong_spread(draw):
    """A sampler with three tenths too little noise is far away."""
    assert distance(draw(Fraction(700)), gaussian(Fraction(1000))) > FAR


@pytest.mark.parametrize("draw", SAMPLERS)
def test_neighbours_are_told_apart_no_better_than_paid_for(draw):
    """Two data sets that differ in one person: the ratio of each outcome's frequencies is what rho says, and no more."""
    variance = Fraction(20)
    with_them, without = Counter(1 + n for n in draw(variance)), Counter(draw(variance))
    for outcome in range(-12, 14):
        seen = log(with_them[outcome] / without[outcome])
        exact = (2 * outcome - 1) / (2 * float(variance))
        spread = sqrt(1 / with_them[outcome] + 1 / without[outcome])
        assert abs(seen - exact) < FAR * spread


def test_the_discrete_laplace_beneath_is_exact():
    """The proposal distribution, by its own formula."""
    drawn = [draw_laplace(7, random_bits) for _ in range(DRAWS)]
    weights = {n: exp(-abs(n) / 7) for n in range(-200, 201)}
    total = sum(weights.values())
    assert distance(drawn, {n: weight / total for n, weight in weights.items()}) < FAR


@pytest.mark.parametrize(("top", "bottom"), [(1, 10), (1, 1), (7, 2)])
def test_coins_of_e_to_the_minus_x(top, bottom):
    """True as often as exp(-x) says, beyond 1 too."""
    share = exp(-top / bottom)
    heads = sum(draw_exp(top, bottom, random_bits) for _ in range(DRAWS))
    assert abs(heads - DRAWS * share) < FAR * sqrt(DRAWS * share * (1 - share))


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 1000])
def test_below_a_limit_each_is_equally_likely(limit):
    """Rejection, never a remainder."""
    drawn = Counter(draw_below(limit, random_bits) for _ in range(DRAWS))
    assert set(drawn) <= set(range(limit))
    assert all(abs(n - DRAWS / limit) < FAR * sqrt(DRAWS / limit) + 1 for n in drawn.values())


def test_the_same_bits_make_the_same_noise():
    """Randomness is passed in, all of it."""
    one, two = random.Random(5), random.Random(5)  # noqa: S311 -- bits anybody can draw again
    assert [draw_gaussian(Fraction(50), one.getrandbits) for _ in range(50)] == [
        draw_gaussian(Fraction(50), two.getrandbits) for _ in range(50)
    ]


@pytest.mark.parametrize("variance", [Fraction(20), Fraction(7, 3), Fraction(8_000_000, 5_001)])
def test_the_library_adds_never_less_than_was_paid_for(variance):
    """Its scale is a floating-point number: rounded up, so that its own accounting agrees with ours."""
    assert Fraction(sampler.scale_of(variance)) ** 2 >= variance
    opendp = sampler.library()
    if opendp is not None:
        space = opendp.vector_domain(opendp.atom_domain(T="i64")), opendp.l2_distance(T="f64")
        measurement = opendp.m.make_gaussian(*space, scale=sampler.scale_of(variance))
        assert measurement.map(1.0) <= float(1 / (2 * variance)) * (1 + 1e-12)


def test_without_the_library_our_own_draws(monkeypatch):
    """The base install has neither numpy nor OpenDP, and answers all the same."""
    monkeypatch.setattr(sampler, "library", lambda: None)
    noise, name = sampler.draw(5, Fraction(20))
    assert (len(noise), name) == (5, "kept-exact")
