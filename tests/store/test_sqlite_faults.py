"""Faults of the disk and the file: each ends as one of our errors, and nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from kept.errors import KeptError, StoreError
from kept.store import sql
from kept.store.queries import queries
from kept.store.sqlite import SqliteStore

BIG = b"x" * 20_000


def put(name, body=b""):
    """Return a body that inserts a notice, whatever its size."""
    return lambda tx: tx.run("notice_put", notice_id=name, body=body)


def refusal(desk, body):
    """Run *body*, which must fail with our own error."""
    with pytest.raises(StoreError) as caught:
        desk.write(body)
    assert caught.value.hint
    return caught.value.reason


def test_a_full_disk_refuses_the_write_and_keeps_what_was_acknowledged(sqlite_data):
    """The write that does not fit fails alone; reads go on; once there is room, so do writes."""
    sqlite_data.write(put("before"))
    writer = sqlite_data.store._writer
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages + 2}").fetchall()
    assert refusal(sqlite_data, put("large", BIG)) == "disk-full"
    assert sqlite_data.one(sql.NoticeGet, notice_id="large") is None
    assert sqlite_data.one(sql.NoticeGet, notice_id="before") == (b"",)
    writer.execute(f"PRAGMA max_page_count = {pages + 1000}").fetchall()
    assert sqlite_data.write(put("large", BIG)) == 1
    assert sqlite_data.store.check_integrity() == []


def test_a_full_disk_fails_only_the_bodies_that_do_not_fit(sqlite_data):
    """Bodies that shared a commit with the one too large are tried again alone, and pass."""
    writer = sqlite_data.store._writer
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages + 2}").fetchall()

    async def together():
        calls = [sqlite_data.store.write(put(str(number), BIG if number == 5 else b"")) for number in range(10)]
        return await asyncio.gather(*calls, return_exceptions=True)

    answers = sqlite_data.await_(together())
    assert [one for one in answers if one != 1] == [answers[5]]
    assert answers[5].reason == "disk-full"
    assert sqlite_data.one(sql.NoticeGet, notice_id="9") == (b"",)
    assert sqlite_data.one(sql.NoticeGet, notice_id="5") is None


LIMITED = """
import asyncio, resource, sys
from pathlib import Path
from kept.errors import StoreError
from kept.store.sqlite import SqliteStore

async def main():
    store = SqliteStore(Path(sys.argv[1]), "data", create=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_400_000, resource.RLIM_INFINITY))
    acknowledged = 0
    try:
        while True:
            name = str(acknowledged)
            await store.write(lambda tx: tx.run("notice_put", notice_id=name, body=b"x" * 20_000))
            acknowledged += 1
    except StoreError as error:
        reason = error.reason
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await store.write(lambda tx: tx.run("notice_put", notice_id="after", body=b""))
    await store.close()
    print(reason, acknowledged)

