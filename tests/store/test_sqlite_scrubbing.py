"""What was deleted leaves no byte behind: log, pages and index, searched in the raw files."""

from __future__ import annotations

import sqlite3

import pytest

from kept.errors import StoreError
from kept.store import sql
from kept.store.sqlite import SqliteStore, raw_count

MORI, SATO = b"m" * 16, b"s" * 16
CANARY = b"canary-of-mori-4711"
OTHER = b"canary-of-sato-4712"


def counts(store):
    """Count both canaries in every file of the database."""
    return raw_count(store.path.parent, store.path.name, [CANARY, OTHER])


@pytest.fixture
def installation(sqlite_data):
    """Two people with a canary each, in a value, a state and as an index key; half already moved into the file."""
    for person_id, canary in ((MORI, CANARY), (SATO, OTHER)):
        for version in range(50):
            sqlite_data.insert("value_insert", person_id=person_id, slot="name", version=version, sealed=canary * 20)
        sqlite_data.insert("session_insert", person_id=person_id, token_hash=canary)
        if person_id == MORI:
            assert sqlite_data.await_(sqlite_data.store.scrubbed())
        sqlite_data.insert("state_insert", person_id=person_id, sealed=canary)
    return sqlite_data


def delete(installation):
    """Delete everything of the first person."""
    for query in ("value_erase", "session_erase", "state_erase"):
        assert installation.run(query, person_id=MORI) > 0


def test_what_is_there_is_found_in_the_raw_files(installation):
    """The search itself works: both canaries are found, in the file and in the log."""
    found = counts(installation.store)
    assert found[CANARY] >= 1000
    assert found[OTHER] >= 1000


def test_scrubbing_leaves_no_byte_of_what_was_deleted(installation):
    """Nothing of the one, everything of the other, and the database is sound."""
    delete(installation)
    assert installation.await_(installation.store.scrubbed()) is True
    found = counts(installation.store)
    assert found[CANARY] == 0
    assert found[OTHER] >= 1000
    assert installation.store.check_integrity() == []
    assert len(installation.all(sql.ValueAll, person_id=SATO)) == 50


def test_scrubbing_empties_the_log(installation):
    """Afterwards the log holds no byte at all, so none of a deleted row."""
    delete(installation)
    log = installation.store.path.with_name(installation.store.path.name + "-wal")
    assert log.stat().st_size > 0
    assert installation.await_(installation.store.scrubbed()) is True
    assert log.stat().st_size == 0


def test_scrubbing_is_not_claimed_while_another_process_reads_what_was_deleted(installation):
    """An older snapshot keeps the log: the answer is False, and True once the reader is gone."""
    installation.store._writer.execute("PRAGMA busy_timeout = 50").fetchall()
    other = sqlite3.connect(installation.store.path, isolation_level=None)
    other.execute("BEGIN")
    assert other.execute("SELECT COUNT(*) FROM state").fetchone() == (2,)
    delete(installation)
    assert installation.await_(installation.store.scrubbed()) is False
    assert counts(installation.store)[CANARY] > 0
    other.execute("ROLLBACK")
    other.close()
    assert installation.await_(installation.store.scrubbed()) is True
    assert counts(installation.store)[CANARY] == 0


def test_no_read_or_write_leaves_a_cursor_that_blocks_scrubbing(installation):
    """Reads that take one row of many, and bodies that raise half way, leave nothing open."""

    async def half(tx):
        assert await tx.one(sql.ValueAll, person_id=SATO) is not None
        raise ValueError

    installation.one(sql.ValueAll, person_id=SATO)
    for call in (installation.read, installation.write):
        with pytest.raises(ValueError, match=r"^$"):
            call(half)
    delete(installation)
    assert installation.await_(installation.store.scrubbed()) is True
    assert counts(installation.store)[CANARY] == 0


def test_scrubbing_what_is_damaged_is_an_error_not_a_later(installation):
    """A file that cannot be rewritten at all is told, so that nobody waits for it for ever."""
    installation.store._writer.execute("PRAGMA query_only = ON").fetchall()
    with pytest.raises(StoreError):
        installation.await_(installation.store.scrubbed())


def test_the_raw_search_reads_the_files_of_this_database_only(tmp_path):
    """Every file whose name begins with the database's is read; a neighbour's is not."""
    for name in ("shop.db", "shop.db-wal", "shop.db-journal", "keys.db"):
        (tmp_path / name).write_bytes(b"xxABCxxABC")
    (tmp_path / "shop.db.d").mkdir()
    assert raw_count(tmp_path, "shop.db", [b"ABC", b"none"]) == {b"ABC": 6, b"none": 0}


def test_a_closed_store_is_not_scrubbed(tmp_path, runner):
    """Nobody claims a level for a file they no longer hold."""
    store = SqliteStore(tmp_path / "shop.db", "data", create=True)
    runner.run(store.close())
    with pytest.raises(StoreError):
        store.scrub()


def test_a_log_that_an_outside_reader_holds_shrinks_when_it_has_ended(sqlite_data):
    """It grows while somebody reads one snapshot, which holds nobody up, and afterwards it is small."""
    sqlite_data.run("meta_put", name="before", value="")
    reader = sqlite3.connect(sqlite_data.store.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM meta").fetchall()
    for number in range(40):
        sqlite_data.run("meta_put", name=f"{number}", value="x" * 100_000)
    grown = sqlite_data.store.log_bytes()
    assert grown > 4_000_000
    assert sqlite_data.await_(sqlite_data.store.shrink_log()) is False
    assert sqlite_data.store.log_bytes() >= grown
    reader.execute("ROLLBACK")
    reader.close()
    assert sqlite_data.await_(sqlite_data.store.shrink_log()) is True
    assert sqlite_data.store.log_bytes() == 0
    assert sqlite_data.one(sql.MetaGet, name="before") == ("",)
