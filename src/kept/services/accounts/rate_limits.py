"""Limits on attempts, counted under a keyed hash of who tries: never an address at rest, and the key lives 7 days.

The key exists in memory only, so what was counted means nothing after a restart or after a week.
"""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from kept import limits
from kept.crypto.digest import framed, hmac_sha256
from kept.crypto.random import random_bytes
from kept.errors import LimitError, NotFoundError, SignInError
from kept.policy.duties import address_key_seconds
from kept.services.accounts.networks import Networks
from kept.services.engine.engine import Engine
from kept.store import sql
from kept.store.interface import Transaction
from kept.vault.normal import login_form


@dataclass(frozen=True, slots=True)
class Tries:
    """How many attempts to sign in are let through in one window.

    Args:
        word: Begins the word they are counted under, so that a customer's and a member of staff's never meet.
        here: To one account from one device seen before, or from one address.
        address: From one address, to whatever account.
        account: To one account, from everywhere.
    """

    word: str
    here: int
    address: int
    account: int


CUSTOMERS = Tries("", limits.SIGN_IN_TRIES, limits.SIGN_IN_TRIES * 3, limits.ACCOUNT_TRIES)
STAFF = Tries("staff-", limits.STAFF_SIGN_IN_TRIES, limits.STAFF_ADDRESS_TRIES, limits.STAFF_ACCOUNT_TRIES)


class Limits:
    """Counts attempts.

    Args:
        engine: Open.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._key = random_bytes(32)
        self._key_since = engine.clock.now()
        self.networks = Networks(engine.clock.now)

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
        at, bucket = self._engine.clock.now(), self._bucket(what, who)

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
            raise _too_many(wait)

    async def count_address(self, address: str, most: Tries = CUSTOMERS) -> None:
        """Count one attempt to sign in from an address, to whatever account; see `count`."""
        await self._count(f"{most.word}sign-in", address, most.address)

    async def count_sign_in(self, address: str, account: str, device: str, most: Tries = CUSTOMERS) -> None:
        """Count one attempt to sign in to an account.

        Args:
            address: As `network_of` has it; empty where the caller knows none.
            account: As typed.
            device: The mark of a device that signed in to this account before; empty for none.
            most: Whose accounts they are, and how many attempts those may take.

        Raises:
            LimitError: Too many.
        """
        account = login_form(account)
        if device:  # counted apart: a stranger who guesses, in the same network too, does not lock the owner out
            await self._count(f"{most.word}sign-in-device", device, most.here)
            return
        if address:
            await self.count_address(address, most)
            here = f"{account}\n{address}"  # nor does one who guesses elsewhere, on a device not seen before
            await self._count(f"{most.word}sign-in-here", here, most.here)
        await self._count(f"{most.word}sign-in-account", account, most.account)

    @asynccontextmanager
    async def failures(self, what: str, who: str, most: int) -> AsyncIterator[None]:
        """Count what fails within, and nothing that succeeds; once so much failed in a window, nothing is tried any more.

        Args:
            what: What is attempted, such as `vouching`.
            who: Whom it is counted for.
            most: Failures allowed within a window.

        Raises:
            LimitError: Too many failed.
        """
        row = await self._engine.data.one(sql.RateGet, bucket=self._bucket(what, who))
        if row is not None and row.count >= most:
            wait = row.started_at + limits.SIGN_IN_WINDOW_SECONDS - self._engine.clock.now()
            if wait > 0:
                raise _too_many(wait)
        try:
            yield
        except (SignInError, NotFoundError):
            await self._count(what, who, most)
            raise

    async def _count(self, what: str, who: str, most: int) -> None:
        await self.count(what, who, most=most, seconds=limits.SIGN_IN_WINDOW_SECONDS)

    def _bucket(self, what: str, who: str) -> str:
        at, engine = self._engine.clock.now(), self._engine
        life = address_key_seconds(engine.policy.policy) if engine.has_policy else limits.RATE_KEY_SECONDS
        if at - self._key_since > life:
            self._key, self._key_since = random_bytes(32), at
        return hmac_sha256(self._key, framed(what.encode(), who.encode())).hex()


def _too_many(wait: float) -> LimitError:
    return LimitError(
        "expected fewer attempts, found too many",
        retry_after_seconds=max(1, int(wait)),
        reason="too-many",
        hint=f"try again in {max(1, int(wait / 60))} minutes",
        rests_on="addresses cookies:device sign-in-protection",
    )


def network_of(address: str) -> str:
    """Return what attempts are counted under: the address, or the network of 64 bits one customer has of IPv6."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))
