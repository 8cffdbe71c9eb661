"""The grouped, durable append: no record, no read.

One flush is in flight; everything that arrives meanwhile is the next batch; no timer. The flush transaction looks again
at what each release was decided on (the person's `g`, the active policy, the mandate's volume and time box) and sends
back whoever moved, so that nothing is released on a choice already withdrawn (`docs/ARCHITECTURE.md`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC

from kept.errors import ClosedError, ConflictError, DeniedError, EvidenceError, KeptError, StoreError
from kept.policy.day import day_of
from kept.services.engine.entry import Entry
from kept.store import sql
from kept.store.interface import Store, Transaction

Effect = Callable[[Transaction], Awaitable[object]]
Guard = Callable[[Transaction], Awaitable[KeptError | None]]


@dataclass(slots=True, frozen=True)
class SealedEntry:
    """An entry with both parts sealed, as its rows will stand.

    Args:
        entry: The entry.
        account_key: Name of the ledger key the account part is sealed under.
        account_sealed: Sealed account part.
        person_key: Key id the person part is sealed under; empty when the entry concerns nobody.
        person_sealed: Sealed person part; empty when the entry concerns nobody.
        told_from: When the person may be told of it, unix seconds; 0 for at once, as everything but a disclosure.
    """

    entry: Entry
    account_key: str
    account_sealed: bytes
    person_key: str
    person_sealed: bytes
    told_from: float = 0.0

    @property
    def id(self) -> str:
        """The entry's id, hex."""
        return self.entry.id.hex()


@dataclass(slots=True, frozen=True)
class Condition:
    """What a release was decided on, looked at again under the flush's lock.

    Args:
        g: The person's state number; None when no person's state was decided on.
        policy_hash: The active policy's hash.
        mandate_id: Mandate to charge; empty when nothing is charged.
        charge: Releases to charge to it.
    """

    g: int | None
    policy_hash: str
    mandate_id: str = ""
    charge: int = 0


class Moved(ConflictError):  # noqa: N818 -- it is a fact, and is caught by name
    """What a release was decided on has changed: decide again."""


@dataclass(slots=True)
class _Pending:
    sealed: SealedEntry
    condition: Condition | None
    effect: Effect | None
    guard: Guard | None
    done: asyncio.Future[None]


async def insert_entries(tx: Transaction, sealed: Iterable[SealedEntry], at: float) -> None:
    """Insert entries, their person parts, their places in `todo` and their tallies, within *tx*.

    Args:
        tx: A write transaction of D.
        sealed: The entries; their ids are fresh.
        at: Time of recording, unix seconds.
    """
    rows = list(sealed)
    await tx.many(
        "entry_insert",
        [
            {
                "entry_id": one.entry.id,
                "account_commitment": one.entry.account_commitment,
                "person_commitment": one.entry.person_commitment,
                "account_key": one.account_key,
                "account_sealed": one.account_sealed,
                "recorded_at": at,
            }
            for one in rows
        ],
    )
    named = [one for one in rows if one.entry.person_id]
    if now := [_person_row(one, at) for one in named if one.told_from <= at]:
        await tx.many("entry_person_insert", now)
    if later := [{**_person_row(one, at), "told_from": one.told_from} for one in named if one.told_from > at]:
        await tx.many("entry_later_insert", later)
    await tx.many("todo_insert", [{"entry_id": one.entry.id, "since": at} for one in rows])
    day = day_of(at, UTC)  # counted apart only to be added up: no page says which day
    tallies: Counter[tuple[str, str, str]] = Counter()
    for one in rows:
        said = one.entry.said
        tallies[said.clause, said.act, said.outcome] += 1
        for clause in {refusal.clause for refusal in said.refused} - {said.clause}:
            tallies[clause, said.act, "refused"] += 1
    await tx.many(
        "tally_add",
        [
            {"day": day, "clause": clause, "act": act, "outcome": outcome, "count": count, "last_at": at}
            for (clause, act, outcome), count in tallies.items()
        ],
    )


def _person_row(one: SealedEntry, at: float) -> dict[str, object]:
    return {
        "person_id": one.entry.person_id,
        "entry_id": one.entry.id,
        "key_id": one.person_key,
        "sealed": one.person_sealed,
        "recorded_at": at,
    }


