"""The budget of a data set: what each question costs, what is left, when it comes back, and what it means for a person.

Zero-concentrated differential privacy adds up: the rho of two answers is the sum of theirs. Millionths of rho, whole
numbers, so that a sum is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor, log

from kept import limits
from kept.statistics.data_set import MICRO, Budget


class Precision(StrEnum):
    """How exactly a question is answered; each has its price."""

    ROUGH = "rough"
    NORMAL = "normal"
    FINE = "fine"
    FINEST = "finest"


SHARE = {Precision.ROUGH: 100, Precision.NORMAL: 20, Precision.FINE: 5, Precision.FINEST: 2}
"""One so-manieth of the period's budget."""


def price(budget: Budget, precision: Precision) -> int:
    """Return what a question costs, in millionths of rho; at least 1."""
    return max(1, budget.micro_rho // SHARE[precision])


def variance(squared_sensitivity: int, micro_rho: int) -> Fraction:
    """Return the variance of the noise that makes an answer cost exactly *micro_rho*."""
    return Fraction(squared_sensitivity * MICRO, 2 * micro_rho)


def period_of(at: float, per: str, zone: tzinfo) -> tuple[float, float]:
    """Return when the calendar's period that holds *at* begins and ends, unix seconds.

    Args:
        at: Unix seconds.
        per: `month`, `quarter` or `year`.
        zone: Whose calendar: the policy's.
    """
    day = datetime.fromtimestamp(
        floor(at), tz=zone
    )  # whole seconds: a moment just before midnight is not rounded into it
    months = {"month": 1, "quarter": 3, "year": 12}[per]
    first = (day.month - 1) // months * months
    begins = datetime(day.year, first + 1, 1, tzinfo=zone)
    after = first + months
    ends = datetime(day.year + after // 12, after % 12 + 1, 1, tzinfo=zone)
    return begins.timestamp(), ends.timestamp()


@dataclass(frozen=True, slots=True)
class Room:
    """What is left of a budget.

    Args:
        period: Millionths of rho left in this period.
        year: Millionths left of any twelve months.
        period_ends: When the period ends, unix seconds.
    """

    period: int
    year: int
    period_ends: float

    @property
    def left(self) -> int:
        """What may still be spent now."""
        return max(0, min(self.period, self.year))


def room(budget: Budget, charges: Sequence[tuple[float, int]], at: float) -> Room:
    """Return what is left of a budget.

    Args:
        budget: Declared.
        charges: When and how much was charged, of the last twelve months at least.
        at: Now, unix seconds.
    """
    begins, ends = period_of(at, budget.per, budget.zone)
    in_period = sum(micro for when, micro in charges if when >= begins)
    in_year = sum(micro for when, micro in charges if when > at - limits.BUDGET_SECONDS)
    return Room(budget.micro_rho - in_period, budget.micro_rho_year - in_year, ends)


def returns_at(budget: Budget, charges: Sequence[tuple[float, int]], at: float, cost: int) -> float:
    """Return when *cost* can be spent, unix seconds: the first moment at which both budgets have room for it.

    Args:
        budget: Declared; *cost* fits into an unspent one.
        charges: When and how much was charged.
        at: Now, unix seconds.
        cost: Millionths of rho.
    """
    moments = [at, period_of(at, budget.per, budget.zone)[1], *(when + limits.BUDGET_SECONDS for when, _ in charges)]
    for moment in sorted(one for one in moments if one >= at):
        if room(budget, charges, moment).left >= cost:
            return moment
    return max(moments)


def epsilon(micro_rho: int, delta: float) -> float:
    """Return the epsilon that *micro_rho* means at *delta*, rounded up to two places.

    The least over alpha of rho·alpha + log(1 / (alpha·delta)) / (alpha - 1) + log(1 - 1/alpha)
    (Canonne, Kamath and Steinke 2020, corollary 13), found by narrowing.
    """
    rho = micro_rho / MICRO
    if rho <= 0:
        return 0.0

    def bound(alpha: float) -> float:
        return rho * alpha + (log(1 / delta) - log(alpha)) / (alpha - 1) + log(1 - 1 / alpha)

    low, high = 1.0 + 1e-9, 1e6
    for _ in range(200):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if bound(left) < bound(right):
            high = right
        else:
            low = left
    return ceil(bound((low + high) / 2) * 100) / 100
