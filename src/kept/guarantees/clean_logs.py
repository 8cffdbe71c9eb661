"""What the service logs holds no item, address, user agent or query."""

from __future__ import annotations

import logging

from kept.guarantees.guarantee import Finding
from kept.services.engine.engine import Engine


async def check(engine: Engine) -> Finding:
    """Look whether the promise holds now."""
    access = logging.getLogger("uvicorn.access")
    return Finding(
        access.disabled or not access.isEnabledFor(logging.INFO) or not access.handlers,
        "the server's access log is off; errors name steps and clauses only",
    )
