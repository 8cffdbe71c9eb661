"""A restored K is older than what was erased since: own-access and erasing only, until an operator signs it off (§5.4)."""

from __future__ import annotations

from kept.errors import SettingError
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.entry import Account, build_entry
from kept.services.engine.restored_keys import RESTORED


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
    """Record an operator's act on a restored installation."""
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
