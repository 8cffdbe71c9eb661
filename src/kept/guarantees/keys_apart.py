"""Keys are random, per person, wrapped, and kept in a database and a folder apart from the data."""

from __future__ import annotations

from kept.guarantees.guarantee import Finding
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    usable = engine.provider.state(engine.keyring.epoch) == "usable"
    return Finding(
        usable,
        "key epoch {epoch} answers" if usable else "key epoch {epoch} is missing",
        {"epoch": engine.keyring.epoch},
    )
