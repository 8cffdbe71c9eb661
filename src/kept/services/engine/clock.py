"""The one clock: never backwards, and suspicious of leaps.

now = max(clock, stored high water). More than 5 s behind the high water closes the gate; after a leap of more than an hour
while running, or of more than a day between two starts, whatever acts on time alone stands still until an operator confirms.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from kept import limits
from kept.errors import ClosedError


class Clock:
    """Time as every decision, entry and sweep sees it.

    Args:
        wall: Answers unix seconds; the machine's clock unless a test passes its own.
        steady: Answers seconds that only ever grow at the pace of real time; compared with *wall* to see leaps.
    """

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._steady = steady
        self._high = 0.0
        self._last_wall = wall()
        self._last_steady = steady()
        self.leapt_seconds = 0.0

    @property
    def high_water(self) -> float:
        """The latest time ever answered or loaded, unix seconds."""
        return self._high

    def load(self, stored_high_water: float, leapt_seconds: float = 0.0) -> None:
        """Take over the stored high water of an earlier run.

        Args:
            stored_high_water: Unix seconds; 0 on the first start.
            leapt_seconds: What an earlier run saw the clock leap, and nobody has confirmed.
        """
        self.leapt_seconds = leapt_seconds
        if stored_high_water and self._wall() - stored_high_water > limits.CLOCK_LEAP_BETWEEN_STARTS_SECONDS:
            self.leapt_seconds += self._wall() - stored_high_water
        self._high = max(self._high, stored_high_water)

    def confirm_leap(self) -> None:
        """An operator looked: the time is right."""
        self.leapt_seconds = 0.0

    def reset(self) -> None:
        """An operator says the machine's clock is right now, even if it was ahead before."""
        self._high = self._last_wall = self._wall()
        self._last_steady = self._steady()
        self.leapt_seconds = 0.0

    def now(self) -> float:
        """Return the time, unix seconds.

        Raises:
            ClosedError: The machine's clock is more than 5 s behind what was already recorded.
        """
        wall = self._wall()
        steady = self._steady()
        leap = (wall - self._last_wall) - (steady - self._last_steady)
        if leap > limits.CLOCK_LEAP_SECONDS:
            self.leapt_seconds += leap
        self._last_wall, self._last_steady = wall, steady
        if wall > self._high:
            self._high = wall
        elif self._high - wall > limits.CLOCK_BEHIND_SECONDS:
            raise ClosedError(
                f"expected a clock not behind what was recorded, found it {self._high - wall:.0f} s behind",
                reason="clock-back",
                hint="set the machine's clock; if it was wrong before and is right now, run `kept recover --clock`",
                rests_on="sealed-values",
            )
        return self._high
