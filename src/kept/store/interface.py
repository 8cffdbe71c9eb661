"""What every store offers: snapshots to read, transactions to write, both over named queries.

A body is an `async` function over a `Transaction`. It awaits nothing but the transaction, has no effect but through
it, and may be run again: so a driver can run it inline (SQLite), batch it with others under one commit, or
ship it to another machine (PostgreSQL).

    async def move(tx: Transaction) -> int:
        row = await tx.one("state_get", person_id=person_id)
        return await tx.run("state_set", person_id=person_id, g=row[0] + 1, expected_g=row[0], ...)

    changed = await data.write(move)

Every query stands by its name in `sql/data/*.sql` or `sql/keys/*.sql` with one sentence on what it is for, its
parameters and the columns it answers. The statements keep to a small SQL that every engine has (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

from kept.errors import ConflictError

Row = tuple[Any, ...]
"""A row: the columns the query's header names, in that order."""

T = TypeVar("T")


class Transaction(Protocol):
    """One snapshot (read) or one transaction (write)."""

    async def one(self, query: str, /, **parameters: object) -> Row | None:
        """Return the first row of *query*, or None when there is none."""
        ...

    async def all(self, query: str, /, **parameters: object) -> list[Row]:
        """Return all rows of *query*."""
        ...

    async def each(self, query: str, rows: Iterable[Mapping[str, object]], /) -> list[Row | None]:
        """Return, for each parameter set, the first row of *query* or None."""
        ...

    async def run(self, query: str, /, **parameters: object) -> int:
        """Run a statement that writes; return how many rows it touched.

        Raises:
            ConflictError: A row with the same key exists already (reason `exists`). A body that catches it does not
                use the transaction further: on PostgreSQL it is over.
        """
        ...

    async def many(self, query: str, rows: Iterable[Mapping[str, object]], /) -> int:
        """Run a statement that writes once per row; return how many rows were touched in all."""
        ...


Body = Callable[[Transaction], Awaitable[T]]


class Store(Protocol):
    """One database: D or K."""

    async def read(self, body: Body[T]) -> T:
        """Run *body* over one consistent read-only snapshot.

        Raises:
            StoreError: The database cannot be read; the reason names what was met.
        """
        ...

    async def write(self, body: Body[T]) -> T:
        """Run *body* in one transaction and return once it is durable.

        A body that raises is rolled back alone, even when other bodies share the commit.

        Raises:
            StoreError: The database cannot be written (full, read-only, gone); nothing of *body* is kept.
        """
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the database; a second call does nothing."""
        ...


def same_key() -> ConflictError:
    """Return the error for a row whose key is taken; every driver says it alike."""
    return ConflictError("expected a new row, found one with the same key", reason="exists", hint="read it again")
