"""Visits counted with consent and without anybody's number: they feed the data sets about visits and nothing else.

The browser itself remembers, for one day, which pages it was counted on, so that each counts once a day; the installation holds
counts by day, page and feature. Counts wait in memory for up to a minute: a kill loses them, and nothing else.
"""

from __future__ import annotations

from collections import Counter

from kept.cookies.visit_marks import FEATURES, PAGES, marks_text, parse_marks
from kept.policy.day import day_of
from kept.services.engine.engine import Engine


class Visits:
    """Counts visits.

    Args:
        engine: Open.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: Counter[tuple[str, str, str]] = Counter()

    def count(self, page: str, feature: str, remembered: str) -> str:
        """Count a look at a page once a day per browser.

        Args:
            page: One of `PAGES`; any other is not counted.
            feature: One of `FEATURES`.
            remembered: The cookie's value as the browser sent it.

        Returns:
            The cookie's next value; empty when it stays as it is.
        """
        if page not in PAGES or feature not in FEATURES:
            return ""
        today = day_of(self._engine.clock.now(), self._engine.zone)
        mark = f"{page}-{feature}"
        day, marks = parse_marks(remembered) or ("", frozenset())
        marks = marks if day == today else frozenset()
        if mark in marks:
            return ""
        self._waiting[today, page, feature] += 1
        return marks_text(today, marks | {mark})

    async def keep(self) -> None:
        """Add what was counted to the installation's counts."""
        waiting, self._waiting = self._waiting, Counter()
        if not waiting:
            return
        rows = [
            {"day": day, "page": page, "feature": feature, "count": count}
            for (day, page, feature), count in waiting.items()
        ]
        try:
            await self._engine.data.write(lambda tx: tx.many("visit_add", rows))
        except BaseException:
            self._waiting.update(waiting)
            raise
