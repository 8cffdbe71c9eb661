"""A corner bakery, opened as its own program opens it: through the door, over SQLite."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path

from installation import PASSWORD, Wall, confirm_all

import kept
from kept.crypto.password import QUICK, Passwords
from kept.crypto.second_factor import code_at
from kept.services.engine.clock import Clock
from kept.services.engine.installation import Settings

POLICY = Path(__file__).parents[2] / "examples" / "bakery" / "bakery.policy.md"
MORI = {"name": "Hanako Canary-Mori", "mail_address": "canary.mori@example.jp", "phone": "090-1234-5678"}


class Bakery:
    """One bakery in a folder; closed and opened again it is the same.

    Args:
        folder: Empty.
    """

    def __init__(self, folder: Path) -> None:
        self.address = f"sqlite:///{folder / 'bakery.db'}"
        self.wall = Wall()

    @asynccontextmanager
    async def open(self, **named):
        """Open it; by default without the work of the background, so that a test says when time passes."""
        settings = Settings(clock=Clock(self.wall.wall, self.wall.steady), passwords=Passwords(QUICK))
        async with kept.open(POLICY, self.address, **{"background": False, "settings": settings} | named) as k:
            yield k

    @staticmethod
    async def program(k, **named) -> str:
        """Issue the program's credential: orders, and the right to vouch, unless the test says otherwise."""
        said = {"purposes": ("orders",), "may": ("vouch",), "system": "till"} | named
        return await k.operator("test").issue_credential("till", "program", said.pop("purposes"), **said)

    async def staff(self, k, login: str, role: str) -> tuple[str, str, str]:
        """Enrol a member of staff and return what they sign in with."""
        enrolled = await k.operator("test").add_staff(login, PASSWORD, [role], who=login)
        return login, PASSWORD, code_at(enrolled.secret, int(self.wall.wall()) // 30)

    @staticmethod
    async def mori(me, choices=(), *, confirmed: bool = True, **more):
        """Give what Ms Mori gives, on the one form there is; her addresses are confirmed, unless the test says otherwise."""
        receipt = await me.submit(await me.form("account"), MORI | more, choices=choices)
        if confirmed:
            await confirm_all(me._engine, me._own.person_id)
        return receipt
