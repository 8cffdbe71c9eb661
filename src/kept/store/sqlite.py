"""SQLite: reads inline on the loop, writes grouped on one writer thread, durable before they are acknowledged.

Standard library `sqlite3` only: two SQLite libraries in one process destroy a WAL database. Every error leaves as one
of ours.
"""

from __future__ import annotations

import asyncio
import os
import queue
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from kept.errors import ConflictError, SettingError, StoreError
from kept.store.interface import Body, Row
from kept.store.queries import SCHEMA_VERSION, queries, schema

T = TypeVar("T")
APPLICATION_IDS = {"data": 0x4B455044, "keys": 0x4B45504B}
BUSY_MILLISECONDS = 5000
BATCH_AT_MOST = 512


def store_error(error: sqlite3.Error) -> StoreError | ConflictError:
    """Return our error for one of SQLite's."""
    text = str(error)
    if isinstance(error, sqlite3.IntegrityError) and ("UNIQUE" in text or "PRIMARY KEY" in text):
        return ConflictError("expected a new row, found one with the same key", reason="exists", hint="read it again")
    for needle, reason, hint in (
        ("full", "disk-full", "free space on the disk; nothing acknowledged was lost"),
        ("readonly", "read-only", "give the service write access to its database folder"),
        ("locked", "store-busy", "another process writes to this database; stop it or try again"),
        ("malformed", "database-corrupt", "stop, keep the files, run `kept verify`, then restore a backup"),
        ("not a database", "database-corrupt", "stop, keep the files, run `kept verify`, then restore a backup"),
    ):
        if needle in text:
            return StoreError(f"the database answered: {text}", reason=reason, hint=hint, clause="§5.6")
    return StoreError(
        f"the database answered: {text}",
        reason="store-unwritable",
        hint="look at the disk and the database files; nothing acknowledged was lost",
        clause="§5.6",
    )


class _Connection:
    """A transaction over one SQLite connection; every call finishes before it returns."""

    def __init__(self, connection: sqlite3.Connection, part: str) -> None:
        self.connection = connection
        self._sql = {name: query.sql for name, query in queries(part).items()}

    async def one(self, query: str, /, **parameters: object) -> Row | None:
        cursor = self.connection.execute(self._sql[query], parameters)
        row = cursor.fetchone()
        cursor.close()
        return cast("Row | None", row)

    async def all(self, query: str, /, **parameters: object) -> list[Row]:
        return self.connection.execute(self._sql[query], parameters).fetchall()

    async def each(self, query: str, rows: Iterable[Mapping[str, object]], /) -> list[Row | None]:
        sql, execute = self._sql[query], self.connection.execute
        answers = []
        for parameters in rows:
            found = execute(sql, parameters).fetchall()
            answers.append(found[0] if found else None)
        return answers

    async def run(self, query: str, /, **parameters: object) -> int:
        return self.connection.execute(self._sql[query], parameters).rowcount

    async def many(self, query: str, rows: Iterable[Mapping[str, object]], /) -> int:
        return self.connection.executemany(self._sql[query], rows).rowcount


def _drive(body: Body[T], transaction: _Connection) -> T:
    coroutine = cast("Any", body(transaction))
    try:
        coroutine.send(None)
    except StopIteration as done:
        return cast("T", done.value)
    coroutine.close()
    raise RuntimeError("a transaction's body may await nothing but its transaction")


class _Job:
    __slots__ = ("body", "error", "future", "loop", "result")

    def __init__(self, body: Body[Any], loop: asyncio.AbstractEventLoop) -> None:
        self.body = body
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None


