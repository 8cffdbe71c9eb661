"""Customers' accounts in D: login names, passwords, passkeys, recovery codes, sessions."""

from __future__ import annotations

import pytest

from kept.errors import ConflictError
from kept.store import sql

MORI, SATO = b"m" * 16, b"s" * 16


def test_a_login_name_belongs_to_one_person(data):
    """The name leads to its person, is never given twice, and goes with the person."""
    data.insert("login_insert", login_name="plum-42", person_id=MORI)
    with pytest.raises(ConflictError):
        data.insert("login_insert", login_name="plum-42", person_id=SATO)
    assert data.one(sql.LoginGet, login_name="plum-42") == (MORI,)
    assert data.one(sql.LoginGet, login_name="pear-1") is None
    assert data.run("login_erase", person_id=MORI) == 1
    assert data.one(sql.LoginGet, login_name="plum-42") is None


def test_what_a_person_signs_in_by_is_listed_and_one_is_taken_away(data):
    """A passkey's line goes with the passkey, and only with its own person's."""
    for name in ("plum-42", "passkey:aa"):
        data.insert("login_insert", login_name=name, person_id=MORI)
    data.insert("login_insert", login_name="passkey:bb", person_id=SATO)
    assert sorted(name for (name,) in data.all(sql.LoginNames, person_id=MORI)) == ["passkey:aa", "plum-42"]
    assert data.run("login_delete", person_id=MORI, login_name="passkey:bb") == 0
    assert data.run("login_delete", person_id=MORI, login_name="passkey:aa") == 1
    assert data.one(sql.LoginGet, login_name="passkey:aa") is None


def test_a_password_is_replaced_and_goes_with_the_person(data):
    """One hash a person, the newest."""
    data.run("password_put", person_id=MORI, hash="first", changed_at=1.0)
    data.run("password_put", person_id=MORI, hash="before", changed_at=2.0)
    assert [data.run("password_again", person_id=MORI, was="before", hash="second") for _ in range(2)] == [1, 0]
    assert data.one(sql.PasswordGet, person_id=SATO) is None
    assert data.one(sql.PasswordGet, person_id=MORI) == ("second", 2.0)
    assert data.run("password_erase", person_id=MORI) == 1
    assert data.one(sql.PasswordGet, person_id=MORI) is None


def test_a_recovery_code_works_once(data):
    """The second use of a code, and another person's code, change nothing."""
    for code_hash in ("a", "b"):
        data.insert("recovery_code_insert", person_id=MORI, code_hash=code_hash)
    assert data.one(sql.RecoveryCodesLeft, person_id=MORI) == (2,)
    assert data.run("recovery_code_use", person_id=SATO, code_hash="a", at=5.0) == 0
    assert data.run("recovery_code_use", person_id=MORI, code_hash="a", at=5.0) == 1
    assert data.run("recovery_code_use", person_id=MORI, code_hash="a", at=6.0) == 0
    assert data.one(sql.RecoveryCodesLeft, person_id=MORI) == (1,)
    assert data.run("recovery_code_erase", person_id=MORI) == 2
    assert data.one(sql.RecoveryCodesLeft, person_id=MORI) == (0,)


def test_passkeys_are_counted_up_and_listed(data):
    """Using one passkey leaves the others as they are."""
    for credential_id, created_at in ((b"phone", 2.0), (b"laptop", 1.0)):
        data.insert("passkey_insert", person_id=MORI, credential_id=credential_id, created_at=created_at, sign_count=0)
    assert data.run("passkey_used", person_id=MORI, credential_id=b"phone", sign_count=7, at=9.0) == 1
    assert data.one(sql.PasskeyGet, person_id=MORI, credential_id=b"phone") == (b"public_key", 7)
    assert data.run("passkey_name", person_id=MORI, credential_id=b"phone", key_id="k2", sealed=b"named") == 1
    assert data.run("passkey_name", person_id=SATO, credential_id=b"phone", key_id="k2", sealed=b"named") == 0
    assert data.all(sql.Passkeys, person_id=MORI) == [
        (b"laptop", "key_id", b"sealed", 1.0, None),
        (b"phone", "k2", b"named", 2.0, 9.0),
    ]
    assert data.run("passkey_delete", person_id=SATO, credential_id=b"laptop") == 0
    assert data.run("passkey_delete", person_id=MORI, credential_id=b"laptop") == 1
    data.insert("passkey_insert", person_id=MORI, credential_id=b"laptop", created_at=1.0, sign_count=0)
    assert data.run("passkey_erase", person_id=MORI) == 2
    assert data.one(sql.PasskeyGet, person_id=MORI, credential_id=b"phone") is None


