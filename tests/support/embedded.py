"""The sample policy in a program of its own: opened through the door, over SQLite, with a clock that tests move."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from installation import POLICY, Wall

import kept
from kept.crypto.password import QUICK, Passwords
from kept.services.engine.clock import Clock
from kept.services.engine.installation import Settings


class Shop:
    """An installation of the sample policy, opened as a program opens it.

    Args:
        folder: Empty.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wall = Wall()

    def open(self, policy=POLICY, *, background=False):
        """Open it."""
        settings = Settings(clock=Clock(self.wall.wall, self.wall.steady), passwords=Passwords(QUICK))
        address = f"sqlite:///{self.folder / 'shop.db'}"
        return kept.open(policy, address, background=background, settings=settings)

    def change(self, statement, *values):
        """Change database D as no program of ours does."""
        with sqlite3.connect(self.folder / "shop.db") as database:
            database.execute(statement, values)
        database.close()
