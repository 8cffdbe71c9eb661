"""A restored K is older than what was erased since: own-access and erasing only, until an operator signs it off (§5.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kept.errors import ClosedError, SettingError
from kept.services.acts import Act, Outcome
from kept.services.entry import Account, build_entry

if TYPE_CHECKING:
    from kept.services.engine import Engine

RESTORED = "keys_restored"


async def restored_keys(engine: Engine) -> str:
    """Return the moment the restored K is of, as it was marked; empty when K was not restored, or was signed off."""
    row = await engine.keys.read(lambda tx: tx.one("meta_get", name=RESTORED))
    return str(row[0]) if row else ""


def require_signed_off(engine: Engine) -> None:
    """Refuse everything but own-access while a restored K is not signed off.

    Raises:
        ClosedError: It is not.
    """
    if engine.keys_restored:
        raise ClosedError(
            "expected key database K as it was, found one restored from a backup and not signed off",
            reason="keys-restored",
            hint="erase again whoever was erased since; then `kept backup sign-off`",
            clause="§5.4",
        )


async def sign_off(engine: Engine, *, by: str) -> None:
    """An operator says that whoever was erased since the restored K was made has been erased again.

    Raises:
        SettingError: Nothing waits for it.
    """
    if not engine.keys_restored:
        raise SettingError(
            "expected a restored K that waits to be signed off, found none",
            reason="nothing-to-sign-off",
            hint="nothing is limited; go on",
        )
    await record_restore(engine, Act.BACKUP_SIGN_OFF, by, (("made-at", engine.keys_restored),))
    await engine.keys.write(lambda tx: tx.run("meta_put", name=RESTORED, value=""))
    engine.keys_restored = ""


async def record_restore(engine: Engine, act: Act, by: str, facts: tuple[tuple[str, str], ...]) -> None:
    """Record an operator's act on a restored house."""
    await engine.record(
        build_entry(
            Account(
                act=act.value,
                outcome=Outcome.DONE.value,
                at=engine.clock.now(),
                policy=engine.policy.hash[:16] if engine.has_policy else "",
                kind="operator",
                actor=by,
                clause="5.4",
                facts=facts,
            )
        )
    )
