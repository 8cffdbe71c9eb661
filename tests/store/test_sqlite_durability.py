"""Acknowledged means durable: one commit for all that wait, and a kill at any moment loses none of it."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time

import pytest

from kept.store import sql
from kept.store.sqlite import SqliteStore


def test_bodies_that_arrive_during_a_flush_share_the_next_commit(sqlite_data):
    """64 callers at once need a few commits, not 64; a caller alone needs one, without a savepoint."""
    statements = []
    sqlite_data.store._writer.set_trace_callback(statements.append)

    async def together():
        await asyncio.gather(
            *(sqlite_data.store.write(lambda tx, n=n: tx.run("meta_put", name=str(n), value="")) for n in range(64))
        )

    with sqlite_data.store._lock:  # a flush is under way
        task = sqlite_data._runner.get_loop().create_task(together())
        sqlite_data.await_(asyncio.sleep(0.01))
    sqlite_data.await_(wait_for(task))
    assert 1 <= statements.count("COMMIT") <= 3
    statements.clear()
    sqlite_data.run("meta_put", name="alone", value="")
    assert [one.split()[0] for one in statements] == ["BEGIN", "PRAGMA", "INSERT", "COMMIT"]


async def wait_for(task):
    """Wait for *task*."""
    return await task


def test_closing_finishes_what_was_begun(tmp_path, runner):
    """Writes asked for before the close are answered and there afterwards."""
    path = tmp_path / "shop.db"
    store = SqliteStore(path, "data", create=True)

    async def last_words():
        calls = [
            asyncio.ensure_future(store.write(lambda tx, n=n: tx.run("meta_put", name=str(n), value="")))
            for n in range(20)
        ]
        await asyncio.sleep(0)
        await store.close()
        return await asyncio.gather(*calls)

    assert runner.run(last_words()) == [1] * 20
    again = SqliteStore(path, "data")
    assert runner.run(again.one(sql.MetaGet, name="19")) == ("",)
    runner.run(again.close())


WRITER = """
import asyncio, os, sys
from pathlib import Path
from kept.store.sqlite import SqliteStore

async def caller(store, number):
    turn = 0
    while True:
        name = f"{number}-{turn}"
        async def body(tx):
            await tx.run("notice_put", notice_id=name, body=name.encode() * 40)
            await tx.run("notice_put", notice_id=f"twin of {name}", body=b"")
        await store.write(body)
        os.write(1, f"{name}\\n".encode())
        turn += 1

async def main():
    store = SqliteStore(Path(sys.argv[1]), "data", create=True)
    await asyncio.gather(*(caller(store, number) for number in range(16)))

asyncio.run(main())
"""


@pytest.mark.parametrize("after_seconds", [0.02, 0.07, 0.11, 0.19])
def test_a_kill_loses_nothing_acknowledged_and_halves_nothing(tmp_path, runner, after_seconds):
    """SIGKILL under load: each acknowledged row is there, each row has its twin, the file is sound."""
    path = tmp_path / "shop.db"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as process:  # noqa: S603 -- our own interpreter
        first = process.stdout.readline()
        time.sleep(after_seconds)
        process.kill()
        said = first + process.stdout.read()
    assert process.returncode == -signal.SIGKILL
    acknowledged = said.decode().split("\n")[:-1]
    assert len(acknowledged) > 5
    store = SqliteStore(path, "data")
    assert store.check_integrity() == []

    async def look(tx):
        bodies = await tx.each(sql.NoticeGet, [{"notice_id": name} for name in acknowledged])
        twins = await tx.each(sql.NoticeGet, [{"notice_id": f"twin of {name}"} for name in acknowledged])
        return bodies, twins

    bodies, twins = runner.run(store.read(look))
    assert bodies == [(name.encode() * 40,) for name in acknowledged]
    assert twins == [(b"",)] * len(acknowledged)
    rows = store._reader.execute("SELECT COUNT(*) FROM notice WHERE notice_id NOT LIKE 'twin of %'").fetchone()
    assert store._reader.execute("SELECT COUNT(*) FROM notice").fetchone() == (2 * rows[0],)
    runner.run(store.close())
