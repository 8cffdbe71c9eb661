"""Verifying every row that decides something and is bound by a seal of its own: those changed, moved or added by hand are named."""

from __future__ import annotations

from collections.abc import Callable

from kept.errors import KeptError
from kept.services.engine.engine import Engine
from kept.services.engine.row_seals import rewritten_rows
from kept.store import sql
from kept.store.interface import Scope, Store
from kept.store.paging import pages
from kept.store.queries import PARTS
from kept.store.register import bound_columns, is_counted, is_persons, register
from kept.store.row_sums import PERSON, TABLE, scope_name

NAMES = {"data": "D", "keys": "K"}


async def verify_rows(engine: Engine, wrong: Callable[[str], None]) -> None:
    """Look at every row of every bound table of D and K; changes nothing.

    Args:
        engine: Open, or as far open as it got.
        wrong: Takes what does not hold.
    """
    for part, store in zip(PARTS, (engine.data, engine.keys), strict=True):
        for table in register(part):
            if bound_columns(part, table):
                await _verify_table(part, store, table, wrong)
        async for page in pages(store, sql.PersonRowsPage):
            for one in page:
                await _verify_sums(store, (PERSON, one.person_id), wrong)
    for numbers in engine.row_numbers:
        try:
            async for scope in numbers.older():
                if scope[0] != PERSON or await engine.data.value(sql.StateG, person_id=scope[1]) is not None:
                    wrong(f"{scope_name(scope)}: what database {NAMES[numbers.of]} holds is older than it was")
        except KeptError as error:
            wrong(f"how new database {NAMES[numbers.of]} has to be cannot be said: {error.message}")


async def _verify_table(part: str, store: Store, table: str, wrong: Callable[[str], None]) -> None:
    try:
        async for row in rewritten_rows(store, table):
            wrong(f"row {row} of {table}: it was changed, moved or added by hand")
    except KeptError as error:
        wrong(f"table {table}: {error.message}")
    if is_counted(part, table) and not is_persons(part, table):
        await _verify_sums(store, (TABLE, table), wrong)


async def _verify_sums(store: Store, scope: Scope, wrong: Callable[[str], None]) -> None:
    try:
        for table in (await store.reckon(scope)).wrong:
            wrong(f"{scope_name(scope)}: rows of {table} are missing, were added, or were put back as they once were")
    except KeptError as error:
        wrong(f"{scope_name(scope)}: {error.message}")
