"""A restored K is older than what was erased since: own-access and erasing only, until an operator signs it off."""

from __future__ import annotations

from kept.errors import SettingError
from kept.services.engine.acts import Act
from kept.services.engine.engine import Engine
from kept.services.engine.record import operator, record
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
    await record(engine, operator(by), Act.BACKUP_SIGN_OFF, facts=(("made-at", engine.keys_restored),))
    await engine.keys.write(lambda tx: tx.run("meta_put", name=RESTORED, value=""))
    engine.keys_restored = ""