asyncio.run(main())
"""


def test_a_file_that_may_not_grow_loses_nothing_acknowledged(tmp_path, runner):
    """The operating system refuses the log another byte in the middle of a commit; every earlier commit is there."""
    path = tmp_path / "shop.db"
    ran = subprocess.run(  # noqa: S603 -- our own interpreter
        [sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, check=True
    )
    reason, acknowledged = ran.stdout.split()
    assert reason in {"store-unwritable", "disk-full"}
    assert int(acknowledged) > 3
    store = SqliteStore(path, "data")
    assert store.check_integrity() == []
    for name in [*map(str, range(int(acknowledged))), "after"]:
        assert runner.run(store.one(sql.NoticeGet, notice_id=name)) is not None
    assert runner.run(store.one(sql.NoticeGet, notice_id=acknowledged)) is None
    runner.run(store.close())


def test_a_database_another_process_is_writing_is_busy(sqlite_data):
    """After the wait the caller is told, every waiting body at once; when the other is done, writes pass."""
    sqlite_data.store._writer.execute("PRAGMA busy_timeout = 50").fetchall()
    other = sqlite3.connect(sqlite_data.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def together():
        calls = [sqlite_data.store.write(put(str(number))) for number in range(100)]
        return await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 3)

    assert {one.reason for one in sqlite_data.await_(together())} == {"store-busy"}
    assert sqlite_data.one(sql.NoticeGet, notice_id="1") is None
    other.execute("ROLLBACK")
    other.close()
    assert sqlite_data.write(put("1")) == 1


def test_a_read_keeps_its_snapshot_while_another_writes(sqlite_data):
    """What another process commits in the middle of a body does not change what the body sees."""
    sqlite_data.run("meta_put", name="a", value="old")
    other = sqlite3.connect(sqlite_data.store.path, isolation_level=None)

    async def body(tx):
        first = await tx.one(sql.MetaGet, name="a")
        other.execute("UPDATE meta SET value = 'new'")
        return first, await tx.one(sql.MetaGet, name="a")

    assert sqlite_data.read(body) == (("old",), ("old",))
    assert sqlite_data.one(sql.MetaGet, name="a") == ("new",)
    other.close()


def test_a_store_read_within_a_read_is_a_bug_of_its_caller(sqlite_data):
    """A body that reads the store instead of its transaction would leave its snapshot."""
    with pytest.raises(RuntimeError, match="let it use its transaction"):
        sqlite_data.read(lambda _: sqlite_data.store.one(sql.PeopleCount))
    assert sqlite_data.one(sql.PeopleCount) == (0,)


def test_a_caller_that_gives_up_does_not_stop_the_writer(sqlite_data):
    """A cancelled write is finished or undone as a whole, and the next ones pass."""

    async def give_up():
        task = asyncio.ensure_future(sqlite_data.store.write(put("1")))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return await sqlite_data.store.write(put("2"))

    assert sqlite_data.await_(give_up()) == 1
    assert sqlite_data.one(sql.NoticeGet, notice_id="1") == (b"",)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, asyncio.CancelledError, MemoryError])
def test_nothing_a_body_raises_ends_the_writer_thread(sqlite_data, kind):
    """Whatever leaves a body, its caller is answered and the next write passes."""
    asked = []

    async def body(tx):
        await tx.run("notice_put", notice_id="1", body=b"")
        raise kind

    async def both():
        asked.extend([sqlite_data.store.write(body), sqlite_data.store.write(put("2"))])
        return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 5)

    if kind in {KeyboardInterrupt, SystemExit}:
        with pytest.raises(kind):
            sqlite_data.await_(both())
    else:
        first, second = sqlite_data.await_(both())
        assert isinstance(first, kind | StoreError)
        assert second == 1
    assert sqlite_data.write(put("3")) == 1
    assert sqlite_data.one(sql.NoticeGet, notice_id="1") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_database_that_may_not_be_written_says_so():
    """A folder and file of somebody else are refused as read-only or unwritable, not with a traceback."""
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / "shop.db"
        asyncio.run(SqliteStore(path, "data", create=True).close())
        folder.chmod(0o755)
        path.chmod(0o644)
        os.seteuid(65534)
        try:
            with pytest.raises(StoreError) as caught:
                SqliteStore(path, "data")
        finally:
            os.seteuid(0)
        assert caught.value.reason in {"read-only", "store-unwritable"}
        assert caught.value.hint
    finally:
        shutil.rmtree(folder)


def test_a_connection_that_became_read_only_refuses_writes_and_reads_on(sqlite_data):
    """A file system remounted read-only is told as such."""
    sqlite_data.write(put("before"))
    sqlite_data.store._writer.execute("PRAGMA query_only = ON").fetchall()
    assert refusal(sqlite_data, put("late")) == "read-only"
    assert sqlite_data.one(sql.NoticeGet, notice_id="before") == (b"",)


# ---------------------------------------------------------------- damage


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The bytes of a small database D with rows in it, everything in the one file."""
    path = tmp_path_factory.mktemp("sound") / "shop.db"

    async def fill():
        store = SqliteStore(path, "data", create=True)
        for number in range(40):
            person_id = number.to_bytes(16, "big")
            await store.write(
                lambda tx, one=person_id: tx.run("state_insert", person_id=one, g=1, key_id="k", sealed=one * 9)
            )
            await store.write(
                lambda tx, one=person_id: tx.run(
                    "value_insert", person_id=one, slot="name", version=1, key_id="k", sealed=one * 9
                )
            )
        assert await store.scrubbed()
        await store.close()

    asyncio.run(fill())
    return path.read_bytes()


def use(path):
    """Open what lies at *path*, read all of it, write to it; return our error's reason, or None if all went well.

    Anything but our own error fails the test that asks.
    """

    async def everything():
        store = SqliteStore(path, "data")
        try:
            for query in queries("data").values():
                if query.columns and not query.parameters:
                    await store.all(sql.row_class(query))
            people = await store.all(sql.PeoplePage, after=b"", limit=1000)
            for (person_id,) in people:
                await store.all(sql.ValueAll, person_id=person_id)
                await store.one(sql.StateGet, person_id=person_id)
            await store.write(lambda tx: tx.run("meta_put", name="a", value="b"))
            return store.check_integrity()
        finally:
            await store.close()

    try:
        found = asyncio.run(everything())
    except KeptError as error:
        return error.reason
    return "integrity" if found else None


@pytest.mark.parametrize("seed", [0, 1, 2, 109])  # 109: a damaged name that Python cannot decode
def test_a_flipped_byte_gives_our_own_error_or_sound_structure(sound, tmp_path, seed):
    """Wherever a byte is flipped, no raw error of SQLite and no crash comes out."""
    luck = random.Random(seed)  # noqa: S311 -- the same flips every time
    met = set()
    for turn in range(60):
        place = luck.randrange(100) if turn % 3 == 0 else luck.randrange(len(sound))
        path = tmp_path / f"{turn}.db"
        path.write_bytes(sound[:place] + bytes([sound[place] ^ (1 << luck.randrange(8))]) + sound[place + 1 :])
        met.add(use(path))
    assert "database-corrupt" in met or "integrity" in met


@pytest.mark.parametrize("part_left", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_corrupt(sound, tmp_path, part_left):
    """Whatever is missing at the end, opening or the first reads say so."""
    path = tmp_path / "shop.db"
    path.write_bytes(sound[: int(len(sound) * part_left)])
    assert use(path) in {"database-corrupt", "integrity"}


def test_a_file_of_something_else_is_corrupt(tmp_path):
    """A text in place of the database is refused."""
    path = tmp_path / "shop.db"
    path.write_text("this is no database\n" * 500)
    assert use(path) == "database-corrupt"


def test_what_the_file_says_is_not_repeated_in_an_error(sqlite_data):
    """A text that is no UTF-8 is corrupt, and the error does not quote it."""
    sqlite_data.run("meta_put", name="a", value="canary")
    other = sqlite3.connect(sqlite_data.store.path)
    other.execute("UPDATE meta SET value = CAST(x'63616e617279ff' AS TEXT)")
    other.commit()
    other.close()
    with pytest.raises(StoreError) as caught:
        sqlite_data.one(sql.MetaGet, name="a")
    assert caught.value.reason == "database-corrupt"
    assert "canary" not in str(caught.value)