def test_a_session_is_its_persons_alone(data):
    """A token opens a session only together with the person it was made for."""
    data.insert("session_insert", person_id=MORI, token_hash=b"t1", created_at=1.0, signed_in_at=2.0, expires_at=3.0)
    assert data.one(sql.SessionGet, person_id=MORI, token_hash=b"t1") == (1.0, 2.0, 3.0)
    assert data.one(sql.SessionGet, person_id=SATO, token_hash=b"t1") is None
    assert data.all(sql.SessionsOf, person_id=MORI) == [(b"t1", 1.0, 3.0)]
    assert data.all(sql.SessionsOf, person_id=SATO) == []
    assert data.run("session_delete", person_id=MORI, token_hash=b"t1") == 1
    assert data.one(sql.SessionGet, person_id=MORI, token_hash=b"t1") is None


def test_sessions_end_by_time_and_with_the_person(data):
    """Sweeping takes what is over and nothing else; signing out everywhere takes one person's."""
    for person_id, token_hash, expires_at in ((MORI, b"a", 10.0), (MORI, b"b", 20.0), (SATO, b"c", 20.0)):
        data.insert("session_insert", person_id=person_id, token_hash=token_hash, expires_at=expires_at)
    assert data.run("sessions_expire", at=15.0) == 1
    assert data.run("session_erase", person_id=MORI) == 1
    assert data.one(sql.SessionGet, person_id=SATO, token_hash=b"c") == (1000.5, 1000.5, 20.0)


def test_a_system_calls_a_person_one_thing(data):
    """A second id of the same system is refused; erasing takes those of all systems."""
    for system in ("shop", "club"):
        data.insert("external_id_insert", person_id=MORI, system=system, key_id="k", sealed=b"s")
    with pytest.raises(ConflictError):
        data.insert("external_id_insert", person_id=MORI, system="shop", key_id="k", sealed=b"t")
    assert data.all(sql.ExternalIds, person_id=MORI) == [("club", "k", b"s"), ("shop", "k", b"s")]
    assert data.run("external_id_delete", person_id=MORI, system="shop") == 1
    assert data.run("external_id_erase", person_id=MORI) == 1
    assert data.all(sql.ExternalIds, person_id=MORI) == []


def test_what_is_shown_once_is_its_sessions_alone(data):
    """The newest of a kind, for one session, until it is closed or over."""
    one = {"person_id": MORI, "token_hash": b"t1", "kind": "Codes"}
    for sealed, ends_at in ((b"first", 5.0), (b"second", 6.0)):
        data.run("shown_once_put", **one, key_id="k", sealed=sealed, expires_at=ends_at)
    data.run("shown_once_put", **{**one, "token_hash": b"t2"}, key_id="k", sealed=b"other", expires_at=20.0)
    assert data.one(sql.ShownOnceGet, **one) == ("k", b"second", 6.0)
    assert data.one(sql.ShownOnceGet, **{**one, "person_id": SATO}) is None
    assert data.run("shown_once_expire", at=7.0) == 1
    assert data.run("shown_once_delete", **one) == 0
    assert data.run("shown_once_delete", **{**one, "token_hash": b"t2"}) == 1
    data.run("shown_once_put", **one, key_id="k", sealed=b"third", expires_at=9.0)
    assert data.run("shown_once_erase", person_id=MORI) == 1


def test_a_link_code_is_the_newest_of_its_system_and_used_once(data):
    """A code leads to its person and system; an older one of the system leads nowhere, nor does a used one."""
    for code in (b"old", b"new"):
        data.run("link_code_put", person_id=MORI, system="till", code_hash=code, expires_at=10.0)
    assert data.one(sql.LinkCodeFind, code_hash=b"old") is None
    assert data.one(sql.LinkCodeFind, code_hash=b"new") == (MORI, "till", 10.0)
    assert data.run("link_code_use", person_id=MORI, system="till", code_hash=b"old") == 0
    assert data.run("link_code_use", person_id=MORI, system="till", code_hash=b"new") == 1
    for system, ends_at in (("till", 5.0), ("club", 15.0)):
        data.run("link_code_put", person_id=MORI, system=system, code_hash=system.encode(), expires_at=ends_at)
    assert data.run("link_codes_expire", at=10.0) == 1
    assert data.run("link_code_erase", person_id=MORI) == 1
