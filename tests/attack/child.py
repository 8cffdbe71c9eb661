"""An installation under load, to be killed: three customers at once join, give, are read, correct, stop, resume and are erased.

Each acknowledged act is one line of JSON on standard output, written after the act returned. Run by test_sigkill.py, and on a machine
that fails (`support/machine.py`) by test_faults.py: there a fault is said, and life goes on.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from machine import Machine

from kept.crypto.password import QUICK, Passwords
from kept.errors import ConflictError, DeniedError, ErasedError, StoreError
from kept.guarantees import words
from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.engine.engine import Engine
from kept.services.engine.installation import Settings, installation_parts, parse_address
from kept.services.forms import collection
from kept.services.gate import gate
from kept.services.my_data.choices import stop_use
from kept.services.my_data.corrections import correct
from kept.services.my_data.erasure import intend_erasure
from kept.services.staff.credentials import credential_of, mandate_for
from kept.services.upkeep.routine import begin_routine

MACHINE = Machine(sys.argv[1])
READING: dict[int, asyncio.Task[None]] = {}


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
        form = await collection.present_form(engine, own, "registration", "", "en")
        await collection.submit(
            engine, own, point="registration", stage="", language="en", unverified_token=form.token,
            fields=[("name", f"Canary {number} first"), ("phone", "090-1234-5678")],
        )  # fmt: skip
        say("gave", own.person_id)
        reading = asyncio.create_task(reader(engine, own.person_id))
        READING[number] = reading
        for version in range(1, 6):
            await correct(engine, own, "name", f"Canary {number} {version}", expected_version=version)
            say("corrected", own.person_id, version=version + 1)
            entry = (await stop_use(engine, own, "contact", stop=True)).entry_id
            say("stopped", own.person_id, entry=entry)
            if version < 5:
                entry = (await stop_use(engine, own, "contact", stop=False)).entry_id
                say("resumed", own.person_id, entry=entry)
        if number == 0:
            receipt = await intend_erasure(engine, own)
            say("erased", own.person_id, receipt=receipt)
        await reading


async def reader(engine: Engine, person_id: bytes) -> None:
    """Read the name again and again while the customer changes it and stops the use."""
    mandate = await mandate_for(engine, await credential_of(engine, sys.argv[2]))
    for _ in range(12):
        try:
            card = await gate.read(engine, mandate, person_id, ("name",), Exit.APP)
            say("read", person_id, entry=card.entry_id)
        except (DeniedError, ConflictError, ErasedError) as error:
            entry = getattr(error, "entry_id", "")
            say("refused", person_id, entry=entry)
        await asyncio.sleep(0)


async def living(engine: Engine, number: int) -> None:
    """One customer's life; on a machine that fails what is refused ends it, and another begins."""
    while True:
        try:
            await customer(engine, number)
        except (StoreError, ConflictError) as error:
            if not MACHINE.faults:
                raise
            if number in READING:
                await asyncio.gather(READING.pop(number), return_exceptions=True)
            say("fault", reason=error.reason)
            await asyncio.sleep(0.01)


async def told_when_well() -> None:
    """Say when the machine fails no more."""
    while not MACHINE.is_well():  # noqa: ASYNC110 -- the machine tells nobody
        await asyncio.sleep(0.01)
    if MACHINE.faults:
        say("well")


async def main() -> None:
    """Work until killed."""
    address = parse_address(f"sqlite:///{Path(sys.argv[1]) / 'shop.db'}")
    engine = await Engine.start(installation_parts(address, words(), Settings(passwords=Passwords(QUICK))))
    engine.every(0.02, engine.sequencer.integrate)
    await begin_routine(engine)
    say("ready")
    MACHINE.begin()
    await asyncio.gather(told_when_well(), *(living(engine, number) for number in range(3)))


if __name__ == "__main__":
    asyncio.run(main())