class SqliteStore:
    """One SQLite database.

    Args:
        path: The file; its folder exists.
        part: `data` or `keys`.
        create: Whether to make it when it is not there.

    Raises:
        SettingError: The file is missing, is the other part, or was written by a newer version.
        StoreError: The file is not a sound database.
    """

    def __init__(self, path: Path, part: str, *, create: bool = False) -> None:
        self.path = path
        self.part = part
        self._pid = os.getpid()
        if not path.exists():
            if not create:
                raise SettingError(
                    f"expected a database {path.name}, found none",
                    reason="database-missing",
                    hint="run `kept init`, or check the address of the store",
                )
            path.touch(mode=0o600)
        try:
            self._writer = self._connect()
            self._prepare()
            self._reader = self._connect()
            self._reader.execute("PRAGMA query_only = ON")
        except sqlite3.Error as error:
            raise store_error(error) from error
        self._read = _Connection(self._reader, part)
        self._write = _Connection(self._writer, part)
        self._lock = threading.Lock()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name=f"kept-{part}-writer", daemon=True)
        self._thread.start()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=BUSY_MILLISECONDS / 1000
        )
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
            "trusted_schema = OFF",
            "cache_size = -32000",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        return connection

    def _prepare(self) -> None:
        application = self._writer.execute("PRAGMA application_id").fetchone()[0]
        version = self._writer.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and application == 0:
            self._writer.executescript(
                f"BEGIN IMMEDIATE; {schema(self.part)} PRAGMA application_id = {APPLICATION_IDS[self.part]};"
                f" PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )
        elif application != APPLICATION_IDS[self.part]:
            raise SettingError(
                f"expected the {self.part} database, found {self.path.name} to be another file",
                reason="database-other",
                hint="check the addresses of both databases; they may be exchanged",
            )
        elif version > SCHEMA_VERSION:
            raise SettingError(
                f"expected schema {SCHEMA_VERSION} or older, found {version}",
                reason="database-newer",
                hint="install the version of Kept that wrote it, or a newer one",
            )

    async def read(self, body: Body[T]) -> T:
        """Run *body* over one consistent read-only snapshot; see `Store.read`."""
        self._check_usable()
        reader = self._reader
        try:
            reader.execute("BEGIN")
            try:
                return _drive(body, self._read)
            finally:
                reader.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise store_error(error) from error

    async def write(self, body: Body[T]) -> T:
        """Run *body* in one transaction and return once it is durable; see `Store.write`."""
        self._check_usable()
        job = _Job(body, asyncio.get_running_loop())
        self._jobs.put(job)
        return cast("T", await asyncio.shield(job.future))

    async def close(self) -> None:
        """Finish what was begun and let go of the file."""
        if self._closed:
            return
        self._closed = True
        self._jobs.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        self._reader.close()
        self._writer.close()

    def check_integrity(self) -> list[str]:
        """Return what SQLite's own check finds wrong; empty when nothing."""
        try:
            rows = self._reader.execute("PRAGMA integrity_check").fetchall()
        except sqlite3.Error as error:
            return [str(error)]
        return [row[0] for row in rows if row[0] != "ok"]

    def scrub(self) -> bool:
        """Rewrite the file without the pages of deleted rows; True when nothing of them can be left in it."""
        try:
            self._writer.execute("VACUUM")
            busy, _, _ = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error:
            return False
        return not busy

    async def scrubbed(self) -> bool:
        """Like `scrub`, on the writer thread between two batches."""

        async def body(_: object) -> None:
            return None

        await self.write(body)  # everything queued before is done
        return await asyncio.get_running_loop().run_in_executor(None, self._scrub_locked)

    def _scrub_locked(self) -> bool:
        with self._lock:
            return self.scrub()

    def _check_usable(self) -> None:
        if self._closed:
            raise StoreError("the database is closed", reason="store-closed", hint="open it again")
        if os.getpid() != self._pid:
            raise RuntimeError("a store was used after fork: open it in the process that uses it")

    # ------------------------------------------------------------ writer thread



    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            batch = [job]
            while len(batch) < BATCH_AT_MOST:
                try:
                    following = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    self._jobs.put(None)
                    break
                batch.append(following)
            with self._lock:
                try:
                    self._commit(batch)
                except sqlite3.Error as error:
                    if len(batch) == 1:
                        batch[0].error = store_error(error)
                    else:
                        for one in batch:
                            self._alone(one)
            loops = {one.loop for one in batch}
            for loop in loops:
                try:
                    loop.call_soon_threadsafe(_answer, [one for one in batch if one.loop is loop])
                except RuntimeError:  # the loop is closed: nobody waits any more
                    continue

    def _alone(self, job: _Job) -> None:
        job.error = job.result = None
        try:
            self._commit([job])
        except sqlite3.Error as error:
            job.error = store_error(error)

    def _commit(self, batch: list[_Job]) -> None:
        writer = self._writer
        writer.execute("BEGIN IMMEDIATE")
        try:
            for job in batch:
                writer.execute("SAVEPOINT body")
                try:
                    job.result = _drive(job.body, self._write)
                except sqlite3.IntegrityError as error:
                    writer.execute("ROLLBACK TO body")
                    job.error = store_error(error)
                except sqlite3.Error:
                    raise
                except Exception as error:  # noqa: BLE001 -- whatever a body raises goes to its caller, rolled back alone
                    writer.execute("ROLLBACK TO body")
                    job.error = error
                writer.execute("RELEASE body")
            writer.execute("COMMIT")
        except sqlite3.Error:
            if writer.in_transaction:
                writer.execute("ROLLBACK")
            raise


def _answer(batch: list[_Job]) -> None:
    for job in batch:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)


def raw_count(folder: Path, stem: str, needles: Iterable[bytes]) -> dict[bytes, int]:
    """Count how often each needle stands in the raw bytes of every file whose name begins with *stem*."""
    counts = dict.fromkeys(needles, 0)
    for file in sorted(folder.glob(f"{stem}*")):
        if file.is_file():
            content = file.read_bytes()
            for needle in counts:
                counts[needle] += content.count(needle)
    return counts
