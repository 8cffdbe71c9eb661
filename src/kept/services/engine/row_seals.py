"""The key rows are sealed under: it is wrapped in K and never lies in D, so whoever writes a database cannot seal a row."""

from __future__ import annotations

from collections.abc import AsyncIterator

from kept import limits
from kept.errors import EvidenceError
from kept.services.engine.keyring import Keyring
from kept.services.engine.restored_keys import DATA_RESTORED, RESTORED
from kept.store import sql
from kept.store.bound_rows import row_rewritten
from kept.store.interface import Store

ROWS = "rows"
MARKS = frozenset({RESTORED, DATA_RESTORED})
"""What a restore says without keys: it only closes, so it is believed whoever wrote it."""


async def bind_rows(data: Store, keys: Store, keyring: Keyring, at: float) -> None:
    """Bind the rows of both databases from now on, and look at those that were read until now.

    Args:
        data: Database D.
        keys: Database K.
        keyring: Loaded.
        at: Unix seconds.

    Raises:
        EvidenceError: The key is missing beside databases that are in use (reason `row-key-missing`).
        SealError: A row that was read was changed, moved or added by hand (reason `row-rewritten`).
    """
    beginning = not await data.value(sql.PeopleCount) and not await data.all(sql.PolicyVersions)
    if not beginning and not keyring.has_installation_key(ROWS):
        raise EvidenceError(
            "expected the key that binds the rows of both databases, found none in K",
            reason="row-key-missing",
            hint="put K back as it was, or restore a backup of it; a new key would believe whatever stands there",
            rests_on="ledger-consistent",
        )
    key = await keyring.ensure_installation_key(ROWS, at)
    for store, tables in ((data, ("meta",)), (keys, ("meta", "epoch", "current_epoch"))):  # a start reads them without the key
        only_closes = set(await store.values(sql.MetaUnsealed)) <= MARKS
        store.bind(key)
        if beginning:
            await store.adopt(*tables)
        elif only_closes:
            await store.adopt("meta")
        for table in tables:
            async for _ in rewritten_rows(store, table):
                raise row_rewritten(table)


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
