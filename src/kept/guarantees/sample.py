"""A sample for live checks: one person, another each time."""

from __future__ import annotations

from kept.crypto.random import random_bytes
from kept.services.engine.engine import Engine
from kept.store import sql


async def one_person(engine: Engine) -> bytes | None:
    """Return the id of some person, 16 bytes; None when there is nobody."""
    for after in (random_bytes(16), b""):
        if person_id := await engine.data.value(sql.PeoplePage, after=after, limit=1):
            return person_id
    return None
