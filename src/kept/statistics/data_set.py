"""A declared data set, resolved against the policy: its dimensions with every option they can have, and its bounds.

Every option is declared, never found in the data: a cell exists whether anybody is in it or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from typing import Any

from kept.policy.model import Declaration, Policy
from kept.policy.statistics_check import item_of, purposes_of

Titles = Mapping[str, str]
Options = Mapping[str, Titles]

NOT_GIVEN = "not-given"
NOT_GIVEN_TITLES = {"en": "Not given", "ja": "回答なし"}
VISIT_TITLES: dict[str, Titles] = {
    "page": {"en": "Page", "ja": "ページ"},
    "feature": {"en": "What was done there", "ja": "操作"},
    "week": {"en": "Week", "ja": "週"},
}
BAND_TITLES = {"en": "Age", "ja": "年齢"}
MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to divide a data set.

    Args:
        id: Its word in the declaration.
        titles: What people read, by language.
        options: Titles of each option, by option id, in the declared order; the last is *not given* where it may be.
        item: Item it is made from; empty for a dimension of visits.
        several: Whether one person may be under several options.
        cut: For an age band: the ages at which the next band begins.
        found: Whether its options are laid down by each build (weeks), from the calendar, not from the data.
    """

    id: str
    titles: Titles
    options: Options
    item: str = ""
    several: bool = False
    cut: tuple[int, ...] = ()
    found: bool = False


@dataclass(frozen=True, slots=True)
class Budget:
    """What a data set may give away.

    Args:
        micro_rho: zCDP budget of one period, in millionths of rho.
        per: `month`, `quarter` or `year` of the calendar.
        micro_rho_year: The same over any twelve months.
        delta: Chance the epsilon statement leaves open.
        zone: Whose calendar: the policy's.
    """

    micro_rho: int
    per: str
    micro_rho_year: int
    delta: float
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Show:
    """When a figure is shown; both rules look at the noisy figure.

    Args:
        fewer_than: Below this it is shown as "fewer than about"; 0 for no such rule.
        margin_over: Share of the figure its 95 % margin may have; 0 for no such rule.
    """

    fewer_than: int = 0
    margin_over: float = 0.0


@dataclass(frozen=True, slots=True)
class DataSet:
    """One data set of the policy.

    Args:
        id: Its word.
        about: `person` or `visit`.
        clause: Clause that declares it.
        dimensions: In the declared order.
        budget: What it may give away.
        show: When a figure is shown.
        purposes: Purposes it may be asked for: of its clause, with the exit *statistics*.
    """

    id: str
    about: str
    clause: str
    dimensions: Mapping[str, Dimension]
    budget: Budget
    show: Show
    purposes: tuple[str, ...]


def data_sets(policy: Policy, visits: Mapping[str, Options]) -> dict[str, DataSet]:
    """Return the data sets a policy declares.

    Args:
        policy: Checked.
        visits: The closed lists of pages and features that are counted, with their titles.
    """
    return {
        one.id: _data_set(policy, one, visits)
        for one in policy.declarations
        if one.word == "statistics" and "budget" in one.body
    }


def _data_set(policy: Policy, declared: Declaration, visits: Mapping[str, Options]) -> DataSet:
    body: Any = declared.body
    budget, show, about = body["budget"], body.get("show", {}), str(body["about"])
    dimensions = {
        name: _of_visit(name, visits) if about == "visit" else _of_person(policy, name, made)
        for name, made in body["dimensions"].items()
    }
    return DataSet(
        id=declared.id,
        about=about,
        clause=declared.clause,
        dimensions=dimensions,
        budget=Budget(
            round(budget["rho"] * MICRO),
            str(budget["per"]),
            round(budget["rho-year"] * MICRO),
            float(budget["delta"]),
            policy.zone,
        ),
        show=Show(int(show.get("fewer-than", 0)), float(show.get("margin-over", 0.0))),
        purposes=purposes_of(policy, declared.clause),
    )


def _of_visit(name: str, visits: Mapping[str, Options]) -> Dimension:
    return Dimension(name, VISIT_TITLES[name], visits.get(name, {}), found=name not in visits)


def _of_person(policy: Policy, name: str, body: object) -> Dimension:
    item = policy.items[item_of(name, body)]
    options: dict[str, Titles]
    if isinstance(body, Mapping):
        cut = tuple(int(one) for one in body["cut"])
        options = {band: _band_titles(band) for band in bands(cut)}
        return Dimension(name, BAND_TITLES, {**options, NOT_GIVEN: NOT_GIVEN_TITLES}, item.id, cut=cut)
    options = {one: item.option_titles.get(one, {}) for one in item.options}
    return Dimension(
        name,
        item.titles,
        {**options, NOT_GIVEN: NOT_GIVEN_TITLES},
        item.id,
        several=item.type.about.several,
    )


def bands(cut: tuple[int, ...]) -> tuple[str, ...]:
    """Return the ids of age bands cut at *cut*, ascending: `0-17`, `18-24`, …, `65-`."""
    lows = (0, *cut)
    return tuple(
        f"{low}-{high - 1}" if high is not None else f"{low}-"
        for low, high in zip(lows, (*cut, None), strict=True)
        if high is None or high > low
    )


def band_of(born: str, day: date, cut: tuple[int, ...]) -> int:
    """Return the place of the band somebody is in.

    Args:
        born: Date of birth in its normal form, `YYYY-MM-DD`.
        day: Day on which their age counts.
        cut: Ages at which the next band begins, ascending.
    """
    birth = date.fromisoformat(born)
    age = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    return sum(1 for one in cut if one and age >= one)


def _band_titles(band: str) -> Titles:
    low, _, high = band.partition("-")
    if not high:
        return {"en": f"{low} and over", "ja": f"{low}歳以上"}
    if low == "0":
        return {"en": f"under {int(high) + 1}", "ja": f"{int(high) + 1}歳未満"}
    return {"en": f"{low} to {high}", "ja": f"{low}～{high}歳"}
