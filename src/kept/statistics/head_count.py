"""A count of people for staff: how it is noised and paid for, and how little of it is shown.

Unlike a statistic it is asked of a rule somebody made up, so rules may close in on one person. What keeps a person out of
it is the noise; the floor and the rounding come after it, and look at nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, isqrt
from typing import Any

from kept import limits
from kept.policy.model import Policy
from kept.statistics.budget import variance
from kept.statistics.data_set import MICRO, Budget

MOVES = 2
"""Squared sensitivity of people put into one cell each: somebody who moves leaves one and enters another."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What counts of people may give away, over all of staff and programs of an installation.

    Args:
        budget: Of a period and of twelve months, over all that counts people; a count costs one of `limits.HEAD_COUNTS` parts of
            the period's.
        fewer_than: Below this a figure is "fewer than" it.
    """

    budget: Budget
    fewer_than: int

    @property
    def price(self) -> int:
        """What one count costs, in millionths of rho."""
        return max(1, self.budget.micro_rho // limits.HEAD_COUNTS)

    def spread(self, squared_sensitivity: int) -> Any:
        """Return the variance of the noise of each figure of a count."""
        return variance(squared_sensitivity, self.price)

    def margin(self, squared_sensitivity: int) -> int:
        """Return about how far a figure may be off, nineteen times in twenty: two standard deviations, and the rounding."""
        return 2 * (isqrt(ceil(self.spread(squared_sensitivity))) + 1) + limits.HEAD_COUNT_ROUNDED_TO // 2

    def shown(self, noisy: int) -> int | None:
        """Return a noisy figure as it is shown: rounded; None for fewer than the floor."""
        step = limits.HEAD_COUNT_ROUNDED_TO
        return None if noisy < self.fewer_than else (noisy + step // 2) // step * step


def narrowing(policy: Policy) -> Narrowing:
    """Return what the policy's `segments` declare under `counts`, and the engine's where they declare nothing.

    Statistics about people draw on the same account. Where no `rho-year` is declared for counts, it is at least theirs, so that
    counts are not out for a year because statistics were asked.
    """
    body: Any = next((one.body for one in policy.declarations if one.word == "segments"), {})
    counts: Mapping[str, Any] = body.get("counts", {})
    rho = round(counts.get("rho", limits.HEAD_COUNT_RHO) * MICRO)
    statistics: Any = [one.body for one in policy.declarations if one.word == "statistics"]
    years = [one["budget"]["rho-year"] for one in statistics if one["about"] == "person" and "budget" in one]
    year = round(counts.get("rho-year", max([limits.HEAD_COUNT_RHO_YEAR, *years])) * MICRO)
    budget = Budget(rho, str(counts.get("per", "quarter")), max(rho, year), 0.0, policy.zone)
    return Narrowing(budget, int(counts.get("fewer-than", limits.HEAD_COUNT_FEWER_THAN)))
