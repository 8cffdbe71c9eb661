"""Remembered devices: a cookie that saves typing the password, renewed each time it is used.

A device has a series, known by the person, and a token that is good once. A token that was already renewed comes from a
copy, unless the same browser sent it in the same moment, as two tabs do: whoever holds it, the owner or a thief, every device
of the person is forgotten and every session ends.
"""

from __future__ import annotations

from dataclasses import dataclass

from kept import limits
from kept.crypto.digest import framed, same
from kept.crypto.random import random_bytes
from kept.errors import SignInError
from kept.policy.words import CookieDuty
from kept.services.accounts.accounts import start_session
from kept.services.accounts.cookie_life import life_of
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import insert_entries
from kept.services.engine.marks import new_mark, read_mark
from kept.services.engine.record import OWN, about_person, entry_of, record
from kept.services.gate.own_session import Own
from kept.store import sql
from kept.store.interface import Transaction

REMEMBERED = "remembered"


@dataclass(frozen=True, slots=True)
class Device:
    """A remembered device, as its owner sees it."""

    series: str
    since: float
    last_used_at: float
    ends_at: float


async def remember(engine: Engine, person_id: bytes) -> str:
    """Remember a device; return the cookie's value, which nothing else ever holds.

    Args:
        engine: Open.
        person_id: Just signed in.

    Raises:
        InputError: The policy in force declares no cookie for it.
    """
    at = engine.ready()
    ends_at = at + life_of(engine, CookieDuty.REMEMBER, limits.REMEMBERED_DEVICE_SECONDS)
    series, secret = random_bytes(16), random_bytes(16)

    async def body(tx: Transaction) -> None:
        for row in (await tx.all(sql.RememberedOf, person_id=person_id))[limits.REMEMBERED_DEVICES - 1 :]:
            await tx.run("remembered_delete", person_id=person_id, series=row.series)
        await tx.run(
            "remembered_insert",
            person_id=person_id,
            series=series,
            token_hash=engine.token_hash("remembered", secret),
            earlier_hash=b"",
            created_at=at,
            rotated_at=at,
            expires_at=ends_at,
        )

    await engine.data.write(body)
    return new_mark(engine, REMEMBERED, person_id + series + secret)


async def sign_in_remembered(engine: Engine, unverified: str, browser: str = "") -> tuple[str, str]:
    """Sign in with a remembered device.

    Args:
        engine: Open.
        unverified: The cookie's value, as the browser sent it.
        browser: What tells this browser from another, such as the mark it is known by, or the network it asks from: a value just
            replaced is good once more for the browser that sent it alone.

    Returns:
        The session's token, and the cookie's next value (empty after a double click: the other answer carries it).

    Raises:
        SignInError: Not a device we remember (`device-forgotten`), or a copy was used (`device-copied`).
    """
    at = engine.ready()
    person_id, series, secret = _parts(engine, unverified)
    known, fresh = engine.token_hash("remembered", secret), random_bytes(16)
    sent_by = engine.token_hash("remembered", framed(secret, browser.encode()))

    async def body(tx: Transaction) -> tuple[str, float]:
        row = await tx.one(sql.RememberedGet, person_id=person_id, series=series)
        if row is None or row.expires_at <= at:
            return "forgotten", 0.0
        if same(row.token_hash, known):
            await tx.run(
                "remembered_rotate",
                person_id=person_id,
                series=series,
                token_hash=engine.token_hash("remembered", fresh),
                earlier_hash=sent_by,
                rotated_at=at,
                expected_hash=known,
            )
            return "renewed", row.created_at
        if (
            row.earlier_hash
            and same(row.earlier_hash, sent_by)
            and at - row.rotated_at <= limits.REMEMBERED_AGAIN_SECONDS
        ):
            return "again", row.created_at
        await tx.run("remembered_erase", person_id=person_id)
        await tx.run("session_erase", person_id=person_id)
        return "copied", 0.0

    found, since = await engine.data.write(body)
    if found == "forgotten":
        raise _forgotten()
    if found == "copied":
        concerning = await about_person(engine, person_id)
        await record(engine, OWN, Act.DEVICE_COPIED, concerning, at=at, outcome=Outcome.REFUSED)
        raise SignInError(
            "this device's cookie was used from a copy",
            reason="device-copied",
            hint="every device was forgotten and every session ended; sign in once more, and look at my data",
            rests_on="cookies:remember",
        )
    token = await start_session(engine, person_id, signed_in_at=since)
    return token, new_mark(engine, REMEMBERED, person_id + series + fresh) if found == "renewed" else ""


async def devices_of(engine: Engine, own: Own) -> list[Device]:
    """Return the devices remembered for a person, the last used first."""
    rows = await engine.data.all(sql.RememberedOf, person_id=own.person_id)
    return [Device(row.series.hex(), row.created_at, row.rotated_at, row.expires_at) for row in rows]


async def forget(engine: Engine, own: Own, series: str = "") -> None:
    """Forget one device, or all of them.

    Args:
        engine: Open.
        own: Whose.
        series: Hex, as listed; empty for all.
    """
    try:
        raw = bytes.fromhex(series)
    except ValueError:
        raw = b"-"

    at = engine.ready()
    entry = entry_of(engine, own.acting(), Act.DEVICE_FORGET, await about_person(engine, own.person_id), at=at)

    async def body(tx: Transaction) -> None:
        if series:
            gone = await tx.run("remembered_delete", person_id=own.person_id, series=raw)
        else:
            gone = await tx.run("remembered_erase", person_id=own.person_id)
        if gone:
            await insert_entries(tx, [entry], at)

    await engine.data.write(body)


async def forget_cookie(engine: Engine, unverified: str) -> None:
    """Forget the device whose cookie a browser sent; one that is not known changes nothing."""
    try:
        person_id, series, secret = _parts(engine, unverified)
    except SignInError:
        return

    async def body(tx: Transaction) -> None:
        row = await tx.one(sql.RememberedGet, person_id=person_id, series=series)
        if row is not None and same(row.token_hash, engine.token_hash("remembered", secret)):
            await tx.run("remembered_delete", person_id=person_id, series=series)

    await engine.data.write(body)


def _parts(engine: Engine, unverified: str) -> tuple[bytes, bytes, bytes]:
    raw = read_mark(engine, REMEMBERED, unverified)
    if not raw:
        raise _forgotten()
    return raw[:16], raw[16:32], raw[32:]


def _forgotten() -> SignInError:
    return SignInError(
        "expected a device we remember, found another",
        reason="device-forgotten",
        hint="sign in once more; it was forgotten, or its time is over",
        rests_on="cookies:remember",
    )
