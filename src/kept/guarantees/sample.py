"""A sample for live checks: one person, another each time."""

from __future__ import annotations

from kept.crypto.random import random_bytes
from kept.services.engine.engine import Engine


async def one_person(engine: Engine) -> bytes | None:
    """Return the id of some person, 16 bytes; None when there is nobody."""
    for after in (random_bytes(16), b""):
        rows = await engine.data.read(lambda tx, mark=after: tx.all("people_page", after=mark, limit=1))  # type: ignore[misc]
        if rows:
            return bytes(rows[0][0])
    return None
