"""Every driver: a row of a bound table that was edited, moved or added by hand is refused where it is used."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from kept.errors import SealError
from kept.store import sql
from kept.vault.rows import RowSeals

KEY = RowSeals(b"b" * 32, "data")
PERSON, OTHER = b"p" * 16, b"o" * 16
SESSION = {"token_hash": b"t" * 32, "created_at": 1.0, "signed_in_at": 1.0, "expires_at": 90.0}


@pytest.fixture
def bound(data):
    """Database D with two sessions."""
    data.store.bind(KEY, lambda _: None)
    for person_id, token in ((PERSON, b"t" * 32), (OTHER, b"u" * 32)):
        data.run("session_insert", **{**SESSION, "person_id": person_id, "token_hash": token})
    return data


def by_hand(desk, statement, *values):
    """Write as somebody does who holds the file and no key."""
    with sqlite3.connect(desk.store.path) as connection:
        connection.execute(statement, values)
    connection.close()


def wrong(desk, *scope):
    """Return which tables of a scope do not add up."""
    return desk.await_(desk.store.reckon(scope)).wrong


def page(desk, table):
    """Return which rows of *table* hold."""
    return [row.holds for row in desk.await_(desk.store.bound_page(table, (), 10))]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE session SET expires_at = 1e12 WHERE person_id = X'70707070707070707070707070707070'",
        "UPDATE session SET person_id = CAST('qqqqqqqqqqqqqqqq' AS BLOB) WHERE person_id = CAST('pppppppppppppppp' AS BLOB)",
        "UPDATE session SET row_seal = (SELECT row_seal FROM session WHERE person_id = X'6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f')",
        "UPDATE session SET row_seal = NULL",
    ],
    ids=["a column edited", "moved to another person", "another row's seal", "no seal"],
)
def test_a_row_written_by_hand_is_refused_where_it_is_read(bound, statement):
    """Unknown means no: the row is not answered, and verification tells it from the others."""
    by_hand(bound, statement)
    assert False in page(bound, "session")
    refused = 0
    for person_id in (PERSON, b"q" * 16):
        try:
            bound.all(sql.SessionsOf, person_id=person_id)
        except SealError as error:
            refused += error.reason == "row-rewritten"
    assert refused == 1


def test_a_row_added_by_hand_is_refused(bound):
    """Who holds the file and no key cannot make a session."""
    by_hand(bound, "INSERT INTO session VALUES (?, ?, 1.0, 1.0, 1e12, ?)", PERSON, b"x" * 32, b"s" * 16)
    with pytest.raises(SealError, match="session"):
        bound.all(sql.SessionsOf, person_id=PERSON)


def test_a_forged_row_is_not_sealed_by_being_changed(bound):
    """A statement that touches a forged row refuses, and leaves it as it was."""
    bound.run("password_put", person_id=PERSON, hash="old", changed_at=1.0)
    by_hand(bound, "UPDATE password SET hash = 'mine'")
    with pytest.raises(SealError):
        bound.run("password_put", person_id=PERSON, hash="new", changed_at=2.0)
    assert page(bound, "password") == [False]


def test_a_row_that_takes_the_place_of_another_is_looked_at(bound):
    """A write that finds its row there looks at it first."""
    bound.run("meta_put", name="active_policy", value="a")
    by_hand(bound, "UPDATE meta SET value = 'b'")
    with pytest.raises(SealError):
        bound.run("meta_put", name="active_policy", value="c")


def test_what_was_written_before_there_was_a_key_is_adopted_once(sqlite_data):
    """The first start seals what it wrote before it had a key."""
    with sqlite3.connect(sqlite_data.store.path) as connection:
        connection.execute("INSERT INTO meta (name, value) VALUES ('a', 'b')")
    connection.close()
    sqlite_data.store.bind(KEY, lambda _: None)
    assert page(sqlite_data, "meta") == [False]
    sqlite_data.await_(sqlite_data.store.adopt("meta"))
    assert page(sqlite_data, "meta") == [True]
    assert sqlite_data.one(sql.MetaGet, name="a") == ("b",)


def test_what_nothing_rests_on_is_not_sealed(bound):
    """A column that is harmless may change without a seal."""
    bound.insert("passkey_insert", person_id=PERSON, credential_id=b"c")
    by_hand(bound, "UPDATE passkey SET last_used_at = 5.0")
    assert page(bound, "passkey") == [True]
    assert bound.one(sql.PasskeyGet, person_id=PERSON, credential_id=b"c") is not None


def test_every_page_of_a_table_is_looked_at(bound):
    """Paging by the key answers each row once."""
    first = bound.await_(bound.store.bound_page("session", (), 1))
    second = bound.await_(bound.store.bound_page("session", first[0].key, 1))
    assert {first[0].key[0], second[0].key[0]} == {PERSON, OTHER}
    assert bound.await_(bound.store.bound_page("session", second[0].key, 1)) == []


def test_a_missing_row_does_not_add_up(bound):
    """A session that was deleted by hand is missed by its person's sums, and by nobody else's."""
    by_hand(bound, "DELETE FROM session WHERE person_id = ?", PERSON)
    assert wrong(bound, "person_id", PERSON) == ("session",)
    assert wrong(bound, "person_id", OTHER) == ()


def test_an_older_row_does_not_add_up(bound):
    """A row put back as it once was carries a seal that holds, and is not of the sum any more."""
    bound.run("password_put", person_id=PERSON, hash="old", changed_at=1.0)
    old = bound.await_(bound.store.bound_page("password", (), 1))
    seal = by_hand_one(bound, "SELECT row_seal FROM password")
    bound.run("password_put", person_id=PERSON, hash="new", changed_at=2.0)
    assert wrong(bound, "person_id", PERSON) == ()
    by_hand(bound, "UPDATE password SET hash = 'old', changed_at = 1.0, row_seal = ?", seal)
    assert page(bound, "password") == [old[0].holds]
    assert wrong(bound, "person_id", PERSON) == ("password",)


def by_hand_one(desk, statement):
    """Read the one value of the one row as somebody with the file does."""
    with sqlite3.connect(desk.store.path) as connection:
        ((value,),) = connection.execute(statement).fetchall()
    connection.close()
    return value


def test_sums_put_back_with_their_rows_have_a_lower_number(data):
    """The other database is told each new number, so that rows put back together with their sums are older than it knows."""
    told = []
    data.store.bind(KEY, lambda numbers: told.append(dict(numbers)))
    data.run("session_insert", **{**SESSION, "person_id": PERSON})
    data.run("session_delete", person_id=PERSON, token_hash=SESSION["token_hash"])
    assert told == [{("person_id", PERSON): 1}, {("person_id", PERSON): 2}]
    assert data.one(sql.PersonRowsGet, person_id=PERSON).changes == 2
    assert [row.person_id for row in data.all(sql.PersonRowsPage, after=b"", limit=9)] == [PERSON]
    assert wrong(data, "person_id", PERSON) == ()


def test_sums_made_by_hand_do_not_open(bound):
    """Whoever writes the file cannot make the sums fit what they deleted, and no write seals them anew."""
    sums = bound.one(sql.PersonRowsGet, person_id=OTHER)
    by_hand(
        bound, "UPDATE person_rows SET changes = ?, sealed = ? WHERE person_id = ?", sums.changes, sums.sealed, PERSON
    )
    with pytest.raises(SealError):
        wrong(bound, "person_id", PERSON)
    with pytest.raises(SealError):
        bound.run("session_erase", person_id=PERSON)


def test_a_table_that_opens_doors_is_added_up_where_it_is_used(bound):
    """A member of staff disabled and put back as before, or one deleted, is noticed by whoever reads the table next."""
    bound.insert("staff_insert", staff_id="abe", login="abe", last_counter=0, roles="support")
    bound.insert("staff_insert", staff_id="eve", login="eve", last_counter=0, roles="support")
    seal = by_hand_one(bound, "SELECT row_seal FROM staff WHERE staff_id = 'eve'")
    bound.run("staff_disable", staff_id="eve", at=9.0)
    assert len(bound.all(sql.StaffAll)) == 2
    by_hand(bound, "UPDATE staff SET disabled_at = NULL, row_seal = ? WHERE staff_id = 'eve'", seal)
    with pytest.raises(SealError) as refused:
        bound.all(sql.StaffAll)
    assert refused.value.reason == "rows-missing"


def test_a_transaction_that_failed_is_not_added_up(bound):
    """What was rolled back is in no sum."""

    async def body(tx):
        await tx.run("session_erase", person_id=PERSON)
        raise ValueError(PERSON)

    with pytest.raises(ValueError, match="p"):
        bound.write(body)
    assert wrong(bound, "person_id", PERSON) == ()
    assert bound.one(sql.PersonRowsGet, person_id=PERSON).changes == 1


def test_numbers_of_the_other_database_only_rise(data, keys):
    """A lower number is no news; forgetting them is a restore's."""
    for desk in (data, keys):
        for number in (3, 5, 4):
            desk.run("other_person_changes_put", person_id=PERSON, changes=number)
            desk.run("other_table_changes_put", table_name="staff", changes=number)
        assert desk.all(sql.OtherPersonChangesPage, after=b"", limit=9) == [(PERSON, 5)]
        assert desk.all(sql.OtherTableChanges) == [("staff", 5)]
        assert desk.run("other_person_changes_erase", person_id=PERSON) == 1
        assert desk.run("other_table_changes_forget") == 1
        desk.run("other_person_changes_put", person_id=PERSON, changes=1)
        assert desk.run("other_person_changes_forget") == 1


