"""Verifying every row that decides something and is bound by a seal of its own: those changed, moved or added by hand are named."""

from __future__ import annotations

from collections.abc import Callable

from kept.errors import KeptError
from kept.services.engine.engine import Engine
from kept.services.engine.row_seals import rewritten_rows
from kept.store.queries import PARTS
from kept.store.register import bound_columns, register


async def verify_rows(engine: Engine, wrong: Callable[[str], None]) -> None:
    """Look at every row of every bound table of D and K; changes nothing.

    Args:
        engine: Open, or as far open as it got.
        wrong: Takes what does not hold.
    """
    for part, store in zip(PARTS, (engine.data, engine.keys), strict=True):
        for table in register(part):
            if not bound_columns(part, table):
                continue
            try:
                async for row in rewritten_rows(store, table):
                    wrong(f"row {row} of {table}: it was changed, moved or added by hand")
            except KeptError as error:
                wrong(f"table {table}: {error.message}")
