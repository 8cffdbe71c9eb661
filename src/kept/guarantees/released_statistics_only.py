"""Figures leave only through the statistics desk."""

from __future__ import annotations

from collections import defaultdict

from kept.guarantees.guarantee import Finding, Guarantee, Known
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.figures.data_sets import all_data_sets
from kept.services.figures.queries import DAMAGED, Statistic, all_statistics
from kept.statistics.budget import YEAR_SECONDS, period_of
from kept.store.queries import tables

HOLDS_NOBODY = {"projection": "person_id", "projection_segment": "person_id", "statistic": "person_id"}


async def check(engine: Engine) -> Finding:
    """Hold every release against its approval, every export against its release, every charge against the budget."""
    made = await all_statistics(engine)
    wrong = [*await _loose(engine, made), *await _over_budget(engine, made)]
    wrong += [
        Finding(False, "figures {number} carry no noise", {"number": one.number})
        for one in made
        if one.figures and one.figures.variance[0] <= 0
    ]
    wrong += [
        Finding(False, "figures {number} do not open", {"number": one.number}) for one in made if one.status == DAMAGED
    ]
    wrong += [
        Finding(False, "the table {name} names people", {"name": name})
        for name, column in HOLDS_NOBODY.items()
        if column in tables("data")[name]
    ]
    if wrong:
        return wrong[0]
    out = sum(1 for one in made if one.status == "released")
    exports = await engine.data.read(lambda tx: tx.all("statistic_exports"))
    return Finding(
        True,
        "{n} questions within their budgets, {out} released by a second person, {exports} exports",
        {"n": len(made), "out": out, "exports": len(exports)},
    )


async def _loose(engine: Engine, made: list[Statistic]) -> list[Finding]:
    """What is released without a second approver, or left without a release."""
    wrong = []
    out = set()
    for one in made:
        if one.status != "released":
            continue
        out.add(one.id)
        row = await engine.data.read(lambda tx, of=one.approval_id: tx.one("approval_get", approval_id=of))  # type: ignore[misc]
        if row is None or str(row[6]) != "approved" or str(row[5]) == str(row[2]) or str(row[1]) != one.id:
            wrong.append(
                Finding(False, "figures {number} are released without a second approver", {"number": one.number})
            )
    exports = await engine.data.read(lambda tx: tx.all("statistic_exports"))
    wrong += [Finding(False, "an export without a release") for row in exports if str(row[1]) not in out]
    return wrong


async def _over_budget(engine: Engine, made: list[Statistic]) -> list[Finding]:
    """Data sets charged beyond their budget, or whose questions do not add up to what was charged."""
    wrong = []
    by_set: dict[str, list[Statistic]] = defaultdict(list)
    for one in made:
        by_set[one.data_set].append(one)
    for name, declared in all_data_sets(engine).items():
        asked = {one.id: (one.asked_at, one.micro_rho) for one in by_set[name]}
        rows = await engine.keys.read(lambda tx, of=name: tx.all("charges_since", data_set=of, since=0.0))  # type: ignore[misc]
        remembered = {str(row[0]): (float(row[1]), int(row[2])) for row in rows}
        charges = list((remembered | asked).values())
        row = await engine.data.read(lambda tx, of=name: tx.one("statistic_account_get", data_set=of))  # type: ignore[misc]
        if sum(cost for _, cost in asked.values()) != (int(row[0]) if row else 0):
            wrong.append(Finding(False, "the questions of {name} do not add up to what was charged", {"name": name}))
        for at, _ in charges:
            begins, ends = period_of(at, declared.budget.per)
            in_period = sum(cost for when, cost in charges if begins <= when < ends)
            in_year = sum(cost for when, cost in charges if at - YEAR_SECONDS < when <= at)
            if in_period > declared.budget.micro_rho or in_year > declared.budget.micro_rho_year:
                wrong.append(Finding(False, "{name} was charged beyond its budget", {"name": name}))
    rows = await engine.data.read(lambda tx: tx.all("tallies"))
    entries = sum(int(row[4]) for row in rows if row[2] == Act.STATISTIC_ASK.value and row[3] == "done")
    if entries != len(made):
        wrong.append(
            Finding(False, "{asked} entries of questions, and {n} questions", {"asked": entries, "n": len(made)})
        )
    return wrong


GUARANTEE = Guarantee(
    id="released-statistics-only",
    sentence={
        "en": "Figures leave only through the statistics desk.",
        "ja": "数値は統計デスクを通してのみ公表します。",
    },
    enforced_at=(
        "kept.services.figures.exports.export",
        "kept.services.figures.releases.release",
        "kept.services.figures.queries.ask",
    ),
    known=Known.WATCHED,
    check=check,
    shown_by="tests/clauses/test_4_8_statistics_provided.py::test_the_live_check_finds_what_was_done_by_hand",
)
