"""Figures leave only through the statistics desk."""

from __future__ import annotations

from kept import limits
from kept.guarantees.guarantee import Finding
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.figures.data_sets import all_data_sets
from kept.services.figures.queries import DAMAGED, Statistic, all_statistics
from kept.services.figures.queries import account_of as account_of_data_set
from kept.services.gate.head_counts import account_of
from kept.services.gate.spending import PEOPLE
from kept.statistics.budget import period_of
from kept.statistics.data_set import Budget
from kept.store import sql
from kept.store.queries import tables

HOLDS_NOBODY = {
    "projection": "person_id",
    "projection_segment": "person_id",
    "statistic": "person_id",
    "head_count": "person_id",
}


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
    exports = await engine.data.all(sql.StatisticExports)
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
        row = await engine.data.one(sql.ApprovalGet, approval_id=one.approval_id)
        if row is None or row.outcome != "approved" or row.decided_by == row.requested_by or row.subject != one.id:
            wrong.append(
                Finding(False, "figures {number} are released without a second approver", {"number": one.number})
            )
    exports = await engine.data.all(sql.StatisticExports)
    wrong += [Finding(False, "an export without a release") for row in exports if row.statistic_id not in out]
    return wrong


async def _over_budget(engine: Engine, made: list[Statistic]) -> list[Finding]:
    """Accounts charged beyond every budget that draws on them, or whose questions do not add up to what was charged."""
    wrong = []
    accounts: dict[str, list[Budget]] = {PEOPLE: [account_of(engine).budget], "visit": []}
    for one in all_data_sets(engine).values():
        accounts[account_of_data_set(one).name].append(one.budget)
    charged, asked = 0, {one.id for one in made}
    for name, budgets in accounts.items():
        rows = await engine.data.all(sql.Charges, account=name, since=0.0)
        if sum(row.micro_rho for row in rows) != (await engine.data.value(sql.AccountGet, account=name) or 0):
            wrong.append(Finding(False, "the questions of {name} do not add up to what was charged", {"name": name}))
        charged += sum(row.micro_rho for row in rows if row.charge_id in asked)
        told = await engine.keys.all(sql.ChargesSince, account=name, since=0.0)
        both = {row.charge_id: (row.at, row.micro_rho) for row in told}
        charges = list((both | {row.charge_id: (row.at, row.micro_rho) for row in rows}).values())
        if budgets and not any(_within(budget, charges) for budget in budgets):
            wrong.append(Finding(False, "{name} was charged beyond its budget", {"name": name}))
    if sum(one.micro_rho for one in made) != charged:
        wrong.append(Finding(False, "the questions do not add up to what was charged"))
    tallies = await engine.data.all(sql.Tallies)
    entries = sum(one.count for one in tallies if one.act == Act.STATISTIC_ASK.value and one.outcome == "done")
    if entries != len(made):
        wrong.append(
            Finding(False, "{asked} entries of questions, and {n} questions", {"asked": entries, "n": len(made)})
        )
    return wrong


def _within(budget: Budget, charges: list[tuple[float, int]]) -> bool:
    """Whether no period and no twelve months were charged beyond a budget."""
    for at, _ in charges:
        begins, ends = period_of(at, budget.per, budget.zone)
        in_period = sum(cost for when, cost in charges if begins <= when < ends)
        in_year = sum(cost for when, cost in charges if at - limits.BUDGET_SECONDS < when <= at)
        if in_period > budget.micro_rho or in_year > budget.micro_rho_year:
            return False
    return True
