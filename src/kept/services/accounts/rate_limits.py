"""Limits on attempts, counted under a keyed hash of who tries: never an address at rest, and the key lives 7 days (§3.4).

The key exists in memory only, so what was counted means nothing after a restart or after a week.
"""

from __future__ import annotations

from kept.crypto.digest import framed, hmac_sha256
from kept.crypto.random import random_bytes
from kept.errors import LimitError
from kept.services.engine.engine import Engine
from kept.store import sql
from kept.store.interface import Transaction

KEY_SECONDS = 7 * 86400.0


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
        if at - self._key_since > KEY_SECONDS:
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
                clause="§5.2",
            )
