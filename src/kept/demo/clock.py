"""A clock that the demo moves, so that three months pass in a second."""

from __future__ import annotations


class MovedClock:
    """A wall clock the invention moves."""

    def __init__(self, now: float) -> None:
        self.time = now

    def __call__(self) -> float:
        """Answer the moved time, a little later each time."""
        self.time += 0.002
        return self.time
