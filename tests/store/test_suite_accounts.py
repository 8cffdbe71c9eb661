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


def test_a_password_is_replaced_and_goes_with_the_person(data):
    """One hash a person, the newest."""
    data.insert("password_insert", person_id=MORI, login_name="plum-42", hash="first", changed_at=1.0)
    assert data.run("password_set", person_id=MORI, hash="second", changed_at=2.0) == 1
    assert data.run("password_set", person_id=SATO, hash="nobody's", changed_at=2.0) == 0
    assert data.one(sql.PasswordGet, person_id=MORI) == ("plum-42", "second", 2.0)
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
    assert data.one(sql.PasskeyGet, person_id=MORI, credential_id=b"phone") == (b"public_key", 7, "transports")
    assert data.all(sql.Passkeys, person_id=MORI) == [
        (b"laptop", "transports", 1.0, None),
        (b"phone", "transports", 2.0, 9.0),
    ]
    assert data.run("passkey_erase", person_id=MORI) == 2
    assert data.one(sql.PasskeyGet, person_id=MORI, credential_id=b"phone") is None


def test_a_session_is_its_persons_alone(data):
    """A token opens a session only together with the person it was made for."""
    data.insert("session_insert", person_id=MORI, token_hash=b"t1", created_at=1.0, signed_in_at=2.0, expires_at=3.0)
    assert data.one(sql.SessionGet, person_id=MORI, token_hash=b"t1") == (1.0, 2.0, 3.0)
    assert data.one(sql.SessionGet, person_id=SATO, token_hash=b"t1") is None
    assert data.all(sql.SessionsOf, person_id=MORI) == [(1.0, 3.0)]
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
    assert data.run("external_id_erase", person_id=MORI) == 2
    assert data.all(sql.ExternalIds, person_id=MORI) == []
