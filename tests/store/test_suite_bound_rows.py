"""Every driver: a row of a bound table that was edited, moved or added by hand is refused where it is used."""

from __future__ import annotations

import sqlite3

import pytest

from kept.errors import SealError
from kept.store import sql

KEY = b"b" * 32
PERSON, OTHER = b"p" * 16, b"o" * 16
SESSION = {"token_hash": b"t" * 32, "created_at": 1.0, "signed_in_at": 1.0, "expires_at": 90.0}


@pytest.fixture
def bound(data):
    """Database D with two sessions."""
    data.store.bind(KEY)
    for person_id, token in ((PERSON, b"t" * 32), (OTHER, b"u" * 32)):
        data.run("session_insert", **{**SESSION, "person_id": person_id, "token_hash": token})
    return data


def by_hand(desk, statement, *values):
    """Write as somebody does who holds the file and no key."""
    with sqlite3.connect(desk.store.path) as connection:
        connection.execute(statement, values)
    connection.close()


def page(desk, table):
    """Return which rows of *table* hold."""
    return [row.holds for row in desk.await_(desk.store.bound_page(table, (), 10))]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE session SET expires_at = 1e12 WHERE person_id = X'70707070707070707070707070707070'",
        "UPDATE session SET person_id = X'71717171717171717171717171717171' WHERE token_hash = CAST('tttttttttttttttttttttttttttttttt' AS BLOB)",
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
    assert sqlite_data.all(sql.MetaUnsealed) == [("a",)]
    sqlite_data.store.bind(KEY)
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
