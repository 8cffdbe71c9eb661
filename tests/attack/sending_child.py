"""A process that sends what waits in an installation's outbox, to be killed while the other side has a message.

Run by test_killed_while_sending.py: folder of the installation, port of the mail server.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from kept.channels.mail import MailServer
from kept.guarantees import words
from kept.services.engine.engine import Engine
from kept.services.engine.installation import Settings, installation_parts, parse_address
from kept.services.messages.mail import MailDispatcher
from kept.services.upkeep.sending import begin_reaching, equip


async def main(folder: Path, port: int) -> None:
    """Send until killed."""
    engine = await Engine.start(
        installation_parts(parse_address(f"sqlite:///{folder / 'shop.db'}"), words(), Settings())
    )
    site = "https://shop.example"
    equip(engine, site, MailDispatcher(engine, MailServer("127.0.0.1", port), site))
    await begin_reaching(engine)
    sys.stdout.write("sending\n")
    sys.stdout.flush()
    await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
