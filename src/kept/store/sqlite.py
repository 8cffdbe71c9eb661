"""SQLite: reads inline on the loop, writes grouped on one writer thread, durable before they are acknowledged.

Standard library `sqlite3` only: two SQLite libraries in one process destroy a WAL database. Every error leaves as one
of ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from kept import limits
from kept.errors import KeptError, SettingError, StoreError
from kept.store.bound_rows import Deleting, Reading, Writing, bound_queries
from kept.store.interface import (
    Announce,
    Body,
    BoundRow,
    R,
    Reckoned,
    RowSealer,
    Scope,
    Single,
    Store,
    Transaction,
    lost_write,
)
from kept.store.migrations import Migration, migrations, missing_migrations
from kept.store.queries import queries
from kept.store.register import whole_tables
from kept.store.row_book import RowBook
from kept.store.sql import row_class, row_maker
from kept.store.sqlite_error import store_error
from kept.store.structure import Difference, Piece, differences, plain, refuse_differences

T = TypeVar("T")
APPLICATION_IDS = {"data": 0x4B455044, "keys": 0x4B45504B}
_OTHER_LIBRARIES = {"apsw", "pysqlite3", "sqlcipher3", "pysqlcipher3", "libsql"}


# What `sqlite3` raises over a damaged file: MemoryError comes of a length, UnicodeDecodeError of a name in an error.
_FAULTS = (sqlite3.Error, MemoryError, UnicodeDecodeError)


class _Connection:
    """A transaction over one SQLite connection; every cursor is exhausted or closed before a call returns.

    An open cursor would block the checkpoint that removes erased bytes.
    """

    def __init__(self, connection: sqlite3.Connection, part: str) -> None:
        self.connection = connection
        self._part = part
        known = queries(part)
        self._sql = {name: query.sql for name, query in known.items()}
        self._exact = {name for name, query in known.items() if query.exact}
        self._whole: dict[Any, str] = {}
        self._answers: dict[Any, tuple[str, Callable[[tuple[Any, ...]], Any]]] = {
            row_class(query): (query.sql, row_maker(part, query)) for query in known.values() if query.columns
        }
        self._bound: dict[str, Writing | Deleting] = {}
        self._rows: RowBook | None = None

    def bind(self, sealer: RowSealer) -> None:
        """Check, seal and add up the rows of bound tables from now on."""
        self._rows = RowBook(self.connection, self._part, sealer)
        for name, bound in bound_queries(self._part).items():
            query = queries(self._part)[name]
            if isinstance(bound, Reading):
                made = row_maker(self._part, query)
                if bound.table in whole_tables(self._part):
                    self._whole[row_class(query)] = bound.table
                self._answers[row_class(query)] = (
                    bound.sql,
                    self._rows.checking(bound.table, len(query.columns), made),
                )
            else:
                self._bound[name] = bound

    def begin(self) -> None:
        """A body begins: nothing of another that failed is added up with it."""
        if self._rows is not None:
            self._rows.begin()

    def settle(self) -> dict[Scope, int]:
        """A body ends: keep the sums of what it changed, and return their numbers."""
        return {} if self._rows is None else self._rows.settle()

    @property
    def rows(self) -> RowBook:
        """The book of bound rows; it is there once the store is bound."""
        if self._rows is None:
            raise RuntimeError("expected a bound store: call `bind` first")
        return self._rows

    def _first(self, query: Any, parameters: Mapping[str, object]) -> Any:
        sql, made = self._answers[query]
        if query in self._whole:
            self.rows.verify_whole(self._whole[query])
        cursor = self.connection.execute(sql, parameters)
        row = cursor.fetchone()
        cursor.close()
        return None if row is None else made(row)

    async def one(self, query: type[R], /, **parameters: object) -> R | None:
        return cast("R | None", self._first(query, parameters))

    async def all(self, query: type[R], /, **parameters: object) -> list[R]:
        sql, made = self._answers[query]
        if query in self._whole:
            self.rows.verify_whole(self._whole[query])
        return list(map(made, self.connection.execute(sql, parameters).fetchall()))

    async def each(self, query: type[R], rows: Iterable[Mapping[str, object]], /) -> list[R | None]:
        return [self._first(query, parameters) for parameters in rows]

    async def value(self, query: type[Single[Any]], /, **parameters: object) -> Any:
        row = self._first(query, parameters)
        return None if row is None else row[0]

    async def values(self, query: type[Single[T]], /, **parameters: object) -> list[T]:
        return [row[0] for row in await self.all(query, **parameters)]

    async def run(self, query: str, /, **parameters: object) -> int:
        try:
            if (bound := self._bound.get(query)) is not None:
                touched = self.rows.write(self._sql[query], bound, parameters)
            else:
                touched = self.connection.execute(self._sql[query], parameters).rowcount
        except sqlite3.IntegrityError as error:
            raise store_error(error) from error
        if touched != 1 and query in self._exact:
            raise lost_write(query, 1, touched)
        return touched

    async def many(self, query: str, rows: Iterable[Mapping[str, object]], /) -> int:
        each = list(rows)
        try:
            if (bound := self._bound.get(query)) is not None:
                touched = sum(self.rows.write(self._sql[query], bound, parameters) for parameters in each)
            else:
                touched = self.connection.executemany(self._sql[query], each).rowcount if each else 0
        except sqlite3.IntegrityError as error:
            raise store_error(error) from error
        if touched != len(each) and query in self._exact:
            raise lost_write(query, len(each), touched)
        return touched


class _Reading(_Connection):
    """A snapshot: a body that writes in it is a bug, not a fault of the database."""

    async def run(self, query: str, /, **parameters: object) -> int:  # noqa: ARG002 -- the signature is the interface's
        raise RuntimeError(f"query {query} writes, and this is a read")

    async def many(self, query: str, rows: Iterable[Mapping[str, object]], /) -> int:  # noqa: ARG002 -- the signature is the interface's
        raise RuntimeError(f"query {query} writes, and this is a read")


def _drive(body: Body[T], transaction: _Connection) -> T:
    coroutine = cast("Any", body(transaction))
    try:
        coroutine.send(None)
    except StopIteration as done:
        return cast("T", done.value)
    coroutine.close()
    raise RuntimeError("a transaction's body may await nothing but its transaction")


class _Job:
    __slots__ = ("body", "changes", "error", "future", "loop", "result")

    def __init__(self, body: Body[Any], loop: asyncio.AbstractEventLoop) -> None:
        self.body = body
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None
        self.changes: dict[Scope, int] = {}


class SqliteStore(Store):
    """One SQLite database.

    Args:
        path: The file; its folder exists.
        part: `data` or `keys`.
        create: Whether to make it when it is not there.
        read_only: Whether nothing may be written, not even by a bug: every write is refused.

    Raises:
        SettingError: The file is missing, is the other part, or was written by a newer version.
        StoreError: The file is not a sound database.
    """

    def __init__(self, path: Path, part: str, *, create: bool = False, read_only: bool = False) -> None:
        self.path = path
        self.part = part
        self.read_only = read_only
        self._pid = os.getpid()
        self._closed = False
        _refuse_second_library()
        self._make_file(create=create)
        opened: list[sqlite3.Connection] = []
        self._others_wrote = -1
        try:
            self._writer = self._connect(opened)
            missing = self._identify(create=create)  # before anything is changed in what may be another's file
            _configure(self._writer)
            self._migrate(missing)
            self._reader = self._connect(opened)
            _configure(self._reader)
            self._reader.execute("PRAGMA query_only = ON").fetchall()
        except BaseException as error:
            for connection in opened:
                connection.close()
            if isinstance(error, _FAULTS):
                raise store_error(error) from error
            raise
        self._read = _Reading(self._reader, part)
        self._reading = False
        self._snapshot_of: asyncio.AbstractEventLoop | None = None
        self._write = _Connection(self._writer, part)
        self._announce: Announce | None = None
        self._lock = threading.Lock()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"kept-{part}-writer", daemon=True)
        self._thread.start()

    def _make_file(self, *, create: bool) -> None:
        if self.path.exists():
            return
        if not create:
            raise SettingError(
                f"expected a database {self.path.name}, found none",
                reason="database-missing",
                rests_on="durable-writes",
                hint="run `kept init`, or check the address of the store",
            )
        try:
            self.path.touch(mode=0o600)
        except OSError as error:
            raise SettingError(
                f"expected a folder to make {self.path.name} in: {error.strerror}",
                reason="database-folder",
                hint="make the folder, and let the service write in it",
            ) from error

    def _connect(self, opened: list[sqlite3.Connection]) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={'ro' if self.read_only else 'rw'}",
            uri=True,
            isolation_level=None,  # transactions begin where this file says so
            check_same_thread=False,
            cached_statements=512,
            timeout=limits.SQLITE_BUSY_MILLISECONDS / 1000,
        )
        opened.append(connection)
        return connection

    def _identify(self, *, create: bool) -> tuple[Migration, ...] | None:
        """Return the migrations the file lacks; None for an empty file that may be filled."""
        ask = self._writer.execute
        application = ask("PRAGMA application_id").fetchone()[0]
        there = {name for (name,) in ask("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()}
        if not there and not create:
            # Never fill an emptied file quietly: what was acknowledged in it would be gone without a word.
            raise StoreError(
                f"expected the {self.part} database, found {self.path.name} empty",
                reason="database-corrupt",
                hint="stop, keep the files, run `kept verify`, then restore a backup",
                rests_on="durable-writes",
            )
        if not there and application == 0:
            return None
        if application != APPLICATION_IDS[self.part]:
            raise SettingError(
                f"expected the {self.part} database, found {self.path.name} to be another file",
                reason="database-other",
                rests_on="durable-writes",
                hint="check the addresses of both databases; they may be exchanged",
            )
        recorded = ask(queries(self.part)["migrations_recorded"].sql).fetchall() if "migration" in there else ()
        known = migrations(self.part)
        missing = missing_migrations(known, recorded)
        if missing:  # no step runs over what another's trigger may bend
            refuse_differences(differences(self.part, _made_by(known[: len(recorded)]), _pieces(self._writer)))
        return missing

    def _migrate(self, missing: tuple[Migration, ...] | None) -> None:
        if missing is None:
            self._run_steps(migrations(self.part))
        for one in missing or ():
            self._run_steps((one,))

    def _run_steps(self, steps: tuple[Migration, ...]) -> None:
        """Run migrations and record them in one transaction: all of it or nothing."""
        record = queries(self.part)["migration_insert"].sql
        statements = " ".join(one.statements for one in steps)
        try:
            self._writer.executescript(
                f"BEGIN IMMEDIATE; {statements} PRAGMA application_id = {APPLICATION_IDS[self.part]};"
            )
            for one in steps:
                self._writer.execute(record, {"number": one.number, "name": one.name, "hash": one.hash})
            self._writer.execute("COMMIT")
        finally:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")

    async def read(self, body: Body[T]) -> T:
        """Run *body* over one consistent read-only snapshot; see `Store.read`."""
        self._check_usable()
        if self._reading:
            raise RuntimeError("a body reads its store while it reads: let it use its transaction")
        loop = asyncio.get_running_loop()
        try:
            if self._snapshot_of is not loop:
                self._end_snapshot()
                self._reader.execute("BEGIN")
                self._snapshot_of = loop
                loop.call_soon(self._end_snapshot)
            self._reading = True
            return _drive(body, self._read)
        except BaseException as error:
            self._reading = False
            self._end_snapshot()
            if isinstance(error, _FAULTS):
                raise store_error(error) from error
            raise
        finally:
            self._reading = False

    def _end_snapshot(self) -> None:
        """Let go of the snapshot all reads of one turn of the loop share.

        It is queued when the first of them opens it, so it runs before whoever learns afterwards of a write goes on:
        they read what they wrote.
        """
        if self._snapshot_of is None:
            return
        self._snapshot_of = None
        if self._reader.in_transaction:  # some faults end the transaction themselves
            with contextlib.suppress(sqlite3.Error):  # a read has nothing to lose
                self._reader.execute("ROLLBACK")

    async def write(self, body: Body[T]) -> T:
        """Run *body* in one transaction and return once it is durable; see `Store.write`."""
        self._check_usable()
        if self.read_only:
            raise StoreError(
                "expected to read only, found a write",
                reason="store-read-only",
                rests_on="durable-writes",
                hint="run what changes something by itself; this was opened to look at it",
            )
        job = _Job(body, asyncio.get_running_loop())
        self._jobs.put(job)
        return cast("T", await asyncio.shield(job.future))

    async def close(self) -> None:
        """Finish what was begun and let go of the file; in a forked child do nothing."""
        if self._closed or os.getpid() != self._pid:
            return
        self._closed = True
        self._jobs.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        self._end_snapshot()
        self._reader.close()
        self._writer.close()

    def bind(self, sealer: RowSealer, announce: Announce) -> None:
        """Check, seal and add up the rows of bound tables from now on; see `Store.bind`."""
        self._end_snapshot()
        self._read.bind(sealer)
        self._write.bind(sealer)
        self._announce = announce

    async def adopt(self, *tables: str) -> None:
        """Seal what carries no seal yet; see `Store.adopt`."""

        async def body(_: Transaction) -> None:
            for table in tables:
                self._write.rows.adopt(table)

        await self.write(body)

    async def bound_page(self, table: str, after: tuple[object, ...], limit: int) -> list[BoundRow]:
        """Return a page of the rows of a bound table; see `Store.bound_page`."""

        async def body(_: Transaction) -> list[BoundRow]:
            return self._read.rows.page(table, after, limit)

        return await self.read(body)

    async def reckon(self, scope: Scope) -> Reckoned:
        """Hold the rows of a scope against its sums; see `Store.reckon`."""

        async def body(_: Transaction) -> Reckoned:
            return self._read.rows.reckon(scope)

        return await self.read(body)

    def check_integrity(self) -> list[str]:
        """Return what SQLite's own check finds wrong; empty when nothing."""
        self._check_usable()
        try:
            rows = self._reader.execute("PRAGMA integrity_check").fetchall()
        except _FAULTS as error:
            return [str(store_error(error))]
        return [row[0] for row in rows if row[0] != "ok"]

    def check_structure(self) -> list[Difference]:
        """Return what the database is made of otherwise than its migrations make it; see `Store.check_structure`."""
        self._check_usable()
        try:
            return self._differences(self._reader)
        except _FAULTS as error:
            raise store_error(error) from error

    def _differences(self, connection: sqlite3.Connection) -> list[Difference]:
        return differences(self.part, _made_by(migrations(self.part)), _pieces(connection))

    def _refuse_others_structure(self) -> None:
        """Look at the structure again, within the writer's transaction, whenever another connection has written since.

        Nothing else can change what this connection's statements do: no other counter tells it, since whoever writes the file can
        set the schema's own counter back.
        """
        others = self._writer.execute("PRAGMA data_version").fetchone()[0]
        if others != self._others_wrote:
            refuse_differences(self._differences(self._writer))
            self._others_wrote = others

    def scrub(self) -> bool:
        """Rewrite the file without the pages of deleted rows; True when nothing of them can be left in it.

        False: another process reads an older snapshot, or there is no room to rewrite; try again later.

        Raises:
            StoreError: The file cannot be rewritten at all.
        """
        self._check_usable()
        with self._lock:
            try:
                self._writer.execute("VACUUM")
                busy, _, _ = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except _FAULTS as error:
                meaning = store_error(error)
                if isinstance(meaning, StoreError) and meaning.reason in {"store-busy", "disk-full"}:
                    return False
                raise meaning from error
        return not busy

    async def scrubbed(self) -> bool:
        """Like `scrub`, on another thread, once everything written before is durable."""
        await self.write(_nothing)
        return await asyncio.get_running_loop().run_in_executor(None, self.scrub)

    def log_bytes(self) -> int:
        """Return how large the write-ahead log is."""
        try:
            return self.path.with_name(f"{self.path.name}-wal").stat().st_size
        except FileNotFoundError:
            return 0

    async def shrink_log(self) -> bool:
        """Bring the write-ahead log into the database and make it small; False while somebody reads an older snapshot."""
        self._check_usable()
        return await asyncio.get_running_loop().run_in_executor(None, self._shrink_log)

    def _shrink_log(self) -> bool:
        with self._lock:
            ask = self._writer.execute
            try:
                ask(f"PRAGMA busy_timeout = {limits.LOG_SHRINKING_MILLISECONDS}").fetchall()
                busy, _, _ = ask("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except _FAULTS as error:
                raise store_error(error) from error
            finally:
                with contextlib.suppress(*_FAULTS):
                    ask(f"PRAGMA busy_timeout = {limits.SQLITE_BUSY_MILLISECONDS}").fetchall()
        return not busy

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Let no write commit within the block; for the blink in which several databases are looked at together."""
        self._check_usable()
        with self._lock:
            yield

    def _check_usable(self) -> None:
        if self._closed:
            raise StoreError(
                "the database is closed", reason="store-closed", rests_on="durable-writes", hint="open it again"
            )
        if os.getpid() != self._pid:
            raise RuntimeError("a store was used after fork: open it in the process that uses it")

    # ------------------------------------------------------------ writer thread

    def _work(self) -> None:
        """One flush is in flight; whatever arrives meanwhile is the next batch."""
        while (batch := self._next_batch()) is not None:
            with self._lock:
                self._flush(batch)
            for loop in {one.loop for one in batch}:
                with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                    loop.call_soon_threadsafe(_answer, [one for one in batch if one.loop is loop], self._announce)

    def _next_batch(self) -> list[_Job] | None:
        job = self._jobs.get()
        if job is None:
            return None
        batch = [job]
        while len(batch) < limits.SQLITE_WRITES_TOGETHER:
            try:
                following = self._jobs.get_nowait()
            except queue.Empty:
                break
            if following is None:
                self._jobs.put(None)
                break
            batch.append(following)
        return batch

    def _flush(self, batch: list[_Job]) -> None:
        """Run and commit *batch*; each job has its result or its error afterwards, whatever happens."""
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            self._refuse_others_structure()
        except (
            *_FAULTS,
            KeptError,
        ) as error:  # the same for all: another holds the lock, the file is gone or was changed
            self._roll_back()
            for job in batch:
                job.error = error if isinstance(error, KeptError) else store_error(error)
            return
        try:
            self._commit(batch)
        except _FAULTS as error:
            self._roll_back()
            if len(batch) == 1:
                batch[0].error = store_error(error)
                return
            for job in batch:  # one of them may be what does not fit; the others should not pay for it
                job.error = job.result = None
                self._flush([job])

    def _commit(self, batch: list[_Job]) -> None:
        execute, alone = self._writer.execute, len(batch) == 1
        for job in batch:
            if not alone:
                execute("SAVEPOINT body")
            try:
                self._write.begin()
                job.result = _drive(job.body, self._write)
                job.changes = self._write.settle()
            except BaseException as error:  # whatever a body raises goes to its caller, rolled back alone
                job.error = error
                if isinstance(error, _FAULTS):
                    job.error = store_error(error)
                    if isinstance(job.error, StoreError):
                        raise  # the database's fault, not this body's: SQLite may have ended the transaction
                if alone:
                    execute("ROLLBACK")
                    return
                execute("ROLLBACK TO body")
            if not alone:
                execute("RELEASE body")
        execute("COMMIT")

    def _roll_back(self) -> None:
        if self._writer.in_transaction:
            with contextlib.suppress(sqlite3.Error):  # the fault that led here is what the callers are told
                self._writer.execute("ROLLBACK")


async def _nothing(_: object) -> None:
    """A body that changes nothing: its commit comes after all that were queued before it."""


def _pieces(connection: sqlite3.Connection) -> list[Piece]:
    """Return what a database is made of; the indexes SQLite makes for its keys have no text of their own."""
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    return [Piece(kind, name, f"{table}: {plain(text or '')}") for kind, name, table, text in rows]


@cache
def _made_by(steps: tuple[Migration, ...]) -> list[Piece]:
    """Return what *steps* make of an empty database."""
    empty = sqlite3.connect(":memory:")
    try:
        for one in steps:
            empty.executescript(one.statements)
        return _pieces(empty)
    finally:
        empty.close()


def _configure(connection: sqlite3.Connection) -> None:
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StoreError(
            f"expected a write-ahead log, the file system allows {mode}",
            reason="store-unwritable",
            hint="keep the database on a local disk the service can write",
            rests_on="durable-writes",
        )
    for pragma in (
        "synchronous = FULL",
        "secure_delete = ON",
        "trusted_schema = OFF",
        "cache_size = -32000",
        f"journal_size_limit = {limits.LOG_KEPT_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _refuse_second_library() -> None:
    """Two SQLite libraries in one process drop each other's locks and destroy the file.

    Source: https://www.sqlite.org/howtocorrupt.html, 2.2.1 (multiple copies of SQLite linked into one application).
    """
    found = _OTHER_LIBRARIES & sys.modules.keys()
    if found:
        raise SettingError(
            f"expected one SQLite library in this process, found {', '.join(sorted(found))} as well",
            reason="second-sqlite",
            rests_on="durable-writes",
            hint="do not import another SQLite library where Kept runs",
        )


def _answer(batch: list[_Job], announce: Announce | None) -> None:
    for job in batch:
        if announce is not None and job.error is None and job.changes:
            announce(job.changes)
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)


def raw_count(folder: Path, stem: str, needles: Iterable[bytes]) -> dict[bytes, int]:
    """Count how often each needle stands in the raw bytes of every file whose name begins with *stem*.

    The file, its log, its shared memory and its rollback journal all begin with the database's file name.
    """
    counts = dict.fromkeys(needles, 0)
    for file in sorted(folder.iterdir()):
        if file.name.startswith(stem) and file.is_file():
            content = file.read_bytes()
            for needle in counts:
                counts[needle] += content.count(needle)
    return counts