def test_sums_are_kept_and_erased_with_their_person(data, keys):
    """A person's sums go with them; a table's stay."""
    for desk in (data, keys):
        desk.run("person_rows_put", person_id=PERSON, changes=1, sealed=b"s")
        desk.run("table_rows_put", table_name="staff", changes=1, sealed=b"s")
        assert desk.one(sql.TableRowsGet, table_name="staff") == (1, b"s")
        assert desk.run("person_rows_erase", person_id=PERSON) == 1
        assert desk.one(sql.PersonRowsGet, person_id=PERSON) is None


def test_a_restore_says_what_a_database_is_of_once(data, keys):
    """A mark is put without keys, read and taken over by a start."""
    for desk in (data, keys):
        desk.run("restore_mark_put", name="data_restored", value="1.0")
        desk.run("restore_mark_put", name="data_restored", value="2.0")
        assert desk.all(sql.RestoreMarks) == [("data_restored", "2.0")]
        assert desk.run("restore_mark_delete", name="data_restored") == 1


def test_a_row_of_one_database_is_none_of_the_other(data, keys):
    """Some tables stand in both: who writes both moves no row, and no sums, from one to the other."""
    for desk in (data, keys):
        desk.store.bind(RowSeals(b"b" * 32, desk.store.part), lambda _: None)
    data.run("meta_put", name="restored", value="")
    keys.run("meta_put", name="restored", value="now")
    seal = by_hand_one(data, "SELECT row_seal FROM meta")
    sums = by_hand_one(data, "SELECT sealed FROM table_rows")
    by_hand(keys, "UPDATE meta SET value = '', row_seal = ?", seal)
    with pytest.raises(SealError):
        keys.one(sql.MetaGet, name="restored")
    by_hand(keys, "UPDATE table_rows SET sealed = ?", sums)
    with pytest.raises(SealError):
        wrong(keys, "table_name", "meta")


