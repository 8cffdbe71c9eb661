"""What an account is known by: numbers and names we made, and what it signs in with. They point to a person, so they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from kept.services.accounts.accounts import login_name_of
from kept.services.accounts.guesses import Seen, seen_at
from kept.services.accounts.passkeys import Passkey, passkeys_of
from kept.services.accounts.remember_me import Device, devices_of
from kept.services.engine.engine import Engine
from kept.services.gate.own_session import Own
from kept.store import sql
from kept.store.interface import Transaction


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that is open.

    Args:
        id: By which it is ended, hex; it opens nothing.
        since: Unix seconds.
        until: Unix seconds.
        here: Whether it is the one that asks.
    """

    id: str
    since: float
    until: float
    here: bool


@dataclass(frozen=True, slots=True)
class KnownBy:
    """What an account is known by, beside what the person gave.

    Args:
        number: Of the person, within this installation, hex; no cookie and no page of anybody else holds it.
        login_name: Issued by us; empty for who has none.
        password_since: When the password was last set, unix seconds; None without one. It is kept hashed.
        recovery_codes: How many are left; they are kept hashed.
        passkeys: The oldest first.
        sessions: Open now, the oldest first.
        devices: Remembered, so that no password need be typed; the last used first.
        seen: What the sign-in saw at the account lately: guesses, and what is out of the ordinary; the newest day first.
    """

    number: str
    login_name: str
    password_since: float | None
    recovery_codes: int
    passkeys: tuple[Passkey, ...]
    sessions: tuple[SignedIn, ...]
    devices: tuple[Device, ...]
    seen: tuple[Seen, ...] = ()


async def known_by(engine: Engine, own: Own) -> KnownBy:
    """Return what a person's account is known by.

    Args:
        engine: Open.
        own: Their session.
    """
    devices = tuple(await devices_of(engine, own))
    seen = await seen_at(engine, own.person_id)
    login_name, passkeys = await login_name_of(engine, own.person_id), await passkeys_of(engine, own.person_id)
    at = engine.clock.now()

    async def body(tx: Transaction) -> KnownBy:
        password = await tx.one(sql.PasswordGet, person_id=own.person_id)
        return KnownBy(
            number=own.person_id.hex(),
            login_name=login_name,
            password_since=password.changed_at if password else None,
            recovery_codes=await tx.value(sql.RecoveryCodesLeft, person_id=own.person_id) or 0,
            passkeys=passkeys,
            sessions=tuple(
                SignedIn(one.token_hash.hex(), one.created_at, one.expires_at, one.token_hash == own.token_hash)
                for one in await tx.all(sql.SessionsOf, person_id=own.person_id)
                if one.expires_at > at
            ),
            devices=devices,
            seen=seen,
        )

    return await engine.data.read(body)
