"""Walking over all rows of a query that answers a page at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator

from kept import limits
from kept.store.interface import R, Store


async def pages(
    store: Store, query: type[R], *, after: bytes = b"", limit: int = limits.PEOPLE_PAGE
) -> AsyncIterator[list[R]]:
    """Yield all rows of *query*, a page at a time, each read once the page before has been gone through.

    Args:
        store: D or K.
        query: Of the parameters `after` and `limit`; its rows begin with the id they are in the order of.
        after: The id to begin behind.
        limit: Rows of a page at most.
    """
    while rows := await store.all(query, after=after, limit=limit):
        yield rows
        after = rows[-1][0]
