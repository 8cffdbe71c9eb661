"""Kept inside your own program: an installation in a folder that is thrown away, one customer, one read for one purpose.

Run it from the project's folder: `.venv/bin/python examples/embed.py`. The lines between the two marks are the README's.
"""

# ruff: noqa: INP001, SIM117, T201 -- a script that prints, and keeps the two steps apart on purpose

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import kept

POLICY = Path(__file__).parent.parent / "policies" / "photolibrary.policy.md"


class Mailer:
    """Stands for whatever sends your mail; it keeps no text."""

    def __init__(self) -> None:
        self.sent = 0

    async def send(self, text: object) -> None:
        """Take a text."""
        self.sent += len(str(text)) > 0


async def register(k: kept.Kept) -> None:
    """Make one customer, as the website does: join, see the notice, give three items."""
    issued = await k.join("four unrelated words here", language="en")
    me = await k.session(await k.sign_in(issued.login_name, "four unrelated words here"))
    form = await me.form("registration", "en")
    await me.submit(form, {"name": "Hanako Mori", "mail_address": "mori@example.jp", "phone": "03-5550-0100"})


async def read_one(policy: Path, database: str, service_credential: str, my_mailer: Mailer) -> None:
    """Find one person and release two items for the credential's one purpose."""
    # begin of the README's lines
    async with kept.open(policy, database) as k:
        async with k.acting(service_credential) as desk:  # one purpose, from the credential
            person = await desk.find(mail_address="ＭＯＲＩ@example.jp")
            card = await desk.read(person, ["name", "phone"], exit="app")
            print(card.name)  # <name released for contact>
            with card.name.open() as text:  # once, here, recorded
                await my_mailer.send(text)
    # end of the README's lines


async def main() -> int:
    """Make the installation, then read; return how many texts the mailer took."""
    with tempfile.TemporaryDirectory(prefix="kept-embed-") as folder:
        database = f"sqlite:///{folder}/shop.db"
        async with kept.open(POLICY, database) as k:
            await register(k)
            credential = await k.operator("example").issue_credential("shop-mailer", "support", ["contact"])
        mailer = Mailer()
        await read_one(POLICY, database, credential, mailer)
        return mailer.sent


if __name__ == "__main__":
    print(f"texts handed to the mailer: {asyncio.run(main())}")
