"""Known devices: a cookie by which an account tells its own device from a stranger's, without storing either.

The cookie is a mark that only this installation can make and read, for one account and 180 days; each sign-in makes another.
Attempts from a known device are counted apart, so that a stranger who guesses cannot lock the owner out; a sign-in from a
device not seen before stands on my data.
"""

from __future__ import annotations

import struct

from kept import limits
from kept.crypto.digest import framed, hmac_sha256, same
from kept.crypto.random import random_bytes
from kept.policy.words import CookieDuty
from kept.services.accounts.cookie_life import life_of
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.marks import new_mark, read_mark
from kept.services.engine.record import OWN, about_person, record
from kept.vault.normal import login_form

DEVICE = "device"
CONTENT = struct.Struct(">d16s32s")
"""What a mark holds: its end in unix seconds, a random number, and the account it signed in to, as a keyed hash."""


def new_device(engine: Engine, account: str) -> str:
    """Return the cookie's value for a device that just signed in; it is another one at every sign-in.

    Args:
        engine: Open.
        account: Login name, the person's id in hex after a passkey, or what `account_of_staff` says.
    """
    ends_at = engine.clock.now() + life_of(engine, CookieDuty.DEVICE, limits.KNOWN_DEVICE_SECONDS)
    return new_mark(engine, DEVICE, CONTENT.pack(ends_at, random_bytes(16), _account(engine, account)))


def known_device(engine: Engine, unverified: str, account: str) -> str:
    """Return the number of a device that signed in to this account before; empty for any other."""
    held = read_mark(engine, DEVICE, unverified)
    if not held:
        return ""
    ends_at, number, of = CONTENT.unpack(held)
    return number.hex() if ends_at >= engine.clock.now() and same(of, _account(engine, account)) else ""


def account_of_staff(login: str) -> str:
    """Return what marks call an account of staff: no login name of a customer holds a colon."""
    return f"staff:{login_form(login)}"


async def note_new_device(engine: Engine, person_id: bytes) -> None:
    """Write down that a person signed in from a device not seen before; they see it on my data."""
    await record(engine, OWN, Act.SIGN_IN_NEW_DEVICE, await about_person(engine, person_id))


def _account(engine: Engine, account: str) -> bytes:
    key = engine.keyring.installation_key("tokens")
    return hmac_sha256(key, framed(b"kept/device-account/v1", login_form(account).encode()))
