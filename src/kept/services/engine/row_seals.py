"""The key rows are sealed under: it is wrapped in K and never lies in D, so whoever writes a database cannot seal a row."""

from __future__ import annotations

from collections.abc import AsyncIterator

from kept import limits
from kept.errors import EvidenceError
from kept.services.engine.keyring import Keyring
from kept.services.engine.row_numbers import RowNumbers
from kept.store import sql
from kept.store.bound_rows import row_rewritten
from kept.store.interface import Store, Transaction
from kept.store.row_sums import TABLE, rows_missing
from kept.vault.rows import RowSeals

ROWS = "rows"
READ_BEFORE = (("meta",), ("meta", "epoch", "current_epoch"))
"""Bound tables of D and of K that a start reads before it has the key: they are looked at as soon as it has."""


async def bind_rows(  # noqa: PLR0913 -- what a start has at hand
    data: Store, keys: Store, keyring: Keyring, at: float, *, signed: bool, verify: bool
) -> tuple[RowNumbers, RowNumbers]:
    """Bind the rows of both databases from now on, and look at those that were read until now; return their numbers.

    Args:
        data: Database D.
        keys: Database K.
        keyring: Loaded.
        at: Unix seconds.
        signed: Whether the file outside both databases says that a checkpoint was signed: then nothing begins here.
        verify: Whether what was read has to hold; only recovery and verification open without.

    Raises:
        EvidenceError: The key is missing beside databases that are in use (reason `row-key-missing`).
        SealError: A row that was read was changed, moved or added by hand (`row-rewritten`), or is missing (`rows-missing`).
    """
    beginning = not (
        signed
        or await keys.one(sql.LastCheckpointGet)
        or await data.value(sql.PeopleCount)
        or await data.all(sql.PolicyVersions)
    )
    if not beginning and not keyring.has_installation_key(ROWS):
        raise EvidenceError(
            "expected the key that binds the rows of both databases, found none in K",
            reason="row-key-missing",
            hint="put K back as it was, or restore a backup of it; a new key would believe whatever stands there",
            rests_on="ledger-consistent",
        )
    key = await keyring.ensure_installation_key(ROWS, at)
    numbers = RowNumbers("data", data, keys), RowNumbers("keys", keys, data)
    for (store, own), tables in zip(((data, numbers[0]), (keys, numbers[1])), READ_BEFORE, strict=True):
        store.bind(RowSeals(key, own.of), own.announce)
        if beginning:
            await store.adopt(*tables)
        for table in tables:
            if verify:
                await _verify_table(store, table)
        if await _take_over(store):
            await own.forget()
    return numbers


async def _verify_table(store: Store, table: str) -> None:
    async for _ in rewritten_rows(store, table):
        raise row_rewritten(table)
    if (await store.reckon((TABLE, table))).wrong:
        raise rows_missing(table)


async def _take_over(store: Store) -> int:
    """What a restore said of a database without its keys is said with them; return how much that was.

    Whoever only looks leaves it where it is.
    """
    if store.read_only or not await store.all(sql.RestoreMarks):
        return 0

    async def body(tx: Transaction) -> int:
        marks = await tx.all(sql.RestoreMarks)
        for mark in marks:
            await tx.run("meta_put", name=mark.name, value=mark.value)
            await tx.run("restore_mark_delete", name=mark.name)
        return len(marks)

    return await store.write(body)


async def rewritten_rows(store: Store, table: str) -> AsyncIterator[str]:
    """Yield, by its key, each row of a bound table that was changed, moved or added by hand.

    Args:
        store: D or K, bound.
        table: The table.
    """
    after: tuple[object, ...] = ()
    while rows := await store.bound_page(table, after, limits.PEOPLE_PAGE):
        after = rows[-1].key
        for row in rows:
            if not row.holds:
                yield " ".join(one.hex()[:16] if isinstance(one, bytes) else str(one)[:32] for one in row.key)