class Flush:
    """Appends entries in groups.

    Args:
        data: Database D.
        now: Answers unix seconds.
    """

    def __init__(self, data: Store, now: Callable[[], float]) -> None:
        self._data = data
        self._now = now
        self._waiting: list[_Pending] = []
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    async def append(
        self,
        sealed: SealedEntry,
        condition: Condition | None = None,
        effect: Effect | None = None,
        guard: Guard | None = None,
    ) -> None:
        """Append one entry; return once it is durable.

        Args:
            sealed: The entry.
            condition: What a release was decided on; None for entries that release nothing.
            effect: Statements of the same transaction, run only when the condition still holds: what leaves is written
                with the entry that says so, or neither is.
            guard: Looks, in the same transaction and after the condition held, whether something else stands against it,
                and takes what only one may take; it answers the refusal, and must not raise. The mandate stays charged.

        Raises:
            KeptError: What the guard answered; nothing was appended.
            Moved: The condition no longer holds; nothing was appended.
            DeniedError: The mandate is used up, over or revoked; nothing was appended.
            StoreError: The ledger cannot be written; nothing was appended.
        """
        if self._closed:
            raise ClosedError(
                "the ledger is closing",
                reason="closing",
                rests_on="durable-writes",
                hint="try again once the service is back",
            )
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Pending(sealed, condition, effect, guard, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        await done  # a caller that goes away cancels its own future only; what was begun is still written

    async def close(self) -> None:
        """Take nothing more and wait for what was begun."""
        self._closed = True
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        await asyncio.sleep(0)  # hand over at the end of the loop's tick, so that everybody ready now is in
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                results = await self._write(batch)
            except (
                StoreError,
                EvidenceError,
            ) as error:  # a row somebody forged stands in the way of its own entry alone
                results = [error] if len(batch) == 1 else [await self._write_alone(one) for one in batch]
            except Exception as error:  # noqa: BLE001 -- a bug must reach every caller, or they would wait for ever
                for one in batch:
                    if not one.done.done():
                        one.done.set_exception(error)
                continue
            for one, result in zip(batch, results, strict=True):
                if one.done.done():
                    continue
                if result is None:
                    one.done.set_result(None)
                else:
                    one.done.set_exception(result)

    async def _write_alone(self, one: _Pending) -> KeptError | None:
        try:
            return (await self._write([one]))[0]
        except (StoreError, EvidenceError) as error:
            return error

    async def _write(self, batch: list[_Pending]) -> list[KeptError | None]:
        at = self._now()

        async def body(tx: Transaction) -> list[KeptError | None]:
            results: list[KeptError | None] = [None] * len(batch)
            await _look_again(tx, batch, results, at)
            for place, one in enumerate(batch):
                if one.guard is not None and results[place] is None:
                    results[place] = await one.guard(tx)
            await insert_entries(
                tx, (one.sealed for one, result in zip(batch, results, strict=True) if result is None), at
            )
            for one, result in zip(batch, results, strict=True):
                if one.effect is not None and result is None:
                    await one.effect(tx)
            return results

        return await self._data.write(body)


async def _look_again(tx: Transaction, batch: list[_Pending], results: list[KeptError | None], at: float) -> None:
    conditioned = [(place, one, one.condition) for place, one in enumerate(batch) if one.condition is not None]
    if not conditioned:
        return
    active_hash = await tx.value(sql.MetaGet, name="active_policy") or ""
    states = await tx.each(sql.StateG, [{"person_id": one.sealed.entry.person_id} for _, one, _ in conditioned])
    charges: dict[str, list[tuple[int, int]]] = {}
    for (place, _, condition), row in zip(conditioned, states, strict=True):
        if condition.policy_hash != active_hash or (condition.g is not None and (row is None or row[0] != condition.g)):
            results[place] = Moved("what this release was decided on has changed", hint="decide again")
        elif condition.mandate_id:
            charges.setdefault(condition.mandate_id, []).append((place, condition.charge))
    for mandate_id, places in charges.items():
        together = sum(charge for _, charge in places)
        if await tx.run("mandate_charge", mandate_id=mandate_id, count=together, at=at):
            continue
        for place, charge in places:
            if not await tx.run("mandate_charge", mandate_id=mandate_id, count=charge, at=at):
                results[place] = DeniedError(
                    "expected a mandate with volume and time left, found it used up, over or revoked",
                    step=9,
                    needed="a new case, or a new sign-in",
                    reason="mandate-spent",
                    rests_on="roles",
                )
