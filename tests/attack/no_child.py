"""Customers who say no again and again, to be killed; each no that was acknowledged is a line of standard output."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from kept.crypto.password import QUICK, Passwords
from kept.guarantees import words
from kept.services.accounts import accounts
from kept.services.engine.clock import Clock
from kept.services.engine.engine import Engine
from kept.services.engine.installation import Settings, installation_parts, parse_address
from kept.services.my_data.choices import stop_use
from kept.services.upkeep.routine import finish_all


async def main() -> None:
    """Say no until killed."""
    address = parse_address(f"sqlite:///{Path(sys.argv[1]) / 'shop.db'}", no_log=(f"file:{sys.argv[2]}",))
    settings = Settings(passwords=Passwords(QUICK), clock=Clock(lambda: 1_800_100_000.0, lambda: 1.0))
    engine = await Engine.start(installation_parts(address, words(), settings))
    await finish_all(engine)
    while True:
        issued = await accounts.join_with_password(engine, "four unrelated words here", "en")
        own = await accounts.session_of(engine, await accounts.start_session(engine, issued.person_id))
        assert own is not None
        await stop_use(engine, own, "contact", stop=True)
        sys.stdout.write("no\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
