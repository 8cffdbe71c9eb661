"""The numbers of the sums of one database, remembered in the other: a database put back as it was has lower ones.

They are written together, a moment after the commits they are of: until then a database may be newer than what is
remembered of it, and never older.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from kept.errors import RollbackError
from kept.store import sql
from kept.store.interface import Scope, Store, Transaction
from kept.store.paging import pages
from kept.store.row_sums import PERSON, TABLE, scope_name


@dataclass(slots=True)
class RowNumbers:
    """The numbers of one database, on their way into the other.

    Args:
        of: Its part, `data` or `keys`.
        counted: The database whose sums they are.
        memory: The other one.
    """

    of: str
    counted: Store
    memory: Store
    _new: dict[Scope, int] = field(default_factory=dict)

    def announce(self, numbers: dict[Scope, int]) -> None:
        """Take the numbers of a commit; `remember` writes them."""
        for scope, number in numbers.items():
            self._new[scope] = max(number, self._new.get(scope, 0))

    async def remember(self) -> None:
        """Write what was announced; what cannot be written is written the next time.

        Raises:
            StoreError: The other database cannot be written.
        """
        if not self._new:
            return
        numbers, self._new = self._new, {}

        async def body(tx: Transaction) -> None:
            for (kind, name), number in numbers.items():
                if kind == TABLE:
                    await tx.run("other_table_changes_put", table_name=name, changes=number)
                elif await self._is_there(tx, name):
                    await tx.run("other_person_changes_put", person_id=name, changes=number)

        try:
            await self.memory.write(body)
        except BaseException:
            self.announce(numbers)
            raise

    async def _is_there(self, tx: Transaction, person_id: object) -> bool:
        """Nothing is remembered of a person who is being erased."""
        if self.of == "data":
            return bool(await tx.all(sql.PersonKeys, person_id=person_id))
        return await tx.value(sql.StateG, person_id=person_id) is not None

    async def forget(self) -> None:
        """What this database says now is what counts: a restore or a recovery says so, and two members of staff sign it."""

        async def body(tx: Transaction) -> None:
            await tx.run("other_person_changes_forget")
            await tx.run("other_table_changes_forget")

        await self.memory.write(body)

    async def older(self) -> AsyncIterator[Scope]:
        """Yield every scope whose sums are older than what is remembered of them, or gone."""
        for row in await self.memory.all(sql.OtherTableChanges):
            if await self._number((TABLE, row.table_name)) < row.changes:
                yield TABLE, row.table_name
        async for page in pages(self.memory, sql.OtherPersonChangesPage):
            for one in page:
                if await self._number((PERSON, one.person_id)) < one.changes:
                    yield PERSON, one.person_id

    async def verify_tables(self) -> None:
        """Look whether the tables that hold nobody are as new as is remembered.

        Raises:
            RollbackError: One is older (reason `rows-older`).
        """
        for row in await self.memory.all(sql.OtherTableChanges):
            if await self._number(scope := (TABLE, row.table_name)) < row.changes:
                raise RollbackError(
                    f"expected the rows of {scope_name(scope)} as they were last, found older ones",
                    reason="rows-older",
                    hint="one of the databases was put back as it was: run `kept recover`",
                    rests_on="ledger-consistent",
                )

    async def _number(self, scope: Scope) -> int:
        named = dict([scope])
        if scope[0] == TABLE:
            kept = await self.counted.one(sql.TableRowsGet, **named)
            return kept.changes if kept else 0
        row = await self.counted.one(sql.PersonRowsGet, **named)
        return row.changes if row else 0
