"""Whether key database K was restored from a backup and not signed off: then it is older than what was erased since."""

from __future__ import annotations

from kept.errors import ClosedError
from kept.store import sql
from kept.store.interface import Store

RESTORED = "keys_restored"


async def restored_keys(keys: Store) -> str:
    """Return the moment the restored K is of, as it was marked; empty when K was not restored, or was signed off."""
    return await keys.value(sql.MetaGet, name=RESTORED) or ""


def require_signed_off(restored: str) -> None:
    """Refuse everything but own-access while a restored K is not signed off.

    Raises:
        ClosedError: It is not.
    """
    if restored:
        raise ClosedError(
            "expected key database K as it was, found one restored from a backup and not signed off",
            reason="keys-restored",
            hint="erase again whoever was erased since; then `kept backup sign-off`",
            rests_on="restore-drill",
        )
