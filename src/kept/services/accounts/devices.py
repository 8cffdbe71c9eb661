"""Known devices: a cookie by which an account tells its own device from a stranger's, without storing either.

The cookie holds a random number and a keyed hash that only this installation can make, for one account and 180 days. Attempts
from a known device are counted apart, so that a stranger who guesses cannot lock the owner out; a sign-in from a device
not seen before stands on my data.
"""

from __future__ import annotations

from kept import limits
from kept.crypto.digest import framed, hmac_sha256
from kept.crypto.random import random_id
from kept.crypto.token import parse_token, sign_token
from kept.errors import MalformedError
from kept.policy.words import CookieDuty
from kept.services.accounts.cookie_life import life_of
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.record import OWN, about_person, record

LABEL = "device"


def new_device(engine: Engine, account: str) -> str:
    """Return the cookie's value for a device that just signed in.

    Args:
        engine: Open.
        account: Login name, or the person's id in hex after a passkey.
    """
    claims = {"device": random_id(), "account": _account(engine, account)}
    ends_at = engine.clock.now() + life_of(engine, CookieDuty.DEVICE, limits.KNOWN_DEVICE_SECONDS)
    return sign_token(engine.keyring.installation_key("tokens"), LABEL, claims, ends_at)


def known_device(engine: Engine, unverified: str, account: str) -> str:
    """Return the number of a device that signed in to this account before; empty for any other."""
    if not unverified:
        return ""
    try:
        claims = parse_token(engine.keyring.installation_key("tokens"), LABEL, unverified, engine.clock.now())
    except MalformedError:
        return ""
    return claims.get("device", "") if claims.get("account") == _account(engine, account) else ""


async def note_new_device(engine: Engine, person_id: bytes) -> None:
    """Write down that a person signed in from a device not seen before; they see it on my data."""
    await record(engine, OWN, Act.SIGN_IN_NEW_DEVICE, await about_person(engine, person_id))


def _account(engine: Engine, account: str) -> str:
    key = engine.keyring.installation_key("tokens")
    return hmac_sha256(key, framed(b"kept/device-account/v1", account.strip().lower().encode())).hex()[:32]
