"""Limits on attempts, counted under a keyed hash of who tries: never an address at rest, and the key lives 7 days.

The key exists in memory only, so what was counted means nothing after a restart or after a week.
"""

from __future__ import annotations

import ipaddress

from kept import limits
from kept.crypto.digest import framed, hmac_sha256
from kept.crypto.random import random_bytes
from kept.errors import LimitError
from kept.policy.duties import address_key_seconds
from kept.services.engine.engine import Engine
from kept.store import sql
from kept.store.interface import Transaction


class Limits:
    """Counts attempts.

    Args:
        engine: Open.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._key = random_bytes(32)
        self._key_since = engine.clock.now()

    async def count(self, what: str, who: str, *, most: int, seconds: float) -> None:
        """Count one attempt.

        Args:
            what: What is attempted, such as `sign-in`.
            who: Address or account; only its keyed hash is kept.
            most: Attempts allowed within *seconds*.
            seconds: Length of the window.

        Raises:
            LimitError: Too many.
        """
        at = self._engine.clock.now()
        engine = self._engine
        life = address_key_seconds(engine.policy.policy) if engine.has_policy else limits.RATE_KEY_SECONDS
        if at - self._key_since > life:
            self._key, self._key_since = random_bytes(32), at
        bucket = hmac_sha256(self._key, framed(what.encode(), who.encode())).hex()

        async def body(tx: Transaction) -> float:
            row = await tx.one(sql.RateGet, bucket=bucket)
            if row is None or at - row.started_at >= seconds:
                await tx.run("rate_put", bucket=bucket, started_at=at, count=1)
                return 0.0
            if row.count >= most:
                return row.started_at + seconds - at
            await tx.run("rate_put", bucket=bucket, started_at=row.started_at, count=row.count + 1)
            return 0.0

        wait = await self._engine.data.write(body)
        if wait > 0:
            raise LimitError(
                "expected fewer attempts, found too many",
                retry_after_seconds=max(1, int(wait)),
                reason="too-many",
                hint=f"try again in {max(1, int(wait / 60))} minutes",
                rests_on="sign-in-protection addresses",
            )

    async def count_address(self, address: str) -> None:
        """Count one attempt to sign in from an address, to whatever account; see `count`."""
        await self.count("sign-in", address, most=limits.SIGN_IN_TRIES * 3, seconds=limits.SIGN_IN_WINDOW_SECONDS)

    async def count_sign_in(self, address: str, account: str, device: str) -> None:
        """Count one attempt to sign in to an account.

        Args:
            address: As `network_of` has it.
            account: Lower case.
            device: The mark of a device that signed in to this account before; empty for none.

        Raises:
            LimitError: Too many.
        """
        await self.count_address(address)
        if device:  # counted apart: a stranger who guesses does not lock the owner out
            await self.count("sign-in-device", device, most=limits.SIGN_IN_TRIES, seconds=limits.SIGN_IN_WINDOW_SECONDS)
            return
        here = f"{account}\n{address}"  # nor does one who guesses elsewhere, on a device not seen before
        await self.count("sign-in-here", here, most=limits.SIGN_IN_TRIES, seconds=limits.SIGN_IN_WINDOW_SECONDS)
        await self.count("sign-in-account", account, most=limits.ACCOUNT_TRIES, seconds=limits.SIGN_IN_WINDOW_SECONDS)


def network_of(address: str) -> str:
    """Return what attempts are counted under: the address, or the network of 64 bits one customer has of IPv6."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))
