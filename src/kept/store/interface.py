"""What every store offers: snapshots to read, transactions to write, both over named queries.

A body is an `async` function over a `Transaction`. It awaits nothing but the transaction, has no effect but through
it, and may be run again: so a driver can run it inline (SQLite), batch it with others under one commit, or
ship it to another machine (PostgreSQL).

    async def move(tx: Transaction) -> int:
        row = await tx.one(sql.StateGet, person_id=person_id)
        return await tx.run("state_set", person_id=person_id, g=row.g + 1, expected_g=row.g, ...)

    changed = await data.write(move)

Every query stands by its name in `sql/data/*.sql`, `sql/keys/*.sql` or, for tables of both, `sql/both/*.sql`, with one
sentence on what it is for, its parameters and the columns it answers. A statement that writes is called by its name, one
that answers by the class of its rows (`kept.store.sql`). The statements keep to a small SQL that every engine has (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, overload

from kept.errors import ConflictError, StoreError
from kept.store.structure import Difference

T = TypeVar("T")
R = TypeVar("R", bound=tuple[Any, ...])


class Single(tuple[T]):
    """A row of one column."""

    __slots__ = ()


class Computed(Single[int]):
    """The one row of a count or a maximum: it is always there."""

    __slots__ = ()


Scope = tuple[str, bytes | str]
"""Whose rows are added up: `person_id` with 16 bytes, or `table_name` with a name."""
Sum = tuple[int, bytes]
"""How many rows, and their addends together, 16 bytes."""
Sums = dict[str, Sum]
"""By table; one without rows is left out."""
Announce = Callable[[dict[Scope, int]], None]
"""Is told, after a commit, the new numbers of the sums it changed."""


class RowSealer(Protocol):
    """What seals rows and sums; the store has no key (`kept.vault.rows`)."""

    def seal(self, table: str, row: Sequence[object]) -> bytes:
        """Return the seal of a row's bound columns."""
        ...

    def holds(self, table: str, row: Sequence[object], unverified: bytes | None) -> bool:
        """Whether a seal is that of a row's bound columns."""
        ...

    def addend(self, row_seal: bytes) -> int:
        """Return what a row adds to its sum, below 2^128."""
        ...

    def seal_sums(self, scope: Scope, changes: int, sums: Sums) -> bytes:
        """Seal sums for their scope and number."""
        ...

    def open_sums(self, scope: Scope, changes: int, sealed: bytes) -> Sums:
        """Open sums; raises `SealError` where they are not what was sealed."""
        ...


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The sums of a scope, as they are kept and as its rows add up.

    Args:
        changes: The number of what is kept; 0 when nothing is.
        wrong: The tables whose rows do not add up to what is kept.
    """

    changes: int
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BoundRow:
    """A row of a bound table, as verification looks at it.

    Args:
        key: The values of its primary key.
        holds: Whether its seal opens.
    """

    key: tuple[object, ...]
    holds: bool


class Transaction(Protocol):
    """One snapshot (read) or one transaction (write)."""

    async def one(self, query: type[R], /, **parameters: object) -> R | None:
        """Return the first row of *query*, or None when there is none."""
        ...

    async def all(self, query: type[R], /, **parameters: object) -> list[R]:
        """Return all rows of *query*."""
        ...

    async def each(self, query: type[R], rows: Iterable[Mapping[str, object]], /) -> list[R | None]:
        """Return, for each parameter set, the first row of *query* or None."""
        ...

    @overload
    async def value(self, query: type[Computed], /, **parameters: object) -> int: ...
    @overload
    async def value(self, query: type[Single[T]], /, **parameters: object) -> T | None: ...
    async def value(self, query: type[Single[Any]], /, **parameters: object) -> Any:
        """Return the one column of the first row of *query*, or None when there is none."""
        ...

    async def values(self, query: type[Single[T]], /, **parameters: object) -> list[T]:
        """Return the one column of all rows of *query*."""
        ...

    async def run(self, query: str, /, **parameters: object) -> int:
        """Run a statement that writes; return how many rows it touched.

        Raises:
            ConflictError: A row with the same key exists already (reason `exists`). A body that catches it does not
                use the transaction further: on PostgreSQL it is over.
            StoreError: An insert did not insert exactly its row (reason `write-lost`).
        """
        ...

    async def many(self, query: str, rows: Iterable[Mapping[str, object]], /) -> int:
        """Run a statement that writes once per row; return how many rows were touched in all."""
        ...


Body = Callable[[Transaction], Awaitable[T]]


class Store(Protocol):
    """One database: D or K."""

    read_only: bool
    """Whether it was opened to be looked at alone: every write is refused."""

    async def read(self, body: Body[T]) -> T:
        """Run *body* over one consistent read-only snapshot.

        Raises:
            StoreError: The database cannot be read; the reason names what was met.
        """
        ...

    async def one(self, query: type[R], /, **parameters: object) -> R | None:
        """Read the first row of *query*, over a snapshot of its own."""
        return await self.read(lambda tx: tx.one(query, **parameters))

    async def all(self, query: type[R], /, **parameters: object) -> list[R]:
        """Read all rows of *query*, over a snapshot of its own."""
        return await self.read(lambda tx: tx.all(query, **parameters))

    @overload
    async def value(self, query: type[Computed], /, **parameters: object) -> int: ...
    @overload
    async def value(self, query: type[Single[T]], /, **parameters: object) -> T | None: ...
    async def value(self, query: type[Single[Any]], /, **parameters: object) -> Any:
        """Read the one column of the first row of *query*, over a snapshot of its own."""
        return await self.read(lambda tx: tx.value(query, **parameters))

    async def values(self, query: type[Single[T]], /, **parameters: object) -> list[T]:
        """Read the one column of all rows of *query*, over a snapshot of its own."""
        return await self.read(lambda tx: tx.values(query, **parameters))

    async def write(self, body: Body[T]) -> T:
        """Run *body* in one transaction and return once it is durable.

        A body that raises is rolled back alone, even when other bodies share the commit.

        Raises:
            StoreError: The database cannot be written (full, read-only, gone); nothing of *body* is kept.
        """
        ...

    def bind(self, sealer: RowSealer, announce: Announce) -> None:
        """Check every row of a bound table where it is read or changed, and seal it where it is written, from now on.

        A query over a row that was edited, moved or added by hand then raises `SealError` (reason `row-rewritten`).

        Args:
            sealer: Seals rows and sums under a key of the installation.
            announce: Is told on the loop of whoever wrote, once it is durable.
        """
        ...

    async def reckon(self, scope: Scope) -> Reckoned:
        """Add up the bound rows of a person or a table, and hold them against the sums kept.

        Raises:
            SealError: The sums kept were changed, or are another's.
        """
        ...

    async def adopt(self, *tables: str) -> None:
        """Seal the rows of *tables* that carry no seal: what was written before there was a key to seal with.

        Args:
            tables: Names of bound tables; the caller says why their rows may be believed.
        """
        ...

    async def bound_page(self, table: str, after: tuple[object, ...], limit: int) -> list[BoundRow]:
        """Return a page of the rows of a bound table in the order of their keys, each with whether its seal opens.

        Args:
            table: The table.
            after: The key of the last row of the page before; empty for the first page.
            limit: Most rows.
        """
        ...

    async def scrubbed(self) -> bool:
        """Leave nothing of deleted rows on the disk; False when it has to be tried again later.

        Raises:
            StoreError: The database cannot be rewritten at all.
        """
        ...

    def log_bytes(self) -> int:
        """Return how large the log is that waits to be brought into the database; 0 where there is none."""
        return 0

    async def shrink_log(self) -> bool:
        """Bring that log into the database and make it small; False when it has to be tried again later."""
        return True

    def check_integrity(self) -> list[str]:
        """Return what the database's own check finds wrong; empty when nothing."""
        ...

    def check_structure(self) -> list[Difference]:
        """Return every piece of the database that is not as its migrations make it; empty when it is as it should be.

        A driver looks again by itself before it writes, whenever somebody else may have changed it, and refuses to
        (reason `schema-other`).
        """
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the database; a second call does nothing."""
        ...


def same_key() -> ConflictError:
    """Return the error for a row whose key is taken; every driver says it alike."""
    return ConflictError("expected a new row, found one with the same key", reason="exists", hint="read it again")


def lost_write(query: str, expected: int, touched: int) -> StoreError:
    """Return the error for a statement that did not touch the rows it had to; every driver says it alike."""
    return StoreError(
        f"expected statement {query} to write {expected} rows, it wrote {touched}",
        reason="write-lost",
        hint="run `kept verify`: something in the database keeps rows from being written; nothing was released",
        rests_on="durable-writes ledger-consistent",
    )
