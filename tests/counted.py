"""The statistics desk of the tests: people to count, who asks, who approves, and noise that can be switched off."""

from __future__ import annotations

from kept.services import asking, projecting, releasing
from kept.statistics.budget import Precision

_LOGINS = iter(range(10_000))


async def person(house, **items):
    """Somebody who gave *items*; several values of one as a tuple."""
    own = await house.join()
    fields = [(name, one) for name, value in items.items() for one in (value if isinstance(value, tuple) else (value,))]
    await house.give(own, fields)
    return own


def no_noise(monkeypatch):
    """Switch the noise off, so that a count can be looked at."""
    monkeypatch.setattr(asking, "draw", lambda count, _variance: ([0] * count, "none"))


class Desk:
    """Who researches, and who approves."""

    def __init__(self, house, researcher, approver) -> None:
        self.house, self.researcher, self.approver = house, researcher, approver

    @classmethod
    async def of(cls, house):
        """Enrol both."""
        number = next(_LOGINS)
        return cls(
            house, await house.staff(f"ono{number}", ("research",)), await house.staff(f"kato{number}", ("privacy",))
        )

    async def build(self, name="customers"):
        """Build a data set."""
        return await projecting.build(self.house.engine, self.researcher, name)

    async def ask(self, *dimensions, name="customers", precision="normal"):
        """Ask, and return the whole question."""
        found = await asking.ask(self.house.engine, self.researcher, name, dimensions, Precision(precision))
        return await asking.statistic_of(self.house.engine, found)

    async def release(self, statistic_id):
        """Ask for the release and approve it."""
        await releasing.ask_release(self.house.engine, self.researcher, statistic_id)
        await releasing.approve_and_release(self.house.engine, self.approver, statistic_id)


def by_option(figures, axis=0):
    """The noisy figures of a question with one dimension, by option, zeros left out."""
    return {option: n for option, n in zip(figures.axes[axis].options, figures.noisy, strict=True) if n}
