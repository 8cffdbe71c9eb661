"""What a transaction is, on every store: all or nothing, alone, over one snapshot, durable when acknowledged."""

from __future__ import annotations

import asyncio

import pytest

from kept.errors import ConflictError, DeniedError, StoreError
from kept.store import sql

MORI, SATO = b"m" * 16, b"s" * 16


def fact(tx, name, value):
    """Set a small fact."""
    return tx.run("meta_put", name=name, value=value)


def test_a_body_that_raises_leaves_nothing(data):
    """Inserts, changes and deletions are undone together, and the caller gets the body's own error."""
    data.run("meta_put", name="kept", value="1")
    data.insert("state_insert", person_id=MORI)

    async def body(tx):
        await fact(tx, "kept", "2")
        await fact(tx, "new", "3")
        assert await tx.run("state_erase", person_id=MORI) == 1
        raise DeniedError("no", step=3)

    with pytest.raises(DeniedError) as caught:
        data.write(body)
    assert caught.value.step == 3
    assert data.one(sql.MetaGet, name="kept") == ("1",)
    assert data.one(sql.MetaGet, name="new") is None
    assert data.one(sql.PeopleCount) == (1,)


def test_a_body_sees_what_it_wrote(data):
    """Within a transaction the reads follow the writes."""

    async def body(tx):
        await fact(tx, "a", "1")
        return await tx.one(sql.MetaGet, name="a")

    assert data.write(body) == ("1",)


def test_who_was_told_of_a_write_reads_it(data):
    """Thirty callers write and read in the same turns of the loop: each reads what it just wrote, never what was before."""

    async def caller(number):
        for turn in range(20):
            await data.store.one(sql.MetaGet, name=f"{number}")
            await data.store.write(lambda tx, turn=turn: fact(tx, f"{number}", f"{turn}"))
            row = await data.store.one(sql.MetaGet, name=f"{number}")
            assert row == (f"{turn}",)

    async def all_at_once():
        await asyncio.gather(*(caller(number) for number in range(30)))

    data.await_(all_at_once())


def test_a_body_that_raises_is_rolled_back_alone(data):
    """Of bodies that share a commit only the one that raised is lost."""

    async def good(tx, number):
        await fact(tx, f"good {number}", "x")
        return number

    async def bad(tx, number):
        await fact(tx, f"bad {number}", "x")
        raise ValueError(number)

    async def all_at_once():
        calls = [
            data.store.write(lambda tx, number=number: (bad if number % 3 == 0 else good)(tx, number))
            for number in range(60)
        ]
        return await asyncio.gather(*calls, return_exceptions=True)

    answers = data.await_(all_at_once())
    for number, answer in enumerate(answers):
        if number % 3 == 0:
            assert isinstance(answer, ValueError)
            assert answer.args == (number,)
            assert data.one(sql.MetaGet, name=f"bad {number}") is None
        else:
            assert answer == number
            assert data.one(sql.MetaGet, name=f"good {number}") == ("x",)


def test_a_conflict_reaches_the_body_that_met_it(data):
    """The body that inserts a key twice meets our error, not the engine's, and its rows are gone with it."""
    met = []

    async def body(tx):
        await fact(tx, "before", "x")
        try:
            await tx.many("login_insert", [{"login_name": "n", "person_id": one} for one in (MORI, SATO)])
        except ConflictError as error:
            met.append(error.reason)
            raise

    with pytest.raises(ConflictError):
        data.write(body)
    assert met == ["exists"]
    assert data.one(sql.LoginGet, login_name="n") is None
    assert data.one(sql.MetaGet, name="before") is None


def test_a_body_may_await_nothing_but_its_transaction(data):
    """A body that waits for anything else would hold the lock meanwhile: it is refused and undone."""

    async def body(tx):
        await fact(tx, "a", "1")
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="await nothing but its transaction"):
        data.write(body)
    with pytest.raises(RuntimeError, match="await nothing but its transaction"):
        data.read(lambda _: asyncio.sleep(0))
    assert data.one(sql.MetaGet, name="a") is None


def test_a_read_cannot_write(data):
    """A body that writes in a read is a bug, found at once and without effect."""
    with pytest.raises(RuntimeError, match="this is a read"):
        data.read(lambda tx: fact(tx, "a", "1"))
    with pytest.raises(RuntimeError, match="this is a read"):
        data.read(lambda tx: tx.many("meta_put", [{"name": "a", "value": "1"}]))
    assert data.one(sql.MetaGet, name="a") is None


@pytest.mark.parametrize(
    "given",
    [{"name": "a"}, {"name": "a", "value": None}, {"name": "a", "value": object()}],
    ids=["missing", "none", "of no column's type"],
)
def test_a_statement_run_wrongly_is_a_bug_of_its_caller(data, given):
    """It is no fault of the database, and nobody is told to look at the disk."""
    with pytest.raises(RuntimeError):
        data.run("meta_put", **given)


def test_an_unknown_query_is_a_bug_of_its_caller(data):
    """There is no statement but the named ones."""
    with pytest.raises(KeyError):
        data.run("meta_drop")


def test_many_rows_are_counted(data):
    """`many` says how many rows were touched in all; none for none."""
    assert data.many("notice_put", [{"notice_id": one, "body": b""} for one in "abca"]) == 3
    assert data.many("notice_put", []) == 0


def test_a_closed_store_says_so(data):
    """Neither reads nor writes pass once it is closed; closing again does nothing."""
    data.await_(data.store.close())
    data.await_(data.store.close())
    for call in (data.store.read, data.store.write):
        with pytest.raises(StoreError) as caught:
            data.await_(call(lambda tx: tx.one(sql.PeopleCount)))
        assert caught.value.reason == "store-closed"
