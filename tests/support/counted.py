"""The statistics desk of the tests: people to count, who asks, who approves, and noise that can be switched off."""

from __future__ import annotations

from second import read_and_approve

from kept.services.figures import projections, queries, releases
from kept.services.gate import head_counts
from kept.statistics.budget import Precision
from kept.statistics.head_count import Narrowing

_LOGINS = iter(range(10_000))


async def person(installation, **items):
    """Somebody who gave *items*; several values of one as a tuple."""
    own = await installation.join()
    fields = [(name, one) for name, value in items.items() for one in (value if isinstance(value, tuple) else (value,))]
    await installation.give(own, fields)
    return own


def no_noise(monkeypatch):
    """Switch the noise off, so that a count can be looked at."""
    monkeypatch.setattr(queries, "draw", lambda count, _variance: ([0] * count, "none"))


class StatisticsDesk:
    """Who researches, and who approves."""

    def __init__(self, installation, researcher, approver) -> None:
        self.installation, self.researcher, self.approver = installation, researcher, approver

    @classmethod
    async def of(cls, installation):
        """Enrol both."""
        number = next(_LOGINS)
        return cls(
            installation,
            await installation.staff(f"ono{number}", ("research",)),
            await installation.staff(f"kato{number}", ("privacy",)),
        )

    async def build(self, name="customers"):
        """Build a data set."""
        return await projections.build(self.installation.engine, self.researcher, name)

    async def ask(self, *dimensions, name="customers", precision="normal"):
        """Ask, and return the whole question."""
        found = await queries.ask(self.installation.engine, self.researcher, name, dimensions, Precision(precision))
        return await queries.statistic_of(self.installation.engine, found)

    async def release(self, statistic_id):
        """Ask for the release and approve it."""
        await releases.ask_release(self.installation.engine, self.researcher, statistic_id)
        await read_and_approve(releases.RELEASE, self.installation.engine, self.approver, statistic_id)


def by_option(figures, axis=0):
    """The noisy figures of a question with one dimension, by option, zeros left out."""
    return {option: n for option, n in zip(figures.axes[axis].options, figures.noisy, strict=True) if n}


def exactly(monkeypatch):
    """Switch noise, floor and rounding of counts of people off, so that a count can be looked at."""
    monkeypatch.setattr(head_counts, "draw_gaussian", lambda _variance, _bits: 0)
    monkeypatch.setattr(Narrowing, "shown", lambda _rules, figure: figure)


def forget_counts(installation):
    """Begin anew as if nobody had ever counted anybody: nothing remembered, nothing charged."""
    for table in ("head_count", "charge", "statistic_account"):
        installation.ours(f"DELETE FROM {table}")  # noqa: S608 -- three fixed words
    installation.ours("DELETE FROM statistic_charge", part="keys")
