"""Spending: charges to an account of counting, in D by compare and set, and remembered by K.

The charge and what it is for are one transaction: two askers at once cannot both spend the last of a budget. K is told
before anything is counted, so that a D restored from before gives no budget back. What fails after the charge stays charged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from kept import limits
from kept.errors import ConflictError
from kept.services.engine.engine import Engine
from kept.services.engine.no_log import No, note
from kept.statistics.budget import Room, period_of, returns_at, room
from kept.statistics.data_set import Budget
from kept.store import sql
from kept.store.interface import Transaction

PEOPLE = "person"
"""The account of people: data sets about them and counts of them draw on it, since what they tell adds up."""
Charges: TypeAlias = list[tuple[float, int]]
"""When and how much, the oldest first."""
With: TypeAlias = Callable[[Transaction, float], Awaitable[None]]
"""Writes what a charge is for, in its transaction, at its moment."""


@dataclass(frozen=True, slots=True)
class Account:
    """What is charged, and how much it bears.

    Args:
        name: Its word; whatever counts the same has the same, by whatever means: `PEOPLE`, or `visit`.
        budget: Of a period, and of twelve months, of whoever asks: over all that was charged to the account, by anybody.
    """

    name: str
    budget: Budget

    def since(self, at: float) -> float:
        """Return from when on charges still count."""
        return min(at - limits.BUDGET_SECONDS, period_of(at, self.budget.per, self.budget.zone)[0] - 1)


async def spend(engine: Engine, account: Account, charge_id: str, cost: int, also: With) -> float | None:
    """Charge an account in D, then tell K; return None, or when there will be room for it.

    Args:
        engine: Open.
        account: Which.
        charge_id: Of what is paid for.
        cost: Millionths of rho.
        also: Writes what is paid for.

    Raises:
        ConflictError: Others keep asking at the same moment; or what *also* raises.
    """
    for _ in range(limits.MOVED_TRIES):
        at = engine.ready()
        try:
            back = await _try_to_spend(engine, account, charge_id, cost, at, also)
        except ConflictError as error:
            if error.reason != "charged-meanwhile":
                raise
            continue
        if back is None:
            await tell_keys(engine, account, charge_id, at, cost)
            await engine.no_log.acknowledge()
        return back
    raise ConflictError("others keep asking at the same moment", reason="charged-meanwhile", hint="ask again")


async def tell_keys(engine: Engine, account: Account, charge_id: str, at: float, cost: int) -> None:
    """Let K remember a charge of D."""
    told = {"charge_id": charge_id, "account": account.name, "at": at, "micro_rho": cost}
    await engine.keys.write(lambda tx: tx.run("charge_put", **told))


async def _try_to_spend(  # noqa: PLR0913 -- a charge, at a moment, with what it is for
    engine: Engine, account: Account, charge_id: str, cost: int, at: float, also: With
) -> float | None:
    remembered = await engine.keys.all(sql.ChargesSince, account=account.name, since=account.since(at))

    async def body(tx: Transaction) -> float | None:
        await tx.run("account_open", account=account.name)
        charged = await tx.value(sql.AccountGet, account=account.name) or 0
        rows = await tx.all(sql.Charges, account=account.name, since=account.since(at))
        charges = _together(remembered, rows)
        if room(account.budget, charges, at).left < cost:
            return returns_at(account.budget, charges, at, cost)
        if not await tx.run("account_charge", account=account.name, cost=cost, expected=charged):
            raise ConflictError("somebody else was charged at the same moment", reason="charged-meanwhile")
        await tx.run("charge_insert", charge_id=charge_id, account=account.name, at=at, micro_rho=cost)
        await note(tx, No.CHARGE, at, charge=charge_id, account=account.name, micro_rho=float(cost))
        await also(tx, at)
        return None

    return await engine.data.write(body)


async def charges(engine: Engine, account: Account) -> Charges:
    """Return what was charged in the time that still counts, of D and what K remembers beside."""
    since = account.since(engine.clock.now())
    remembered = await engine.keys.all(sql.ChargesSince, account=account.name, since=since)
    return _together(remembered, await engine.data.all(sql.Charges, account=account.name, since=since))


async def left(engine: Engine, account: Account) -> Room:
    """Return what is left of an account now."""
    return room(account.budget, await charges(engine, account), engine.clock.now())


async def room_from(engine: Engine, account: Account, cost: int) -> float:
    """Return when *cost* can be spent, unix seconds; now, when there is room."""
    return returns_at(account.budget, await charges(engine, account), engine.clock.now(), cost)


def _together(*told: Iterable[sql.ChargesSince] | Iterable[sql.Charges]) -> Charges:
    return sorted({one.charge_id: (one.at, one.micro_rho) for rows in told for one in rows}.values())
