"""Whether a restore waits to be signed, and limits what is served until it is: K holds the mark."""

from __future__ import annotations

from kept.errors import ClosedError
from kept.store import sql
from kept.store.interface import Store

RESTORED, DATA_RESTORED = "keys_restored", "data_restored"
"""In K and in D: the moment it was restored to, as its mark; empty once that was dealt with."""
NOT_REPLAYED = "no-log"
"""What stands for the moment while the no-log is ahead of the databases: nobody said which backup they are of."""


async def restored_keys(keys: Store) -> str:
    """Return the moment the restored database is of, as it was marked; empty when none was, or it was signed."""
    return await keys.value(sql.MetaGet, name=RESTORED) or ""


def require_signed_off(restored: str) -> None:
    """Refuse everything but own-access while a restore is not signed.

    Raises:
        ClosedError: It is not.
    """
    if restored:
        raise ClosedError(
            "expected an installation whose restore was signed, found one that waits for two members of staff",
            reason="keys-restored",
            hint="two members of staff sign what may be missing, on the console under After a restore",
            rests_on="restore-drill",
        )