def test_a_number_of_what_was_rolled_back_is_not_remembered(sqlite_data):
    """Two writes share a commit that the disk refuses: the older number that is left is no rollback by somebody."""
    store = sqlite_data.store
    store.bind(KEY, lambda _: None)
    sqlite_data.insert("staff_insert", staff_id="abe", login="abe", last_counter=0, roles="support")
    turns = []

    async def counted(tx):
        turns.append("counted")
        await tx.run("staff_counter", staff_id="abe", counter=len(turns))
        if len(turns) > 2:
            raise ValueError(turns)

    async def looked_at(tx):
        turns.append("looked at")
        await tx.all(sql.StaffAll)
        if len(turns) == 2:
            raise sqlite3.OperationalError("disk I/O error")

    async def nothing(_):
        pass

    async def together():
        with store.paused():
            tasks = [asyncio.ensure_future(store.write(nothing))]
            await asyncio.sleep(0.05)
            tasks += [asyncio.ensure_future(store.write(one)) for one in (counted, looked_at)]
            await asyncio.sleep(0.05)
        return await asyncio.gather(*tasks, return_exceptions=True)

    answers = sqlite_data.await_(together())
    assert turns == ["counted", "looked at", "counted", "looked at"]
    assert [type(one) for one in answers] == [type(None), ValueError, type(None)]
    assert len(sqlite_data.all(sql.StaffAll)) == 1
