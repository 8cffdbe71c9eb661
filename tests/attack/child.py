"""A house under load, to be killed: three customers at once join, give, are read, correct, stop, resume and are erased.

Each acknowledged act is one line of JSON on standard output, written after the act returned. Run by test_sigkill.py.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from kept.crypto.password import QUICK, Passwords
from kept.errors import ConflictError, DeniedError, ErasedError
from kept.guarantees import words
from kept.policy.words import Exit
from kept.services import accounts, collecting
from kept.services.choosing import stop_use
from kept.services.correcting import correct
from kept.services.credentials import mandate_of
from kept.services.engine import Engine
from kept.services.erasing import intend_erasure
from kept.services.house import Settings, house_parts, parse_address
from kept.services.housekeeping import begin_housekeeping


def say(act: str, person_id: bytes = b"", **facts: object) -> None:
    """Say that an act was acknowledged."""
    sys.stdout.write(json.dumps({"act": act, "person": person_id.hex(), **facts}) + "\n")
    sys.stdout.flush()


async def customer(engine: Engine, number: int) -> None:
    """One customer's life, again and again."""
    while True:
        issued = await accounts.join_with_password(engine, "four unrelated words here", "en")
        say("joined", issued.person_id)
        own = await accounts.session_of(engine, await accounts.start_session(engine, issued.person_id))
        assert own is not None
        form = await collecting.present_form(engine, "registration", "", "en")
        await collecting.submit(
            engine, own, point="registration", stage="", language="en", unverified_token=form.token,
            fields=[("name", f"Canary {number} first"), ("phone", "090-1234-5678")],
        )  # fmt: skip
        say("gave", own.person_id)
        reading = asyncio.create_task(reader(engine, own.person_id))
        for version in range(1, 6):
            await correct(engine, own, "name", f"Canary {number} {version}", expected_version=version)
            say("corrected", own.person_id, version=version + 1)
            entry = await stop_use(engine, own, "contact", stop=True)
            say("stopped", own.person_id, entry=entry)
            if version < 5:
                entry = await stop_use(engine, own, "contact", stop=False)
                say("resumed", own.person_id, entry=entry)
        if number == 0:
            receipt = await intend_erasure(engine, own)
            say("erased", own.person_id, receipt=receipt)
        await reading


async def reader(engine: Engine, person_id: bytes) -> None:
    """Read the name again and again while the customer changes it and stops the use."""
    mandate = await mandate_of(engine, sys.argv[2])
    for _ in range(12):
        try:
            card = await engine.gate.read(mandate, person_id, ("name",), Exit.APP)
            say("read", person_id, entry=card.entry_id)
        except (DeniedError, ConflictError, ErasedError) as error:
            entry = getattr(error, "entry_id", "")
            say("refused", person_id, entry=entry)
        await asyncio.sleep(0)


async def main() -> None:
    """Work until killed."""
    address = parse_address(f"sqlite:///{Path(sys.argv[1]) / 'shop.db'}")
    engine = await Engine.start(house_parts(address, words(), Settings(passwords=Passwords(QUICK))))
    engine.every(0.02, engine.sequencer.integrate)
    await begin_housekeeping(engine)
    say("ready")
    await asyncio.gather(*(customer(engine, number) for number in range(3)))


if __name__ == "__main__":
    asyncio.run(main())
